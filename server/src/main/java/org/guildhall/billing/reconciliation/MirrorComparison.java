package org.guildhall.billing.reconciliation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.deliveries.EventEffects;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Texts;
import org.jspecify.annotations.Nullable;

/**
 * Compares an object of a provider with the mirror: it applies the object as a fetch would, and looks at what changes. The caller rolls the transaction
 * back. So a comparison and a repair can't disagree.
 */
final class MirrorComparison {

    private static final int FIELDS_MAX = 100;
    private static final int VALUE_MAX = 1_000;
    /** Members that aren't the provider's content. */
    private static final Set<String> NO_CONTENT = Set.of("mirror", "created_at", "updated_at", "version");
    /** A list of invoices has only the first lines of each. */
    private static final Set<String> OF_ALL_LINES = Set.of("lines_total", "lines_complete");
    /** Members with the data of a person. Their values aren't stored. */
    private static final Set<String> PERSONAL = Set.of("name", "email", "phone");

    private final Providers providers;
    private final Mirroring mirror;
    private final EventEffects effects;

    MirrorComparison(Providers providers, Mirroring mirror, EventEffects effects) {
        this.providers = providers;
        this.mirror = mirror;
        this.effects = effects;
    }

    /** A member that differs. @param here null if it is null or personal @param there as {@code here} */
    record DifferentField(String pointer, @Nullable String here, @Nullable String there) {}

    /** A difference. @param entityId null if the mirror lacks the object */
    record Found(String reference, @Nullable UUID entityId, String difference, List<DifferentField> fields) {}

    /** The difference of an object; null if the mirror has it as it is. @param kind account, subscription, invoice, payment, refund, dispute, payout, coupon_mapping or promotion_code */
    @Nullable Found compare(Tx tx, Connected connection, String kind, ProviderEvent object) {
        var reference = String.valueOf(object.objectReference());
        var changes = new Changes();
        try {
            apply(tx, changes, connection, object);
        } catch (UnreadableEvent unreadable) {
            return new Found(reference, null, "unreadable", List.of());
        }
        for (var change : changes.all()) {
            var after = change.after() == null ? NullNode.instance : Json.WIRE.<JsonNode>valueToTree(change.after());
            if (change.entityType().equals(kind) && after.path("provider_reference").asText().equals(reference)) {
                var before = change.before() == null ? NullNode.instance : Json.WIRE.<JsonNode>valueToTree(change.before());
                if (before.isNull()) {
                    return new Found(reference, null, "missing_here", List.of());
                }
                if (before.path("state").asText().equals("stub")) {
                    return new Found(reference, change.id(), "missing_here", List.of());
                }
                var fields = fields(before, after, object.object().path("lines").path("has_more").asBoolean());
                return fields.isEmpty() ? null : new Found(reference, change.id(), "differs", fields);
            }
        }
        return null;
    }

    private void apply(Tx tx, Changes changes, Connected connection, ProviderEvent object) {
        var reading = providers.of(connection.provider()).read(object, effects.context(tx, connection));
        if (reading != null) {
            var origin = Origin.fetched(object.at(), object.rank(), object.apiVersion(), null);
            reading.objects().forEach(each -> mirror.apply(tx, changes, connection.id(), each, origin));
        }
    }

    private static List<DifferentField> fields(JsonNode before, JsonNode after, boolean someLines) {
        var fields = new ArrayList<DifferentField>();
        for (var name : names(before, after)) {
            if (!NO_CONTENT.contains(name) && !(someLines && OF_ALL_LINES.contains(name))) {
                add(fields, "/" + escaped(name), PERSONAL.contains(name), before.path(name), after.path(name));
            }
        }
        return fields;
    }

    private static void add(List<DifferentField> fields, String pointer, boolean isPersonal, JsonNode here, JsonNode there) {
        if (here.equals(there) || isNull(here) && isNull(there) || fields.size() >= FIELDS_MAX) {
            return;
        }
        if (here.isObject() && there.isObject()) {
            names(here, there).forEach(name -> add(fields, pointer + "/" + escaped(name), isPersonal, here.path(name), there.path(name)));
        } else {
            fields.add(new DifferentField(Texts.cut(pointer, 255), isPersonal ? null : text(here), isPersonal ? null : text(there)));
        }
    }

    private static Set<String> names(JsonNode here, JsonNode there) {
        var names = new TreeSet<String>();
        here.fieldNames().forEachRemaining(names::add);
        there.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static boolean isNull(JsonNode value) {
        return value.isNull() || value.isMissingNode();
    }

    private static @Nullable String text(JsonNode value) {
        return isNull(value) ? null : Texts.cut(value.isValueNode() ? value.asText() : value.toString(), VALUE_MAX);
    }

    /** Fields as they are stored. */
    static String json(List<DifferentField> fields) {
        return new String(Json.bytes(fields), StandardCharsets.UTF_8);
    }
}
