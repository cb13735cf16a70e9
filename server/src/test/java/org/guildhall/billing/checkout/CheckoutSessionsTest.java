package org.guildhall.billing.checkout;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkout sessions: what Stripe is asked for, what is shown, and what its events do. */
class CheckoutSessionsTest {

    private final CheckoutFixture fixture = new CheckoutFixture(TestServer.shared());
    private final String key = UUID.randomUUID().toString();

    @Test
    void session_isMadeWithOurId_andItsUrlShownOnce() throws Exception {
        var made = fixture.open(key).expect(201);
        var id = String.valueOf(made.at("/id"));
        assertEquals("open", made.at("/state"));
        assertEquals("no-store", made.header("Cache-Control"));
        assertEquals(CheckoutFixture.SESSIONS + "/" + id, made.header("Location"));
        var url = String.valueOf(made.at("/url"));
        assertTrue(url.startsWith("https://checkout.stripe.example/"), url);
        var posted = fixture.account.posted();
        assertEquals(1, posted.size());
        assertEquals(id, posted.getFirst().key());
        assertEquals(Map.of(
                "client_reference_id", id, "mode", "subscription", "success_url", "https://members.example/welcome", "line_items[0][price]", "price_harbour",
                "line_items[0][quantity]", "1"), posted.getFirst().parameters());
        assertNull(fixture.session(id).at("/url"));
        assertEquals("2", String.valueOf(fixture.session(id).at("/version")));
        var again = fixture.open(key).expect(201);
        assertEquals("true", again.header("Idempotency-Replayed"));
        assertArrayEquals(made.body(), again.body());
        assertEquals(List.of(), fixture.openCalls());
        assertEquals(List.of("0"), fixture.tenant.found("""
                select (select count(*) from platform.audit_entities where tenant_id = ?1 and (before || after) like ?2)
                  + (select count(*) from platform.idempotency_keys where tenant_id = ?1 and encode(reply, 'escape') like ?2)
                  + (select count(*) from billing.checkout_sessions s where tenant_id = ?1 and s::text like ?2)"""
                .replace("?1", "'" + fixture.tenant.id() + "'").replace("?2", "'%checkout.stripe.example%'")));
        assertEquals(List.of("checkout_session.answered operator", "checkout_session.created operator"), fixture.tenant.found("""
                select action || ' ' || actor_type from platform.audit_events where tenant_id = ? and action like 'checkout%' order by 1""", fixture.tenant.id()));
    }

    private String erasing(String mode) throws SQLException {
        var run = fixture.http.post("/api/v1/tasks/jobs/billing-payer-addresses/runs", "{\"mode\": \"" + mode + "\"}").expect(202);
        var state = run;
        for (long end = System.nanoTime() + Duration.ofSeconds(60).toNanos(); System.nanoTime() < end && !"succeeded".equals(state.at("/state"));) {
            state = fixture.http.get("/api/v1/tasks/job-runs/" + run.at("/id")).expect(200);
        }
        return state.at("/state") + " " + state.at("/counts/changed") + ", kept " + fixture.tenant.found(
                "select count(*)::text from billing.checkout_sessions where tenant_id = ? and request::text like '%members.example\"%'", fixture.tenant.id()).getFirst();
    }

    private void older(String interval) throws SQLException {
        fixture.tenant.sql("update billing.checkout_sessions set created_at = created_at - interval '" + interval + "' where tenant_id = ?", fixture.tenant.id());
    }

    @Test
    void payersAddress_isErased_afterTwoDays() throws SQLException {
        var body = fixture.body().replace("\"organization_id\"", "\"payer_email\": \"june@members.example\", \"organization_id\"");
        var made = fixture.http.post(CheckoutFixture.SESSIONS, body).expect(201);
        assertEquals("june@members.example", fixture.account.posted().getFirst().parameters().get("customer_email"));
        older("47 hours");
        assertEquals("succeeded 0, kept 1", erasing("run"));
        older("2 hours");
        assertEquals("succeeded 1, kept 1", erasing("validate"));
        assertEquals("succeeded 1, kept 0", erasing("run"));
        assertEquals("succeeded 0, kept 0", erasing("run"));
        assertEquals("open", fixture.session(String.valueOf(made.at("/id"))).at("/state"));
    }

    @Test
    void dryRun_stopsBeforeTheCall() {
        var dry = fixture.http.post(CheckoutFixture.SESSIONS + "?dry_run=true", fixture.body()).expect(201);
        assertEquals("creating null true", dry.at("/state") + " " + dry.at("/url") + " " + dry.header("Dry-Run"));
        assertEquals(List.of(), fixture.account.posted());
        assertNull(fixture.http.get(CheckoutFixture.SESSIONS).expect(200).at("/data/0"));
    }

    @Test
    void accountOfTheOrganization_pays() {
        fixture.send("evt_1", "customer.created", StripeBodies.object(
                "id", "cus_1", "object", "customer", "metadata", Map.of("organization_id", fixture.organization)));
        var account = fixture.http.get("/api/v1/billing/accounts").expect(200);
        if (account.at("/data/0/organization_id") == null) {
            fixture.http.post("/api/v1/billing/accounts/" + account.at("/data/0/id") + "/link", "{\"organization_id\": \"" + fixture.organization + "\"}").expect(200);
        }
        var made = fixture.open(key).expect(201);
        assertEquals("cus_1", fixture.account.posted().getFirst().parameters().get("customer"));
        assertEquals(account.at("/data/0/id"), made.at("/account_id"));
        var byAccount = fixture.http.post(CheckoutFixture.SESSIONS, fixture.body().replace(
                "\"organization_id\": \"" + fixture.organization + "\"", "\"account_id\": \"" + made.at("/account_id") + "\"")).expect(201);
        assertEquals(fixture.organization, byAccount.at("/organization_id"));
        fixture.send("evt_2", "customer.deleted", StripeBodies.object("id", "cus_1", "object", "customer"));
        var refused = fixture.http.post(CheckoutFixture.SESSIONS, fixture.body().replace(
                "\"organization_id\": \"" + fixture.organization + "\"", "\"account_id\": \"" + made.at("/account_id") + "\""));
        assertEquals("409 invalid_state", refused.outcome());
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "organization_id": "[^"]*", |                                                          | 422 | /organization_id | nobody pays
        "organization_id": "[^"]*"  | "organization_id": "org_01m7xtgw8ee4nsarsny5pa09x8"      | 422 | /organization_id | an unknown organization
        "organization_id": "[^"]*"  | "account_id": "acc_01m84a7j9m1p3r5t7w9y1a3c5e"           | 422 | /account_id      | an unknown account
        "connection_id": "[^"]*"    | "connection_id": "cnn_01m84a2c4e6g8j0m2p4r6t8v0x"        | 422 | /connection_id   | an unknown connection
        "price_ids": \\["[^"]*"\\]  | "price_ids": ["prc_01m7xt8zvvechr6enzcyzjkhp8"]          | 422 | /price_ids/0     | an unknown price
        "success_url": "https       | "success_url": "http                                     | 422 | /success_url     | a page without TLS
        """)
    void refusal_namesTheMember(String member, String other, int status, String pointer, String name) {
        var refused = fixture.http.post(CheckoutFixture.SESSIONS, fixture.body().replaceFirst(member, other == null ? "" : other));
        assertEquals(status + " validation_failed", refused.outcome(), name);
        assertEquals(pointer, refused.at("/errors/0/pointer"));
        assertEquals(List.of(), fixture.account.posted());
    }

    @Test
    void priceThatStripeLacks_isRefused() {
        fixture.http.patch("/api/v1/catalog/prices/" + fixture.price, "{\"provider_references\": {\"stripe\": null}}").expect(200);
        assertEquals("no_provider_reference", fixture.open(key).expect(422).at("/errors/0/code"));
        fixture.http.post("/api/v1/catalog/prices/" + fixture.price + "/archive", null).expect(200);
        assertEquals("not_for_sale", fixture.open(UUID.randomUUID().toString()).expect(422).at("/errors/0/code"));
    }

    @Test
    void connectionThatCantBeAsked_isRefused() {
        fixture.http.post("/api/v1/billing/connections/" + fixture.connection + "/set-api-key", "{\"api_key\": null}").expect(200);
        assertEquals("409 invalid_state", fixture.open(key).outcome());
        fixture.http.post("/api/v1/billing/connections/" + fixture.connection + "/disable", null).expect(200);
        assertEquals("409 invalid_state", fixture.open(UUID.randomUUID().toString()).outcome());
    }

    private Map<String, Object> completed(Object... members) {
        var session = fixture.account.objects("checkout_sessions").getFirst();
        return StripeBodies.with(StripeBodies.with(
                session, "status", "complete", "payment_status", "paid", "customer", "cus_new", "subscription", "sub_new", "url", null), members);
    }

    @Test
    void completion_linksTheAccount_andGrantsNothing() {
        var id = fixture.opened();
        fixture.send("evt_1", "checkout.session.completed", completed());
        var session = fixture.session(id);
        assertEquals("completed paid", session.at("/state") + " " + session.at("/payment_status"));
        var account = fixture.http.get("/api/v1/billing/accounts/" + session.at("/account_id")).expect(200);
        assertEquals("cus_new checkout " + fixture.organization, account.at("/provider_reference") + " " + account.at("/link_source") + " " + account.at("/organization_id"));
        assertNull(fixture.http.get("/api/v1/runtime/transitions?organization_id=" + fixture.organization).expect(200).at("/data/0"));
        assertNull(session.at("/subscription_id"));
        fixture.send("evt_2", "customer.subscription.created", Map.of("id", "sub_new", "object", "subscription", "customer", "cus_new", "status", "active", "items",
                Map.of("data", List.of(Map.of("id", "si_1", "price", Map.of("id", "price_harbour", "unit_amount", 12900, "currency", "aud"))))));
        var subscription = fixture.http.get("/api/v1/billing/subscriptions").expect(200);
        assertEquals(subscription.at("/data/0/id"), fixture.session(id).at("/subscription_id"));
        assertEquals(fixture.organization, subscription.at("/data/0/organization_id"));
        fixture.send("evt_3", "checkout.session.expired", completed("status", "expired"));
        fixture.send("evt_4", "checkout.session.completed", completed());
        assertEquals(session.at("/version"), fixture.session(id).at("/version"));
    }

    @Test
    void linkThatExists_stays() {
        var other = fixture.organization("Other");
        fixture.send("evt_1", "customer.created", StripeBodies.object("id", "cus_new", "object", "customer"));
        var account = String.valueOf(fixture.http.get("/api/v1/billing/accounts").expect(200).at("/data/0/id"));
        fixture.http.post("/api/v1/billing/accounts/" + account + "/link", "{\"organization_id\": \"" + other + "\"}").expect(200);
        fixture.opened();
        fixture.send("evt_2", "checkout.session.completed", completed());
        assertEquals(other, fixture.http.get("/api/v1/billing/accounts/" + account).expect(200).at("/organization_id"));
    }

    @Test
    void failedPayment_fails_inEitherOrder() {
        var id = fixture.opened();
        fixture.send("evt_2", "checkout.session.async_payment_failed", completed("payment_status", "unpaid"));
        fixture.send("evt_1", "checkout.session.completed", completed("payment_status", "unpaid"));
        assertEquals("failed payment_failed", fixture.session(id).at("/state") + " " + fixture.session(id).at("/failure/code"));
        fixture.send("evt_3", "checkout.session.async_payment_succeeded", completed());
        assertEquals("completed null", fixture.session(id).at("/state") + " " + fixture.session(id).at("/failure"));
    }

    @Test
    void expired_andForeignSessions() {
        var id = fixture.opened();
        fixture.send("evt_1", "checkout.session.expired", completed("client_reference_id", "somebody-elses", "status", "expired"));
        assertEquals("open", fixture.session(id).at("/state"));
        var otherTenant = new CheckoutFixture(TestServer.shared());
        otherTenant.send("evt_1", "checkout.session.expired", completed("status", "expired"));
        assertEquals("open", fixture.session(id).at("/state"));
        fixture.send("evt_2", "checkout.session.expired", completed("status", "expired"));
        assertEquals("expired", fixture.session(id).at("/state"));
        assertFalse(fixture.http.get(CheckoutFixture.SESSIONS + "?state=expired&organization_id=" + fixture.organization).expect(200).json().path("data").isEmpty());
    }
}
