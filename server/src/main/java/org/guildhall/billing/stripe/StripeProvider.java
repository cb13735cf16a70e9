package org.guildhall.billing.stripe;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.guildhall.billing.events.Provider;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderPlanChanges;
import org.guildhall.billing.events.ProviderPortals;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Stripe. Its events carry the whole object that has changed. */
public final class StripeProvider implements Provider {

    private final StripeFetches fetches;
    private final StripeCheckouts checkouts;
    private final StripePortals portals;
    private final StripePlanChanges planChanges;

    /** @param baseUrl the address of Stripe's API */
    public StripeProvider(String baseUrl) {
        var api = new StripeApi(baseUrl);
        this.fetches = new StripeFetches(api);
        this.checkouts = new StripeCheckouts(api);
        this.portals = new StripePortals(api);
        this.planChanges = new StripePlanChanges(api);
    }

    @Override
    public String name() {
        return "stripe";
    }

    @Override
    public boolean verify(byte[] body, Function<String, String> headers, List<String> secrets, Instant now) {
        return StripeSignature.verify(body, headers.apply(StripeSignature.HEADER), secrets, now);
    }

    @Override
    public List<ProviderEvent> events(byte[] body, Instant now) {
        return List.of(StripeEvents.read(Json.parse(body)));
    }

    @Override
    public @Nullable Reading read(ProviderEvent event, Context context) {
        return switch (event.type()) {
            case "customer.created", "customer.updated", "customer.deleted" -> Reading.of(StripeCustomers.read(event));
            case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "customer.subscription.paused",
                    "customer.subscription.resumed" -> Reading.of(StripeSubscriptions.read(event));
            case "invoice.created", "invoice.updated", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
                    "invoice.payment_action_required", "invoice.sent", "invoice.overdue", "invoice.overpaid", "invoice.voided",
                    "invoice.marked_uncollectible", "invoice.deleted" -> Reading.of(StripeInvoices.read(event));
            case "payment_intent.created", "payment_intent.processing", "payment_intent.requires_action", "payment_intent.succeeded",
                    "payment_intent.canceled", "payment_intent.payment_failed", "payment_intent.amount_capturable_updated" ->
                Reading.of(StripePayments.readIntent(event));
            case "charge.succeeded", "charge.failed", "charge.pending", "charge.captured", "charge.expired", "charge.updated", "charge.refunded" ->
                Reading.of(StripePayments.readCharge(event));
            case "refund.created", "refund.updated", "refund.failed", "charge.refund.updated" -> Reading.of(StripePayments.readRefund(event));
            case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated",
                    "charge.dispute.closed" -> Reading.of(StripeDisputes.read(event));
            case "payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled" -> Reading.of(StripePayouts.read(event));
            case "credit_note.created", "credit_note.updated", "credit_note.voided" -> Reading.of(StripeCredits.read(event));
            case "coupon.created", "coupon.updated", "coupon.deleted" -> Reading.of(StripeCoupons.read(event));
            case "promotion_code.created", "promotion_code.updated" -> Reading.of(StripePromotionCodes.read(event));
            case "invoice_payment.paid" -> {
                var part = StripePayments.readInvoicePayment(event);
                yield part == null ? Reading.ask(List.of()) : Reading.of(part);
            }
            default -> null;
        };
    }

    @Override
    public @Nullable ProviderCheckout checkout(ProviderEvent event) {
        return switch (event.type()) {
            case "checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
                    "checkout.session.expired" -> StripeCheckouts.read(event);
            default -> null;
        };
    }

    @Override
    public ProviderCheckouts checkouts() {
        return checkouts;
    }

    @Override
    public ProviderPortals portals() {
        return portals;
    }

    @Override
    public ProviderPlanChanges planChanges() {
        return planChanges;
    }

    @Override
    public @Nullable Target target(ProviderEvent event) {
        return StripeFetches.target(event);
    }

    @Override
    public boolean lacksFee(ProviderEvent event) {
        return StripePayments.lacksFee(event);
    }

    @Override
    public boolean lacksItems(ProviderEvent event) {
        return StripeSubscriptions.lacksItems(event);
    }

    @Override
    public boolean tellsOfRefunds(ProviderEvent event) {
        return event.type().equals("charge.refunded");
    }

    @Override
    public List<ProviderEvent> get(String apiKey, Target target) throws ProviderFailure {
        return fetches.get(apiKey, target.kind(), target.reference());
    }

    @Override
    public Set<String> listed() {
        return Set.of("account", "subscription", "invoice", "payment", "refund", "dispute", "payout", "coupon_mapping", "promotion_code");
    }

    @Override
    public ListPage page(String apiKey, String kind, @Nullable Instant from, @Nullable Instant before, @Nullable String after) throws ProviderFailure {
        return fetches.page(apiKey, kind, from, before, after);
    }
}
