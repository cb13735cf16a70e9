package org.guildhall.core.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.core.json.Spec;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one unit of work, recorded for its audit event, in order. The first one is the primary entity of the event. Changes
 * recorded on {@link #secondary()} always follow the primary ones.
 */
public final class Changes {

    /** A touched entity in the wire form; {@code before} is null for a created one, {@code after} for a deleted one. */
    public record Change(String entityType, UUID id, String idText, @Nullable Object before, @Nullable Object after) {}

    private static final ClassValue<String> ENTITY_TYPES = new ClassValue<>() {
        @Override
        protected String computeValue(Class<?> id) {
            return Spec.entityType(id.getSimpleName());
        }
    };

    /** The changes by id, in the order of recording. */
    private final Map<String, Change> primary;

    private final Map<String, Change> secondary;
    private final boolean isSecondary;

    public Changes() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>(), false);
    }

    private Changes(Map<String, Change> primary, Map<String, Change> secondary, boolean isSecondary) {
        this.primary = primary;
        this.secondary = secondary;
        this.isSecondary = isSecondary;
    }

    /** The recorder of secondary changes in the same event, such as settled transitions. */
    public Changes secondary() {
        return new Changes(primary, secondary, true);
    }

    /** Records a created entity. */
    public void created(Id id, Object after) {
        changed(id, null, after);
    }

    /** Records a deleted entity. */
    public void deleted(Id id, Object before) {
        record(id, before, null);
    }

    /** Records a changed entity. Several changes of one entity become one, from its first state to its last. */
    public void changed(Id id, @Nullable Object before, Object after) {
        record(id, before, after);
    }

    private void record(Id id, @Nullable Object before, @Nullable Object after) {
        var text = id.toString();
        var type = ENTITY_TYPES.get(id.getClass());
        var earlier = primary.getOrDefault(text, secondary.get(text));
        var change = new Change(type, id.value(), text, earlier == null ? before : earlier.before(), after);
        // A primary entity stays primary, and a secondary one becomes primary when it is recorded as such.
        if (!isSecondary || primary.containsKey(text)) {
            secondary.remove(text);
            primary.put(text, change);
        } else {
            secondary.put(text, change);
        }
    }

    /** True if nothing was recorded. */
    public boolean isEmpty() {
        return primary.isEmpty() && secondary.isEmpty();
    }

    public List<Change> all() {
        var all = new ArrayList<>(primary.values());
        all.addAll(secondary.values());
        return all;
    }
}
