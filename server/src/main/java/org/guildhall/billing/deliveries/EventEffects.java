package org.guildhall.billing.deliveries;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.Account;
import org.guildhall.api.model.AccountState;
import org.guildhall.api.model.Invoice;
import org.guildhall.api.model.InvoiceState;
import org.guildhall.api.model.Payment;
import org.guildhall.api.model.PaymentState;
import org.guildhall.billing.checkout.Checkout;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.dunning.Dunning;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.ledger.Ledger;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.billing.recovery.PaymentRecovery;
import org.guildhall.billing.stripe.StripeCheckouts;
import org.guildhall.billing.stripe.StripeCredits;
import org.guildhall.billing.stripe.StripeCustomers;
import org.guildhall.billing.stripe.StripeDisputes;
import org.guildhall.billing.stripe.StripeFetches;
import org.guildhall.billing.stripe.StripeInvoices;
import org.guildhall.billing.stripe.StripePayments;
import org.guildhall.billing.stripe.StripePayouts;
import org.guildhall.billing.stripe.StripeSubscriptions;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Applies the object of an event or a fetch to the mirror, settles what follows, and requests what the mirror still lacks. */
public final class EventEffects {

    private static final String APPLIED = "applied";
    private static final String STALE = "stale";
    private static final String TIE_FETCHED = "tie_fetched";
    /** The members that differ although the content is equal. */
    private static final List<String> NO_CONTENT = List.of("mirror", "updated_at", "version");

    private final Mirroring mirror;
    private final Ledger ledger;
    private final PlanSettlement plans;
    private final PaymentRecovery recovery;
    private final Dunning dunning;
    private final Fetches fetches;
    private final Checkout checkout;

    EventEffects(Mirroring mirror, Ledger ledger, PlanSettlement plans, PaymentRecovery recovery, Dunning dunning, Fetches fetches, Checkout checkout) {
        this.mirror = mirror;
        this.ledger = ledger;
        this.plans = plans;
        this.recovery = recovery;
        this.dunning = dunning;
        this.fetches = fetches;
        this.checkout = checkout;
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
        var outcome = mirrored(tx, changes, actor, connection.id(), event, origin);
        if (outcome == null) {
            return null;
        }
        // The objects that the event has changed are locked by the mirror.
        recovery.settleAll(tx, changes);
        dunning.settleAll(tx, changes, actor);
        ledger.settle(tx, changes, origin.deliveryId());
        if (connection.hasApiKey()) {
            requestLacking(tx, changes, connection.id(), origin);
            requestFee(tx, connection.id(), event, outcome, origin);
        }
        return ordered(tx, changes, connection, event, outcome);
    }

    private @Nullable String mirrored(Tx tx, Changes changes, Actor actor, UUID connectionId, ProviderEvent event, Origin origin) {
        return switch (event.type()) {
            case "customer.created", "customer.updated", "customer.deleted" -> account(tx, changes, actor, connectionId, event, origin);
            case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused",
                    "customer.subscription.resumed" -> subscription(tx, changes, actor, connectionId, event, origin);
            case "invoice.created", "invoice.updated", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
                    "invoice.payment_action_required", "invoice.sent", "invoice.overdue", "invoice.overpaid", "invoice.voided",
                    "invoice.marked_uncollectible", "invoice.deleted" -> mirror.apply(tx, changes, connectionId, StripeInvoices.read(event), origin);
            case "payment_intent.created", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
                    "payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated" ->
                mirror.apply(tx, changes, connectionId, StripePayments.readIntent(event), origin);
            case "charge.succeeded", "charge.failed", "charge.pending", "charge.captured", "charge.expired", "charge.updated", "charge.refunded" ->
                mirror.apply(tx, changes, connectionId, StripePayments.readCharge(event), origin);
            case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" ->
                mirror.apply(tx, changes, connectionId, StripePayments.readRefund(event), origin);
            case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
                    "charge.dispute.closed" -> mirror.apply(tx, changes, connectionId, StripeDisputes.read(event), origin);
            case "payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled" ->
                mirror.apply(tx, changes, connectionId, StripePayouts.read(event), origin);
            case "credit_note.created", "credit_note.updated", "credit_note.voided" ->
                mirror.apply(tx, changes, connectionId, StripeCredits.read(event), origin);
            case "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
                    "checkout.session.expired" -> checkout(tx, changes, actor, connectionId, event);
            case "invoice_payment.paid" -> mirror.apply(tx, changes, connectionId, StripePayments.readInvoicePayment(event));
            default -> null;
        };
    }

    private String account(Tx tx, Changes changes, Actor actor, UUID connectionId, ProviderEvent event, Origin origin) {
        var applied = mirror.apply(tx, changes, connectionId, StripeCustomers.read(event), origin);
        if (applied.linkedTo() != null) {
            plans.settle(tx, changes, actor, applied.linkedTo());
        }
        return applied.outcome();
    }

    private String checkout(Tx tx, Changes changes, Actor actor, UUID connectionId, ProviderEvent event) {
        var applied = checkout.apply(tx, changes, connectionId, StripeCheckouts.read(event), event.at());
        if (applied.linkedTo() != null) {
            plans.settle(tx, changes, actor, applied.linkedTo());
        }
        return applied.outcome();
    }

    private String subscription(Tx tx, Changes changes, Actor actor, UUID connectionId, ProviderEvent event, Origin origin) {
        var applied = mirror.apply(tx, changes, connectionId, StripeSubscriptions.read(event), origin);
        if (applied.subscriptionId() != null) {
            checkout.confirmPlanChanges(tx, changes, applied.subscriptionId());
        }
        if (applied.organizationId() != null) {
            plans.settle(tx, changes, actor, applied.organizationId());
        }
        return applied.outcome();
    }

    /** Requests new stubs, and invoices whose lines didn't all come. */
    private void requestLacking(Tx tx, Changes changes, UUID connectionId, Origin origin) {
        for (var change : changes.all()) {
            boolean isNew = change.before() == null;
            switch (change.after()) {
                case Account account when isNew && account.state() == AccountState.STUB ->
                    fetches.request(tx, connectionId, "account", account.providerReference(), Fetches.Reason.STUB);
                case Payment payment when isNew && payment.state() == PaymentState.STUB ->
                    fetches.request(tx, connectionId, "payment", payment.providerReference(), Fetches.Reason.STUB);
                case Invoice invoice when isNew && invoice.state() == InvoiceState.STUB ->
                    fetches.request(tx, connectionId, "invoice", invoice.providerReference(), Fetches.Reason.STUB);
                // A fetch has asked for all lines up to a bound.
                case Invoice invoice when invoice.state() != InvoiceState.STUB && !invoice.linesComplete() && origin.deliveryId() != null ->
                    fetches.request(tx, connectionId, "invoice", invoice.providerReference(), Fetches.Reason.LINES);
                case null, default -> { }
            }
        }
    }

    /** Requests the payment of a charge whose fee isn't known. The answer of a fetch has it. */
    private void requestFee(Tx tx, UUID connectionId, ProviderEvent event, String outcome, Origin origin) {
        var target = outcome.equals(APPLIED) && origin.deliveryId() != null && StripePayments.lacksFee(event) ? StripeFetches.target(event) : null;
        if (target != null) {
            fetches.request(tx, connectionId, target.kind(), target.reference(), Fetches.Reason.FEE);
        }
    }

    /** Requests the object of an event that can't be ordered. Without a key the mirror keeps what it has. */
    private String ordered(Tx tx, Changes changes, Connected connection, ProviderEvent event, String outcome) {
        boolean tie = outcome.equals(Mirroring.TIE);
        if (!tie && !outcome.equals(Mirroring.UNORDERED)) {
            return outcome;
        }
        var target = StripeFetches.target(event);
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
