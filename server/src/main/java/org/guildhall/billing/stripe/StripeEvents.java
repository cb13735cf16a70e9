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

    /** Several events of an object can have the same second. Their types tell the order in which they happen. */
    private static int rank(String type) {
        return switch (type) {
            // A charge begins with one of these, and can be captured and refunded in the same second.
            case "charge.succeeded", "charge.failed", "charge.pending" -> 0;
            case "charge.captured" -> 2;
            case "charge.refunded" -> 3;
            case "charge.dispute.funds_withdrawn" -> 2;
            case "charge.dispute.closed" -> 3;
            case "charge.dispute.funds_reinstated" -> 4;
            // A payout can fail after it was paid.
            case "payout.failed" -> 4;
            case "refund.failed", "payment_intent.canceled" -> 3;
            default -> rankOfVerb(type.substring(type.lastIndexOf('.') + 1));
        };
    }

    private static int rankOfVerb(String verb) {
        return switch (verb) {
            case "created" -> 0;
            case "finalized" -> 2;
            case "paid", "payment_succeeded", "succeeded" -> 3;
            case "voided" -> 4;
            case "deleted" -> 9;
            default -> 1;
        };
    }
}
