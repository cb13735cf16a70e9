package org.guildhall.billing.gocardless;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.guildhall.billing.events.Provider.Target;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Reads GoCardless's deliveries: up to 250 events in one signed body. */
final class GoCardlessEvents {

    /** The type of an event that can't be read. */
    static final String UNREADABLE = "unreadable";

    private static final int EVENTS_MAX = 250;
    private static final int WORD_MAX = 59;
    private static final int TEXT_MAX = 1_000;
    /** The members of {@code details} that the resources don't have. */
    private static final List<String> DETAILS = List.of("cause", "description", "scheme", "reason_code");
    private static final String RETRIES = "will_attempt_retry";

    private static final Set<String> MANDATES = Set.of(
            "created", "customer_approval_granted", "customer_approval_skipped", "submitted", "active", "cancelled", "failed", "transferred", "expired",
            "blocked", "consumed", "replaced", "resubmission_requested", "reinstated", "suspended_by_payer");
    private static final Set<String> SUBSCRIPTIONS = Set.of(
            "created", "approved", "customer_approval_granted", "customer_approval_denied", "amended", "paused", "resumed", "scheduled_pause",
            "scheduled_pause_cancelled", "scheduled_resume", "cancelled", "finished", "payment_created");
    private static final Set<String> PAYMENTS = Set.of(
            "created", "customer_approval_granted", "customer_approval_denied", "submitted", "confirmed", "cancelled", "failed", "charged_back",
            "chargeback_cancelled", "paid_out", "late_failure_settled", "chargeback_settled", "surcharge_fee_debited", "surcharge_fee_credited",
            "resubmission_requested");
    private static final Set<String> REFUNDS = Set.of("created", "submitted", "failed", "bounced", "paid", "refund_settled", "funds_returned");
    private static final Set<String> PAYOUTS = Set.of("created", "paid", "fx_rate_confirmed", "tax_exchange_rates_confirmed", "bounced");

    /** The end of a checkout; what the payer does on the way is of no use. */
    private static final Set<String> BILLING_REQUESTS = Set.of("fulfilled", "cancelled");

    private GoCardlessEvents() {}

    /** @throws UnreadableEvent if the body isn't a list of events */
    static List<ProviderEvent> read(byte[] body, Instant now) {
        var events = Json.parse(body).path("events");
        if (!events.isArray() || events.size() > EVENTS_MAX) {
            throw new UnreadableEvent(events.isArray() ? "`events` has more than " + EVENTS_MAX + " events." : "`events` is no list.");
        }
        var read = new ArrayList<ProviderEvent>();
        events.forEach(event -> read.add(read(event, now)));
        return read;
    }

    private static ProviderEvent read(JsonNode node, Instant now) {
        try {
            return readable(node);
        } catch (UnreadableEvent unreadable) {
            var hash = HexFormat.of().formatHex(Sha256.begin().digest(node.toString().getBytes(StandardCharsets.UTF_8)));
            return new ProviderEvent("sha256-" + hash, UNREADABLE, null, null, now, 0, null, null, null, MissingNode.getInstance(), Map.of());
        }
    }

    private static ProviderEvent readable(JsonNode node) {
        var event = GoCardlessMoney.read(node, "event");
        var kind = event.required("resource_type", WORD_MAX);
        var links = event.child("links");
        var details = event.child("details");
        return new ProviderEvent(
                event.requiredReference("id"), kind + "." + event.required("action", WORD_MAX), kind, links == null ? null : links.reference(singular(kind)),
                event.requiredTime("created_at"), 0, null, null, links == null ? null : links.reference("organisation"), node,
                details == null ? Map.of() : details(details));
    }

    private static Map<String, String> details(ProviderJson details) {
        var known = new TreeMap<String, String>();
        for (var member : DETAILS) {
            var text = details.text(member, TEXT_MAX);
            if (text != null) {
                known.put(member, text);
            }
        }
        if (details.flag(RETRIES)) {
            known.put(RETRIES, "true");
        }
        return known;
    }

    private static String singular(String kind) {
        return kind.endsWith("s") ? kind.substring(0, kind.length() - 1) : kind;
    }

    /** The objects that an event makes the server ask for; null for a type that it doesn't use. */
    static @Nullable List<Target> targets(ProviderEvent event) {
        var kind = event.objectKind();
        if (kind == null) {
            return null;
        }
        var action = event.type().substring(kind.length() + 1);
        var links = event.object().path("links");
        return switch (kind) {
            case "mandates" -> MANDATES.contains(action) ? targets(event, "mandate", links.path("new_mandate"), "mandate") : null;
            case "subscriptions" -> SUBSCRIPTIONS.contains(action) ? targets(event, "subscription", links.path("payment"), "payment") : null;
            case "payments" -> PAYMENTS.contains(action) ? targets(event, "payment", MissingNode.getInstance(), "") : null;
            case "refunds" -> REFUNDS.contains(action) ? targets(event, "refund", MissingNode.getInstance(), "") : null;
            case "payouts" -> PAYOUTS.contains(action) ? targets(event, "payout", MissingNode.getInstance(), "") : null;
            case "billing_requests" -> BILLING_REQUESTS.contains(action) ? targets(event, "checkout", MissingNode.getInstance(), "") : null;
            default -> null;
        };
    }

    private static List<Target> targets(ProviderEvent event, String kind, JsonNode other, String otherKind) {
        if (event.objectReference() == null) {
            throw new UnreadableEvent("`links` doesn't name the " + kind + ".");
        }
        var targets = new ArrayList<Target>();
        targets.add(new Target(kind, event.objectReference()));
        if (other.isTextual()) {
            targets.add(new Target(otherKind, other.textValue()));
        }
        return targets;
    }
}
