package org.guildhall.billing.deliveries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.checkout.Checkout;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.dunning.Dunning;
import org.guildhall.billing.events.Provider.ImpliedTax;
import org.guildhall.billing.events.Provider.PastEvent;
import org.guildhall.billing.events.Provider.Reading;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.Provider;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.ledger.Ledger;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Verdict;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.billing.recovery.PaymentRecovery;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Applies the object of an event or a fetch to the mirror, settles what follows, and requests what the mirror still lacks. */
public final class EventEffects {

    private static final String APPLIED = "applied";
    private static final String NO_CHANGE = "no_change";
    private static final String FETCH_REQUESTED = "fetch_requested";
    private static final String STALE = "stale";
    private static final String TIE_FETCHED = "tie_fetched";
    /** The members that differ although the content is equal. */
    private static final List<String> NO_CONTENT = List.of("mirror", "updated_at", "version");

    private final Providers providers;
    private final DeliveryStore deliveries;
    private final Mirroring mirror;
    private final Ledger ledger;
    private final PlanSettlement plans;
    private final PaymentRecovery recovery;
    private final Dunning dunning;
    private final Fetches fetches;
    private final Checkout checkout;
    private final LackingObjects lacking;

    EventEffects(
            Providers providers, DeliveryStore deliveries, Mirroring mirror, Ledger ledger, PlanSettlement plans, PaymentRecovery recovery,
            Dunning dunning, Fetches fetches, Checkout checkout, LackingObjects lacking) {
        this.providers = providers;
        this.deliveries = deliveries;
        this.mirror = mirror;
        this.ledger = ledger;
        this.plans = plans;
        this.recovery = recovery;
        this.dunning = dunning;
        this.fetches = fetches;
        this.checkout = checkout;
        this.lacking = lacking;
    }

    /**
     * Applies an object.
     *
     * @param changes gets the changed resources
     * @return the outcome of its delivery; null for a type without effect
     * @throws UnreadableEvent if the object has a form that can't be read
     * @throws UnbalancedSource if the lines of an invoice don't make its total
     */
    public @Nullable String apply(Tx tx, Changes changes, Actor actor, Connected connection, ProviderEvent event, Origin origin) {
        var provider = providers.of(connection.provider());
        var session = provider.checkout(event);
        var checkedOut = session == null ? null : checkedOut(tx, changes, actor, connection.id(), session, event.at());
        var reading = provider.read(event, context(tx, connection));
        if (reading == null) {
            return checkedOut == null ? null : settled(tx, changes, actor, connection, event, origin, checkedOut);
        }
        // A connection without a key asks as soon as it has one.
        reading.asked().forEach(target -> fetches.request(tx, connection.id(), target.kind(), target.reference(), Fetches.Reason.EVENT));
        if (reading.objects().isEmpty() && checkedOut != null) {
            return settled(tx, changes, actor, connection, event, origin, checkedOut);
        }
        if (reading.objects().isEmpty()) {
            return reading.asked().isEmpty() ? NO_CHANGE : FETCH_REQUESTED;
        }
        return settled(tx, changes, actor, connection, event, origin, mirrored(tx, changes, actor, connection.id(), reading, origin));
    }

    /** Settles what follows from the changed objects. @return the outcome, which is another one if the object is asked for */
    private String settled(Tx tx, Changes changes, Actor actor, Connected connection, ProviderEvent event, Origin origin, String outcome) {
        var provider = providers.of(connection.provider());
        // The objects that the event has changed are locked by the mirror.
        recovery.settleAll(tx, changes);
        dunning.settleAll(tx, changes, actor);
        ledger.settle(tx, changes, origin.deliveryId());
        if (connection.hasApiKey()) {
            lacking.request(tx, changes, connection.id(), origin);
            if (outcome.equals(APPLIED) && origin.deliveryId() != null) {
                lacking.request(tx, changes, connection.id(), provider, event);
            }
        }
        return ordered(tx, changes, connection, provider.target(event), outcome);
    }

    /** The stored events and the settings of a connection, which its provider needs to read an event or an answer. */
    public Provider.Context context(Tx tx, Connected connection) {
        return new Known(tx, connection, deliveries);
    }

    private record Known(Tx tx, Connected connection, DeliveryStore deliveries) implements Provider.Context {

        @Override
        public List<PastEvent> past(String reference) {
            return deliveries.past(tx, connection.id(), reference);
        }

        @Override
        public @Nullable ImpliedTax impliedTax() {
            var tax = connection.impliedTax();
            return tax == null ? null : new ImpliedTax(tax.rateBasisPoints(), tax.inclusive(), tax.name());
        }
    }

    /** @return the outcome of the first object */
    private String mirrored(Tx tx, Changes changes, Actor actor, UUID connectionId, Reading reading, Origin origin) {
        // Only an object that the server has asked for itself has the version that was read before the fetch.
        var applied = mirror.apply(tx, changes, connectionId, reading.objects().getFirst(), reading.isTarget() ? origin : origin.ofAnyVersion());
        settlePlans(tx, changes, actor, applied);
        for (var object : reading.objects().subList(1, reading.objects().size())) {
            settlePlans(tx, changes, actor, mirror.apply(tx, changes, connectionId, object, origin.ofAnyVersion()));
        }
        return applied.outcome();
    }

    private String checkedOut(Tx tx, Changes changes, Actor actor, UUID connectionId, ProviderCheckout session, Instant at) {
        var applied = checkout.apply(tx, changes, connectionId, session, at);
        if (applied.linkedTo() != null) {
            plans.settle(tx, changes, actor, applied.linkedTo());
        }
        return applied.outcome();
    }

    private void settlePlans(Tx tx, Changes changes, Actor actor, Applied applied) {
        if (applied.subscriptionId() != null) {
            checkout.confirmPlanChanges(tx, changes, applied.subscriptionId());
        }
        if (applied.organizationId() != null) {
            plans.settle(tx, changes, actor, applied.organizationId());
        }
    }

    /** Requests the object of an event that can't be ordered. Without a key the mirror keeps what it has. */
    private String ordered(Tx tx, Changes changes, Connected connection, @Nullable Target target, String outcome) {
        boolean tie = outcome.equals(Verdict.TIE.outcome());
        if (!tie && !outcome.equals(Verdict.UNORDERED.outcome())) {
            return outcome;
        }
        if (!connection.hasApiKey() || target == null || tie && sameContent(changes, target.kind())) {
            return tie ? APPLIED : STALE;
        }
        fetches.request(tx, connection.id(), target.kind(), target.reference(), Fetches.Reason.TIE);
        return TIE_FETCHED;
    }

    /** True if the event has changed no content, so that it doesn't matter which of the two is newer. */
    private static boolean sameContent(Changes changes, String kind) {
        return changes.all().stream()
                .filter(change -> change.entityType().equals(kind))
                .allMatch(change -> change.before() != null && change.after() != null && content(change.before()).equals(content(change.after())));
    }

    private static JsonNode content(Object resource) {
        var content = Json.WIRE.valueToTree(resource);
        ((ObjectNode) content).remove(NO_CONTENT);
        return content;
    }
}
