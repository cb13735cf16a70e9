package org.guildhall.billing.deliveries;

import java.util.List;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.deliveries.DeliveryStore.Effect;
import org.guildhall.billing.deliveries.DeliveryStore.Row;
import org.guildhall.billing.dunning.Dunning;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.ledger.Ledger;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.billing.recovery.PaymentRecovery;
import org.guildhall.billing.stripe.StripeCredits;
import org.guildhall.billing.stripe.StripeCustomers;
import org.guildhall.billing.stripe.StripeDisputes;
import org.guildhall.billing.stripe.StripeInvoices;
import org.guildhall.billing.stripe.StripePayments;
import org.guildhall.billing.stripe.StripePayouts;
import org.guildhall.billing.stripe.StripeSubscriptions;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies one event, in the transaction that locks its delivery. The first attempt, retries and replays are all this code. */
final class EventProcessor {

    static final Actor PROVIDER = new Actor("webhook", null);

    private static final int EFFECTS_MAX = 200;

    private final DeliveryStore deliveries;
    private final Mirroring mirror;
    private final Ledger ledger;
    private final PlanSettlement plans;
    private final PaymentRecovery recovery;
    private final Dunning dunning;

    EventProcessor(
            DeliveryStore deliveries, Mirroring mirror, Ledger ledger, PlanSettlement plans, PaymentRecovery recovery, Dunning dunning) {
        this.deliveries = deliveries;
        this.mirror = mirror;
        this.ledger = ledger;
        this.plans = plans;
        this.recovery = recovery;
        this.dunning = dunning;
    }

    /**
     * Applies an event and records its outcome.
     *
     * @param changes gets the changed resources, but not the delivery
     * @param isRepeated true for a retry or a replay
     * @throws UnreadableEvent if the event's object has a form that can't be read
     * @throws UnbalancedSource if the lines of an invoice don't make its total
     */
    Row process(Tx tx, Changes changes, Connected connection, Row delivery, ProviderEvent event, boolean isRepeated) {
        boolean foreign = event.livemode() != connection.livemode()
                || connection.accountReference() != null && event.accountReference() != null
                        && !event.accountReference().equals(connection.accountReference());
        if (foreign) {
            return skipped(tx, delivery, "foreign");
        }
        var origin = new Origin(delivery.id(), event.at(), event.rank(), event.reference(), event.apiVersion(), isRepeated);
        return switch (event.type()) {
            case "customer.created", "customer.updated", "customer.deleted" ->
                account(tx, changes, connection, delivery, event, origin);
            case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused",
                    "customer.subscription.resumed" -> subscription(tx, changes, connection, delivery, event, origin);
            case "invoice.created", "invoice.updated", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
                    "invoice.payment_action_required", "invoice.sent", "invoice.overdue", "invoice.overpaid", "invoice.voided",
                    "invoice.marked_uncollectible", "invoice.deleted" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripeInvoices.read(event), origin));
            case "payment_intent.created", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
                    "payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripePayments.readIntent(event), origin));
            case "charge.succeeded", "charge.failed", "charge.pending", "charge.captured", "charge.expired", "charge.updated", "charge.refunded" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripePayments.readCharge(event), origin));
            case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripePayments.readRefund(event), origin));
            case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
                    "charge.dispute.closed" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripeDisputes.read(event), origin));
            case "payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripePayouts.read(event), origin));
            case "credit_note.created", "credit_note.updated", "credit_note.voided" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripeCredits.read(event), origin));
            case "invoice_payment.paid" ->
                done(tx, changes, delivery, mirror.apply(tx, changes, connection.id(), StripePayments.readInvoicePayment(event)));
            default -> skipped(tx, delivery, "unknown_type");
        };
    }

    private Row account(Tx tx, Changes changes, Connected connection, Row delivery, ProviderEvent event, Origin origin) {
        var applied = mirror.apply(tx, changes, connection.id(), StripeCustomers.read(event), origin);
        if (applied.linkedTo() != null) {
            plans.settle(tx, changes, PROVIDER, applied.linkedTo());
        }
        return done(tx, changes, delivery, applied.outcome());
    }

    private Row subscription(Tx tx, Changes changes, Connected connection, Row delivery, ProviderEvent event, Origin origin) {
        var applied = mirror.apply(tx, changes, connection.id(), StripeSubscriptions.read(event), origin);
        if (applied.organizationId() != null) {
            plans.settle(tx, changes, PROVIDER, applied.organizationId());
        }
        return done(tx, changes, delivery, applied.outcome());
    }

    private Row skipped(Tx tx, Row delivery, String reason) {
        return deliveries.processed(tx, delivery.id(), null, reason, List.of());
    }

    private Row done(Tx tx, Changes changes, Row delivery, String outcome) {
        // The objects that the event has changed are locked by the mirror.
        recovery.settleAll(tx, changes);
        dunning.settleAll(tx, changes, PROVIDER);
        ledger.settle(tx, changes, delivery.id());
        return deliveries.processed(tx, delivery.id(), outcome, null, effects(changes));
    }

    private static List<Effect> effects(Changes changes) {
        return changes.all().stream().limit(EFFECTS_MAX).map(change -> new Effect(change.entityType(), change.idText())).toList();
    }
}
