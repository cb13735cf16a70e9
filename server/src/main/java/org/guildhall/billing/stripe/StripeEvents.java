package org.guildhall.billing.stripe;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.UnreadableEvent;

/** Reads the envelope of Stripe's events, in each version of its API. */
final class StripeEvents {

    private static final int TYPE_MAX = 120;
    private static final int VERSION_MAX = 60;

    private StripeEvents() {}

    /** @throws UnreadableEvent if the body isn't an event */
    static ProviderEvent read(JsonNode body) {
        var event = StripeMoney.read(body, "event");
        var at = event.instant("created");
        if (at == null) {
            throw event.wrong("created", "missing");
        }
        var type = event.required("type", TYPE_MAX);
        var object = body.path("data").path("object");
        var subject = object.isObject() ? StripeMoney.read(object, "data.object") : null;
        return new ProviderEvent(
                event.requiredReference("id"), type, subject == null ? null : subject.text("object", TYPE_MAX),
                subject == null ? null : subject.reference("id"), at, rank(type), event.text("api_version", VERSION_MAX), event.flag("livemode"),
                event.reference("account"), object, Map.of());
    }

    /**
     * Several events of an object can have the same second. The types tell the order in which they happen where they are sure: equal ranks, and the unknown
     * one, can't be ordered. The ranks of one kind of object are compared with each other only.
     */
    private static int rank(String type) {
        return switch (type) {
            // A charge begins with one of these, and can be captured and refunded in the same second.
            case "charge.succeeded", "charge.failed", "charge.pending" -> ProviderEvent.RANK_FIRST;
            case "charge.captured" -> 2;
            case "charge.refunded" -> 3;
            case "charge.dispute.funds_withdrawn" -> 2;
            case "charge.dispute.closed" -> 3;
            case "charge.dispute.funds_reinstated" -> 4;
            // An invoice is asked to be paid after it is finalized only. One that isn't paid can become uncollectible before or after an attempt.
            case "invoice.finalized" -> 1;
            case "invoice.payment_failed", "invoice.payment_action_required", "invoice.marked_uncollectible" -> 2;
            // Nothing follows when a payment intent has succeeded or is canceled.
            case "payment_intent.processing", "payment_intent.requires_action", "payment_intent.payment_failed",
                    "payment_intent.amount_capturable_updated" -> 1;
            case "payment_intent.canceled", "refund.failed" -> 3;
            // A payout can fail after it was paid.
            case "payout.failed", "payout.canceled" -> 4;
            default -> rankOfVerb(type.substring(type.lastIndexOf('.') + 1));
        };
    }

    private static int rankOfVerb(String verb) {
        return switch (verb) {
            case "created" -> ProviderEvent.RANK_FIRST;
            case "paid", "payment_succeeded", "succeeded" -> 3;
            case "voided" -> 4;
            case "deleted" -> ProviderEvent.RANK_LAST;
            default -> ProviderEvent.RANK_UNKNOWN;
        };
    }
}
