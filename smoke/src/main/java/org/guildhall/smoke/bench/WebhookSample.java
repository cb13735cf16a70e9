package org.guildhall.smoke.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.guildhall.smoke.bench.BenchData.Organization;
import org.guildhall.smoke.bench.Load.Request;
import org.guildhall.smoke.bench.Load.Requests;

/** A connection to Stripe with customers, each linked to an organization, and signed events of their invoices. */
final class WebhookSample {

    private static final String SECRET = "whsec_of_the_bench_that_guards_nothing";
    private static final int CUSTOMERS = 200;

    private final String door;
    private final String run = Long.toString(System.nanoTime(), Character.MAX_RADIX);
    private final AtomicLong invoices = new AtomicLong();
    private final int customers;

    private WebhookSample(String connectionId, int customers) {
        this.door = Api.BASE + "/billing/webhooks/" + connectionId;
        this.customers = customers;
    }

    /** @param token a token of a tenant without connections that can write them */
    static WebhookSample create(Api api, String token, List<Organization> organizations) throws IOException, InterruptedException {
        var connection = api.post("/billing/connections", token, """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(SECRET)).get("id").asText();
        int customers = Math.min(CUSTOMERS, organizations.size());
        var sample = new WebhookSample(connection, customers);
        for (int customer = 0; customer < customers; customer++) {
            api.send("POST", sample.request(sample.event("customer_" + customer, "customer.created", """
                    {"id": "cus_%d", "object": "customer", "name": "Mira Rossi", "currency": "aud", "metadata": {"guildhall_organization_id": "%s"}}"""
                    .formatted(customer, organizations.get(customer).wireId()))));
        }
        return sample;
    }

    /** Each request tells of another invoice; the customers come in turn. */
    Requests finalizedInvoices() {
        return new Requests("POST", () -> {
            long number = invoices.incrementAndGet();
            long now = Instant.now().getEpochSecond();
            var id = run + number;
            return request(event("invoice_" + id, "invoice.finalized", """
                    {"id": "in_%1$s", "object": "invoice", "status": "open", "customer": "cus_%2$d", "currency": "aud", "number": "B-%1$s", "billing_reason": "subscription_cycle",
                     "subtotal": 12900, "total": 12900, "amount_due": 12900, "amount_paid": 0, "amount_remaining": 12900, "attempt_count": 0,
                     "total_taxes": [{"amount": 1173, "tax_behavior": "inclusive"}], "status_transitions": {"finalized_at": %3$d, "paid_at": null},
                     "lines": {"object": "list", "has_more": false, "data": [{"id": "il_%1$s", "object": "line_item", "description": "Membership", "quantity": 1,
                       "amount": 12900, "period": {"start": %3$d, "end": %3$d}, "taxes": [{"amount": 1173, "tax_behavior": "inclusive"}]}]}}"""
                    .formatted(id, number % customers, now)));
        });
    }

    private String event(String id, String type, String object) {
        return """
                {"id": "evt_%s", "object": "event", "type": "%s", "created": %d, "livemode": true, "api_version": "2026-07-29.dahlia", "data": {"object": %s}}"""
                .formatted(id, type, Instant.now().getEpochSecond(), object);
    }

    private Request request(String body) {
        long now = Instant.now().getEpochSecond();
        return new Request(door, Map.of("Content-Type", "application/json", "Stripe-Signature", "t=" + now + ",v1=" + signature(now + "." + body)), body);
    }

    private static String signature(String signed) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
