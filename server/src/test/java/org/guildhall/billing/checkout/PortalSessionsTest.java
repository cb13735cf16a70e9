package org.guildhall.billing.checkout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.junit.jupiter.api.Test;

/** Portal sessions of Stripe's customers. */
class PortalSessionsTest {

    private static final String PORTALS = "/api/v1/billing/portal-sessions";

    private final CheckoutFixture fixture = new CheckoutFixture(TestServer.shared());
    private final String key = UUID.randomUUID().toString();
    private final String account = account();

    private String account() {
        fixture.send("evt_1", "customer.created", StripeBodies.object("id", "cus_1", "object", "customer"));
        return String.valueOf(fixture.http.get("/api/v1/billing/accounts").expect(200).at("/data/0/id"));
    }

    private Reply open(String query) {
        return fixture.http.post(
                PORTALS + query, "{\"account_id\": \"%s\", \"return_url\": \"https://members.example/account\"}".formatted(account), "Idempotency-Key", key);
    }

    @Test
    void session_isOpened_andItsUrlShownOnce() throws Exception {
        var made = open("").expect(201);
        assertEquals("open no-store", made.at("/state") + " " + made.header("Cache-Control"));
        assertTrue(String.valueOf(made.at("/url")).startsWith("https://billing.stripe.example/"), made.text());
        var posted = fixture.account.posted().getFirst();
        assertEquals(Map.of("customer", "cus_1", "return_url", "https://members.example/account"), posted.parameters());
        assertEquals(made.at("/id"), posted.key());
        assertNull(fixture.http.get(PORTALS + "/" + made.at("/id")).expect(200).at("/url"));
        assertNull(fixture.http.get(PORTALS + "?account_id=" + account).expect(200).at("/data/0/url"));
        assertArrayEquals(made.body(), open("").body());
        assertEquals(List.of("0"), fixture.tenant.found(
                "select count(*) from platform.audit_entities where tenant_id = ? and (before || after) like '%billing.stripe.example%'", fixture.tenant.id()));
    }

    @Test
    void dryRun_stopsBeforeTheCall() {
        assertEquals("creating", open("?dry_run=true").expect(201).at("/state"));
        assertEquals(List.of(), fixture.account.posted());
    }

    @Test
    void answerLost_retryGetsTheSameSession() {
        fixture.loseAnswer();
        assertEquals("503 unavailable", open("").outcome());
        open("").expect(201);
        assertEquals(1, fixture.account.objects("portal_sessions").size());
    }

    @Test
    void refusal_isShown() {
        fixture.account.refuses(400, "resource_missing", "No such customer: 'cus_1'");
        assertEquals("409 provider_refused", open("").outcome());
        assertEquals("resource_missing", fixture.http.get(PORTALS + "?state=failed").expect(200).at("/data/0/failure/code"));
    }

    @Test
    void deletedOrUnknownAccount_isRefused() {
        fixture.send("evt_2", "customer.deleted", StripeBodies.object("id", "cus_1", "object", "customer"));
        var refused = open("");
        assertEquals("409 invalid_state /account_id", refused.outcome() + " " + refused.at("/errors/0/pointer"));
        var unknown = fixture.http.post(PORTALS, "{\"account_id\": \"acc_01m84a7j9m1p3r5t7w9y1a3c5e\", \"return_url\": \"https://members.example/account\"}");
        assertEquals("422 validation_failed", unknown.outcome());
        assertEquals(List.of(), fixture.account.posted());
    }
}
