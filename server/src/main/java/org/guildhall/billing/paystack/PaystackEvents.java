package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Sha256;
import org.jspecify.annotations.Nullable;

/** Reads Paystack's deliveries. An event is known by the hash of its body, since a repetition has the same bytes. */
final class PaystackEvents {

    /** The cards that expire this month. The data are a list. */
    private static final String EXPIRING = "subscription.expiring_cards";
    /** A bound for the subscriptions of one event. */
    private static final int CARDS_MAX = 1_000;
    private static final int TYPE_MAX = 120;
    private static final int WORD_MAX = 60;
    /** The members of an invoice that are kept with its event, since Paystack's API has no call for invoices. */
    private static final List<String> INVOICE = List.of("invoice_code", "paid_at", "created_at", "period_start", "period_end", "description");
    private static final int TEXT_MAX = 1_000;

    private PaystackEvents() {}

    /** @throws UnreadableEvent if the body isn't an event */
    static ProviderEvent read(byte[] body, Instant now) {
        var event = PaystackMoney.read(Json.parse(body), "event");
        var type = event.required("event", TYPE_MAX);
        var node = event.member("data");
        var data = node.isObject() ? PaystackMoney.read(node, "data") : null;
        var domain = data == null ? null : data.text("domain", WORD_MAX);
        var kind = kind(type);
        return new ProviderEvent(
                HexFormat.of().formatHex(Sha256.begin().digest(body)), type, kind, data == null ? null : reference(kind, data), now, 0, null,
                domain == null ? null : domain.equals("live"), data == null ? null : data.textOrNumber("integration", WORD_MAX), node,
                data != null && type.startsWith("invoice.") ? details(data) : Map.of());
    }

    private static String kind(String type) {
        return type.startsWith("charge.dispute.") ? "dispute" : type.contains(".") ? type.substring(0, type.indexOf('.')) : type;
    }

    private static @Nullable String reference(String kind, ProviderJson data) {
        return switch (kind) {
            case "charge" -> data.reference("reference");
            case "dispute" -> data.textOrNumber("id", WORD_MAX);
            case "refund" -> data.reference("transaction_reference");
            case "subscription" -> data.reference("subscription_code");
            // An invoice is read together with its subscription.
            case "invoice" -> {
                var subscription = data.child("subscription");
                yield subscription == null ? null : subscription.reference("subscription_code");
            }
            default -> null;
        };
    }

    private static Map<String, String> details(ProviderJson invoice) {
        var details = new TreeMap<String, String>();
        for (var member : INVOICE) {
            put(details, member, invoice.text(member, TEXT_MAX));
        }
        put(details, "amount", invoice.textOrNumber("amount", WORD_MAX));
        // `status` is `success` for invoices that nobody has paid, too.
        put(details, "paid", isTrue(invoice.member("paid")) ? "true" : null);
        var transaction = invoice.child("transaction");
        put(details, "transaction", transaction == null ? null : transaction.reference("reference"));
        return details;
    }

    private static boolean isTrue(JsonNode value) {
        return value.isBoolean() && value.booleanValue() || value.isIntegralNumber() && value.intValue() == 1;
    }

    private static void put(Map<String, String> details, String name, @Nullable String value) {
        if (value != null) {
            details.put(name, value);
        }
    }

    /** The objects that an event makes the server ask for; null for a type that it doesn't use. */
    static @Nullable List<Target> targets(ProviderEvent event) {
        if (event.type().equals(EXPIRING)) {
            var targets = new LinkedHashSet<Target>();
            for (var card : event.object()) {
                var subscription = card.path("subscription").path("subscription_code");
                if (subscription.isTextual()) {
                    targets.add(new Target("subscription", subscription.textValue()));
                }
            }
            return targets.stream().limit(CARDS_MAX).toList();
        }
        var target = target(event);
        return target == null ? null : List.of(target);
    }

    private static @Nullable Target target(ProviderEvent event) {
        var kind = switch (event.type()) {
            case "charge.success" -> "payment";
            case "subscription.create", "subscription.not_renew", "subscription.disable", "subscription.enable", "invoice.create", "invoice.update",
                    "invoice.payment_failed" -> "subscription";
            case "refund.pending", "refund.processing", "refund.processed", "refund.failed", "refund.needs-attention" -> "refund";
            case "charge.dispute.create", "charge.dispute.remind", "charge.dispute.resolve" -> "dispute";
            default -> null;
        };
        if (kind == null) {
            return null;
        }
        if (event.objectReference() == null) {
            throw new UnreadableEvent("`data` doesn't name its object.");
        }
        return new Target(kind, event.objectReference());
    }
}
