package org.guildhall.billing;

import static org.guildhall.billing.StripeBodies.object;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.guildhall.core.json.Json;

/** Makes events and objects in GoCardless's form, with values of our own. */
public final class GoCardlessBodies {

    private GoCardlessBodies() {}

    /** A delivery of some events. */
    public static String body(List<Map<String, Object>> events) {
        return new String(Json.bytes(Map.of("events", events, "meta", Map.of("webhook_id", "WB-" + events.hashCode()))), StandardCharsets.UTF_8);
    }

    /** An event. @param type such as {@code payments.confirmed} @param reference the id of the object */
    public static Map<String, Object> event(String id, String at, String type, String reference) {
        var kind = type.substring(0, type.indexOf('.'));
        return object(
                "id", id, "created_at", at, "resource_type", kind, "action", type.substring(kind.length() + 1),
                "links", Map.of(kind.substring(0, kind.length() - 1), reference),
                "details", Map.of("origin", "gocardless", "cause", "any_cause", "description", "Something has happened."), "metadata", Map.of());
    }

    /** The failure of a payment. */
    public static Map<String, Object> failed(String id, String at, String payment, String cause, boolean retried) {
        return StripeBodies.with(event(id, at, "payments.failed", payment), "details", Map.of(
                "origin", "bank", "cause", cause, "description", "The bank didn't pay.", "scheme", "becs", "reason_code", "6", "will_attempt_retry", retried));
    }

    public static Map<String, Object> customer(String id, Map<String, String> metadata) {
        return object(
                "id", id, "created_at", "2026-09-01T01:00:00.000Z", "email", "june@members.example", "given_name", "June", "family_name", "Park",
                "company_name", null, "phone_number", null, "metadata", metadata);
    }

    public static Map<String, Object> mandate(String id, String customer, String status) {
        return object(
                "id", id, "created_at", "2026-09-01T01:01:00.000Z", "reference", "HARBOUR-1", "status", status, "scheme", "becs",
                "links", Map.of("creditor", "CR1", "customer", customer, "customer_bank_account", "BA1"), "metadata", Map.of());
    }

    public static Map<String, Object> bankAccount(String id) {
        return object("id", id, "account_number_ending", "42", "bank_name", "HARBOUR BANK", "links", Map.of("customer", "CU1"), "metadata", Map.of());
    }

    public static Map<String, Object> subscription(String id, String mandate, String status, Map<String, String> metadata) {
        return object(
                "id", id, "created_at", "2026-09-01T01:02:00.000Z", "amount", 12_900, "currency", "AUD", "status", status, "name", "Harbour plan",
                "start_date", "2026-09-05", "end_date", null, "interval", 1, "interval_unit", "monthly",
                "upcoming_payments", List.of(Map.of("charge_date", "2026-11-05", "amount", 12_900)), "links", Map.of("mandate", mandate),
                "metadata", metadata);
    }

    public static Map<String, Object> payment(String id, String mandate, long amount, String status) {
        return object(
                "id", id, "amount", amount, "amount_refunded", 0, "charge_date", "2026-09-05", "created_at", "2026-09-01T01:03:00.000Z", "currency", "AUD",
                "description", "Harbour plan", "links", Map.of("creditor", "CR1", "mandate", mandate, "subscription", "SB1"), "metadata", Map.of(),
                "reference", "HARB-" + id, "scheme", "becs", "status", status);
    }

    public static Map<String, Object> refund(String id, String payment, long amount, String status) {
        return object(
                "id", id, "created_at", "2026-09-25T02:00:00.000Z", "amount", amount, "currency", "AUD", "reference", "R-1", "status", status,
                "links", Map.of("payment", payment, "mandate", "MD1"), "metadata", Map.of());
    }

    public static Map<String, Object> payout(String id, long amount, long fees, String status) {
        return object(
                "id", id, "created_at", "2026-09-08T22:00:00.000Z", "amount", amount, "currency", "AUD", "deducted_fees", fees, "arrival_date", "2026-09-09",
                "payout_type", "merchant", "reference", "PO-1", "status", status, "links", Map.of("creditor", "CR1"), "metadata", Map.of());
    }

    /** An item of a payout. @param amount with a decimal, such as {@code -72.4} */
    public static Map<String, Object> item(String payout, String type, String amount, String payment) {
        return object("payout", payout, "type", type, "amount", amount, "taxes", List.of(), "links", Map.of("payment", payment));
    }
}
