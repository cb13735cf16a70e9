package org.guildhall.billing.reconciliation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.model.ReconciliationId;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;
import org.junit.jupiter.api.Test;

/** Comparisons of the mirror with Stripe: what they find, and the repair. */
class ReconciliationsTest {

    private static final String BILLING = "/api/v1/billing/";
    private static final long WAIT_NANOS = 30_000_000_000L;
    private static final long PAUSE_NANOS = 10_000_000L;

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final StripeStandIn.Account account = StripeStandIn.shared().account();
    private final long now = Instant.now().getEpochSecond();
    private final String connection = String.valueOf(http.post(BILLING + "connections", """
            {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s", "api_key": "%s"}"""
            .formatted(StripeSender.SECRET, account.apiKey())).expect(201).at("/id"));
    private final StripeSender stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);

    private static Map<String, Object> customer(String id, String name, long created) {
        return StripeBodies.object("id", id, "object", "customer", "name", name, "currency", "aud", "created", created);
    }

    private void send(String event, String type, Map<String, Object> object) {
        stripe.send(StripeSender.event(event, type, now, object)).expect(200);
    }

    private Reply start(String members) {
        return http.post(BILLING + "reconciliations", "{\"connection_id\": \"%s\"%s}".formatted(connection, members)).expect(202);
    }

    private Reply finished(Reply started) {
        var path = BILLING + "reconciliations/" + started.at("/id");
        var reply = http.get(path).expect(200);
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && String.valueOf(reply.at("/finished_at")).equals("null");) {
            LockSupport.parkNanos(PAUSE_NANOS);
            reply = http.get(path).expect(200);
        }
        return reply;
    }

    private static String counts(Reply reply) {
        return reply.at("/state") + " compared " + reply.at("/compared") + " missing " + reply.at("/missing_here") + "/" + reply.at("/missing_there")
                + " differing " + reply.at("/differing") + " unreadable " + reply.at("/unreadable") + " requested " + reply.at("/requested");
    }

    private List<String> differences(Reply reply, String filter) {
        var all = new ArrayList<String>();
        http.get(BILLING + "reconciliations/" + reply.at("/id") + "/differences" + filter).expect(200).json().get("data").forEach(each -> {
            var fields = new ArrayList<String>();
            each.get("fields").forEach(field -> fields.add(field.get("pointer").asText() + " " + field.get("here").asText() + " " + field.get("there").asText()));
            all.add(each.get("kind").asText() + " " + each.get("provider_reference").asText() + " " + each.get("difference").asText()
                    + (fields.isEmpty() ? "" : " " + fields));
        });
        return all.stream().sorted().toList();
    }

    private void givenDifferences() {
        account.put("customers", customer("cus_harbour", "Mira", 10)).put("customers", customer("cus_new", "Ada", 20))
                .put("customers", customer("cus_renamed", "Mira Rossi", 30));
        account.put("invoices", StripeBodies.invoice("in_1", "paid"));
        account.put("refunds", StripeBodies.with(StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded"), "status", "a status of a later version"));
        account.put("payment_intents", StripeBodies.intent("pi_1", "succeeded"));
        send("evt_1", "customer.created", customer("cus_harbour", "Mira", 10));
        send("evt_2", "customer.created", customer("cus_gone", "Gone", 10));
        send("evt_3", "customer.created", customer("cus_renamed", "Mira", 10));
        send("evt_4", "invoice.finalized", StripeBodies.invoice("in_1", "open"));
        send("evt_5", "payment_intent.succeeded", StripeBodies.intent("pi_1", "succeeded"));
    }

    @Test
    void report_hasEachKindOfDifference_andChangesNothing() {
        givenDifferences();
        var report = finished(start(""));
        assertEquals("succeeded compared 6 missing 1/1 differing 2 unreadable 1 requested 0", counts(report));
        assertEquals(List.of(
                "account cus_gone missing_there", "account cus_new missing_here", "account cus_renamed differs [/name null null]",
                "invoice in_1 differs [/amount_paid/amount_minor 0 12900, /amount_remaining/amount_minor 12900 0, /paid_at null "
                        + "2026-11-25T09:50:00.000000Z, /provider_status open paid, /state open paid]",
                "refund re_1 unreadable"), differences(report, ""));
        assertEquals(List.of("account cus_new missing_here"), differences(report, "?difference=missing_here&kind=account"));
        assertEquals("open", http.get(BILLING + "invoices?provider_reference=in_1").expect(200).at("/data/0/state"));
        assertEquals(0, http.get(BILLING + "accounts?provider_reference=cus_new").expect(200).json().get("data").size());
        assertFalse(http.get(BILLING + "reconciliations/" + report.at("/id") + "/differences").expect(200).text().contains("Mira"));
    }

    @Test
    void repair_makesTheMirrorEqual() {
        givenDifferences();
        var report = finished(start(", \"kinds\": [\"account\", \"invoice\"]"));
        var repaired = http.post(BILLING + "reconciliations/" + report.at("/id") + "/repair", null).expect(200);
        assertEquals("succeeded compared 4 missing 1/1 differing 2 unreadable 0 requested 4", counts(repaired));
        var path = BILLING + "accounts?provider_reference=cus_gone";
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !"missing_there".equals(http.get(path).at("/data/0/mirror/fetch"));) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        var again = finished(start(", \"kinds\": [\"account\", \"invoice\"], \"repair\": true"));
        for (int at = 0; at < 20 && !counts(again).contains("missing 0/1 differing 0"); at++) {
            again = finished(start(", \"kinds\": [\"account\", \"invoice\"]"));
        }
        assertEquals(List.of("account cus_gone missing_there"), differences(again, ""));
        assertEquals("paid fetch", http.get(BILLING + "invoices").expect(200).at("/data/0/state") + " "
                + http.get(BILLING + "invoices").expect(200).at("/data/0/mirror/source"));
    }

    @Test
    void pages_windowAndLimits() {
        IntStream.rangeClosed(1, 250).forEach(at -> account.put("customers", customer("cus_" + at, "Member " + at, 1_000 + at)));
        account.fails(429, 1);
        var report = finished(start(", \"kinds\": [\"account\"]"));
        assertEquals("succeeded compared 250 missing 250/0 differing 0 unreadable 0 requested 0", counts(report));
        assertEquals(4, account.calls().size());
        var window = finished(start("""
            , "kinds": ["account"], "objects_from": "1970-01-01T00:20:00Z", "objects_before": "1970-01-01T00:20:10Z\""""));
        assertEquals("succeeded compared 10 missing 10/0 differing 0 unreadable 0 requested 0", counts(window));
    }

    @Test
    void linesOfALongInvoice_areNoDifference() {
        var lines = IntStream.rangeClosed(1, 12).mapToObj(at -> StripeBodies.line("il_" + at, 100, 0)).toList();
        var invoice = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "total", 1_200, "subtotal", 1_200, "amount_due", 1_200,
                "amount_remaining", 1_200, "total_taxes", List.of(), "lines", Map.of("object", "list", "has_more", false, "data", lines));
        account.put("invoices", invoice).put("customers", customer("cus_harbour", "Mira", 10));
        send("evt_1", "invoice.finalized", invoice);
        assertEquals("succeeded compared 1 missing 0/0 differing 0 unreadable 0 requested 0", counts(finished(start(", \"kinds\": [\"invoice\"]"))));
    }

    @Test
    void job_startsOneForEachConnection() {
        account.put("customers", customer("cus_new", "Ada", 20));
        http.post(BILLING + "connections", "{\"name\": \"Without a key\", \"provider\": \"stripe\", \"livemode\": true}").expect(201);
        http.post("/api/v1/tasks/jobs/billing-reconciliation/runs", null).expect(202);
        var list = BILLING + "reconciliations";
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && http.get(list).json().get("data").isEmpty();) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        var started = http.get(list).expect(200);
        assertEquals(1, started.json().get("data").size());
        var report = finished(http.get(list + "/" + started.at("/data/0/id")).expect(200));
        assertEquals("succeeded compared 1 missing 1/0 differing 0 unreadable 0 requested 0", counts(report));
    }

    /** 400 days are the tenant's time for the bodies of webhooks. */
    @Test
    void job_deletesOldReports_withTheirDifferences() throws Exception {
        account.put("customers", customer("cus_new", "Ada", 20));
        var old = finished(start("")).at("/id");
        var younger = finished(start("")).at("/id");
        tenant.sql("update billing.reconciliations set created_at = now() - interval '401 days' where tenant_id = ? and id = ?", tenant.id(),
                ReconciliationId.parse(String.valueOf(old)).value());
        tenant.sql("update billing.reconciliations set created_at = now() - interval '399 days' where tenant_id = ? and id = ?", tenant.id(),
                ReconciliationId.parse(String.valueOf(younger)).value());
        http.post("/api/v1/tasks/jobs/billing-reconciliation/runs", null).expect(202);
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && http.get(BILLING + "reconciliations/" + old).status() == 200;) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        http.get(BILLING + "reconciliations/" + old).expect(404);
        http.get(BILLING + "reconciliations/" + younger).expect(200);
        assertEquals(List.of("1"), tenant.found("select count(*) from billing.reconciliation_differences where tenant_id = ?", tenant.id()));
    }

    @Test
    void refusedKey_failsTheReconciliation_andNoKeyIsRefused() {
        account.fails(401, null);
        var report = finished(start(""));
        assertEquals("failed Stripe answered 401 (api_error).", report.at("/state") + " " + report.at("/failure"));
        http.post(BILLING + "reconciliations/" + report.at("/id") + "/repair", null).expect(200);
        http.post(BILLING + "connections/" + connection + "/set-api-key", "{\"api_key\": null}").expect(200);
        assertEquals("409 invalid_state", http.post(BILLING + "reconciliations", "{\"connection_id\": \"%s\"}".formatted(connection)).outcome());
        assertEquals("409 invalid_state", http.post(BILLING + "reconciliations/" + report.at("/id") + "/repair", null).outcome());
        assertEquals("422 validation_failed", http.post(BILLING + "reconciliations", "{\"connection_id\": \"cnn_01m84a2c4e6g8j0m2p4r6t8v0x\"}").outcome());
    }
}
