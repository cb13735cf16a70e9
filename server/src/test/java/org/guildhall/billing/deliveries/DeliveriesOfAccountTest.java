package org.guildhall.billing.deliveries;

import static org.guildhall.billing.StripeBodies.charge;
import static org.guildhall.billing.StripeBodies.creditNote;
import static org.guildhall.billing.StripeBodies.dispute;
import static org.guildhall.billing.StripeBodies.intent;
import static org.guildhall.billing.StripeBodies.invoice;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.refund;
import static org.guildhall.billing.StripeBodies.subscription;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.Test;

/** The deliveries of an account: those about it and about its objects, whatever became of them. */
class DeliveriesOfAccountTest {

    private static final String BILLING = "/api/v1/billing/";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final long now = Instant.now().getEpochSecond() - 100;
    private String connection = "";
    private StripeSender stripe = connect();

    private StripeSender connect() {
        connection = String.valueOf(http.post(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        return new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);
    }

    private void send(String event, String type, Map<String, Object> object) {
        stripe.send(StripeSender.event(event, type, now, object)).expect(200);
    }

    private static Map<String, Object> customer(String id) {
        return object("id", id, "object", "customer", "name", "Mira");
    }

    private String account(String reference) {
        return String.valueOf(http.get(BILLING + "accounts?connection_id=" + connection + "&provider_reference=" + reference).expect(200).at("/data/0/id"));
    }

    private List<String> events(String account, String filter) {
        var found = new ArrayList<String>();
        http.get(BILLING + "webhook-deliveries?sort=created_at&account_id=" + account + filter).expect(200).json().get("data").forEach(
                delivery -> found.add(delivery.get("event_reference").asText()));
        return found;
    }

    /** Another connection has objects with equal ids, and another account of this one has objects, too. */
    @Test
    void events_ofAllKindsOfObjects_areFound() {
        send("evt_other", "customer.created", customer("cus_harbour"));
        stripe = connect();
        send("evt_1", "customer.created", customer("cus_harbour"));
        send("evt_2", "customer.subscription.created", subscription("sub_harbour", "cus_harbour", "active", "prod_1"));
        send("evt_3", "invoice.finalized", invoice("in_1", "open"));
        send("evt_4", "payment_intent.succeeded", intent("pi_1", "succeeded"));
        send("evt_5", "charge.succeeded", charge("ch_1", "pi_1", "succeeded", now));
        send("evt_6", "refund.created", refund("re_1", "pi_1", 2_900, "succeeded"));
        send("evt_7", "charge.dispute.created", dispute("du_1", "pi_1", "needs_response"));
        send("evt_8", "credit_note.created", creditNote("cn_1", "in_1", 2_900, 264));
        send("evt_b1", "customer.created", customer("cus_b"));
        send("evt_b2", "payment_intent.succeeded", with(intent("pi_b", "succeeded"), "customer", "cus_b"));
        send("evt_b3", "coupon.created", StripeBodies.coupon("WELCOME10", now));
        assertEquals(List.of("evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_6", "evt_7", "evt_8"), events(account("cus_harbour"), ""));
        assertEquals(List.of("evt_b1", "evt_b2"), events(account("cus_b"), ""));
        assertEquals(List.of(), events("acc_01m84a7j9m1p3r5t7w9y1a3c5e", ""));
    }

    @Test
    void events_withoutEffect_areFound() {
        send("evt_1", "customer.created", customer("cus_1"));
        stripe.send(StripeSender.event("evt_2", "customer.updated", now - 60, customer("cus_1"))).expect(200);
        send("evt_3", "customer.subscription.created", subscription("sub_1", "cus_1", "active", "prod_1"));
        send("evt_4", "customer.subscription.updated", subscription("sub_1", "cus_1", "hibernating", "prod_1"));
        var account = account("cus_1");
        assertEquals(List.of("evt_2"), events(account, "&outcome=stale"));
        assertEquals(List.of("evt_4"), events(account, "&state=failed"));
        assertEquals(List.of("evt_1", "evt_2", "evt_3", "evt_4"), events(account, ""));
    }
}
