package org.guildhall.billing.reconciliation;

import static org.guildhall.billing.GoCardlessFixture.until;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that are fetched from Stripe: stubs, events that can't be ordered, and the failures of its API. */
class FetchesTest {

    private static final String BILLING = "/api/v1/billing/";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final StripeStandIn.Account account = StripeStandIn.shared().account();
    private final long now = Instant.now().getEpochSecond();
    private final String connection = String.valueOf(http.post(BILLING + "connections", """
            {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
    private final StripeSender stripe = new StripeSender(new Http(tenant.server(), null), connection, StripeSender.SECRET);

    private void setKey() {
        http.post(BILLING + "connections/" + connection + "/set-api-key", "{\"api_key\": \"%s\"}".formatted(account.apiKey())).expect(200);
    }

    private static Map<String, Object> customer(String name) {
        return StripeBodies.object("id", "cus_harbour", "object", "customer", "name", name, "email", "mira@members.example", "livemode", true, "created", 1);
    }

    private Reply send(String event, String type, long created, Map<String, Object> object) {
        return stripe.send(StripeSender.event(event, type, created, object)).expect(200);
    }

    private Object outcome(Reply sent) {
        return http.get(BILLING + "webhook-deliveries/" + sent.at("/deliveries/0/id")).expect(200).at("/outcome");
    }

    /** The only object of a list, in short. */
    private String mirrored(String list, String member) {
        var reply = http.get(BILLING + list + "?connection_id=" + connection).expect(200);
        return reply.at("/data/0/state") + " " + reply.at("/data/0" + member) + " " + reply.at("/data/0/mirror/source") + " "
                + reply.at("/data/0/mirror/fetch");
    }

    @Test
    void stub_isFetched() {
        account.put("customers", customer("Mira"));
        setKey();
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        until("active Mira fetch none", () -> mirrored("accounts", "/name"));
        var shown = http.get(BILLING + "accounts").expect(200);
        assertEquals("true null null", shown.at("/data/0/mirror/complete") + " " + shown.at("/data/0/mirror/delivery_id") + " "
                + shown.at("/data/0/mirror/provider_event_reference"));
        assertEquals(List.of("/v1/customers/cus_harbour"), account.calls());
        var audit = http.get("/api/v1/platform/audit-events?action=payment_provider_object.fetched").expect(200);
        assertEquals("job account", audit.at("/data/0/actor_type") + " " + audit.at("/data/0/entity_type"));
    }

    @Test
    void stubsBeforeTheKey_areFetchedAfterIt() {
        account.put("customers", customer("Mira")).put("payment_intents", StripeBodies.intent("pi_1", "succeeded"));
        account.put("charges", StripeBodies.charge("ch_1", "pi_1", "succeeded", now));
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        send("evt_2", "refund.created", now, StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded"));
        assertEquals("stub null event none", mirrored("accounts", "/name"));
        setKey();
        until("active Mira fetch none", () -> mirrored("accounts", "/name"));
        until("succeeded card fetch none", () -> mirrored("payments", "/method"));
        assertEquals(3, account.calls().size(), account.calls().toString());
    }

    /** Stripe's events have the id of the movement only. */
    @Test
    void feeOfACharge_isFetched_andPosted() {
        var charge = StripeBodies.charge("ch_1", "pi_1", "succeeded", now);
        account.put("customers", customer("Mira")).put("payment_intents", StripeBodies.intent("pi_1", "succeeded"));
        account.put("charges", StripeBodies.with(charge, "balance_transaction", StripeBodies.movement("txn_1", 12_900, 233, 23)));
        setKey();
        send("evt_1", "charge.succeeded", now, StripeBodies.with(charge, "balance_transaction", "txn_1"));
        until("12644", () -> http.get(BILLING + "ledger-accounts?kind=clearing").expect(200).at("/data/0/balance/amount_minor") + "");
        assertEquals("233", http.get(BILLING + "ledger-accounts?kind=fees").expect(200).at("/data/0/balance/amount_minor"));
        until("succeeded card fetch none", () -> mirrored("payments", "/method"));
    }

    @Test
    void tieWithinASecond_isFetched() {
        account.put("customers", customer("B"));
        setKey();
        assertEquals("applied", outcome(send("evt_2", "customer.updated", now, customer("B"))));
        var second = send("evt_1", "customer.updated", now, customer("A"));
        assertEquals("tie_fetched", outcome(second));
        until("active B fetch none", () -> mirrored("accounts", "/name"));
        // Of the events around the answer one is older, one can't be ordered, and one is newer.
        long answered = Instant.parse(String.valueOf(http.get(BILLING + "accounts").expect(200).at("/data/0/mirror/provider_at"))).getEpochSecond();
        assertEquals("stale", outcome(send("evt_3", "customer.updated", answered - 3, customer("C"))));
        assertEquals("tie_fetched", outcome(send("evt_4", "customer.updated", answered - 1, customer("D"))));
        until("active B fetch none", () -> mirrored("accounts", "/name"));
        assertEquals("applied", outcome(send("evt_5", "customer.updated", answered + 60, customer("E"))));
        assertEquals("active E event none", mirrored("accounts", "/name"));
        assertEquals(2, account.calls().size());
    }

    /** No invoice fails before it is finalized, so the failure is the newer one in each order of arrival. */
    @ParameterizedTest(name = "the failure arrives first: {0}")
    @ValueSource(booleans = {true, false})
    void failureInTheSecondOfTheFinalization_counts(boolean failureFirst) {
        account.put("customers", customer("Mira"));
        setKey();
        var failed = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "attempt_count", 1);
        if (failureFirst) {
            assertEquals("applied", outcome(send("evt_2", "invoice.payment_failed", now, failed)));
        }
        var finalized = send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        assertEquals(failureFirst ? "stale" : "applied", outcome(finalized));
        if (!failureFirst) {
            assertEquals("applied", outcome(send("evt_2", "invoice.payment_failed", now, failed)));
        }
        assertEquals("open 1 event none", mirrored("invoices", "/attempt_count"));
        var tasks = http.get("/api/v1/tasks/operational-tasks?workflow=payment_recovery").expect(200);
        assertEquals("open null", tasks.at("/data/0/state") + " " + tasks.at("/data/1/state"));
    }

    /** Nobody knows whether an update came before or after the failure of its second. */
    @Test
    void updateInTheSecondOfAFailure_isFetched_andDoesntCountBefore() {
        var failed = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "attempt_count", 1);
        account.put("customers", customer("Mira")).put("invoices", StripeBodies.with(failed, "attempt_count", 2));
        send("evt_1", "invoice.payment_failed", now, failed);
        assertEquals("stale", outcome(send("evt_2", "invoice.updated", now, StripeBodies.invoice("in_1", "open"))));
        assertEquals("open 1 event none", mirrored("invoices", "/attempt_count"));
        setKey();
        assertEquals("tie_fetched", outcome(send("evt_3", "invoice.updated", now, StripeBodies.invoice("in_1", "open"))));
        until("open 2 fetch none", () -> mirrored("invoices", "/attempt_count"));
    }

    /** Stripe tells the movement of a captured charge in a later event, which can have the same second. */
    @Test
    void feeOfACapturedCharge_isFetched_inTheSecondOfTheCapture() {
        var charge = StripeBodies.charge("ch_1", "pi_1", "succeeded", now);
        account.put("customers", customer("Mira")).put("payment_intents", StripeBodies.intent("pi_1", "succeeded"));
        account.put("charges", StripeBodies.with(charge, "balance_transaction", StripeBodies.movement("txn_1", 12_900, 233, 23)));
        setKey();
        send("evt_1", "charge.captured", now, StripeBodies.with(charge, "balance_transaction", null));
        assertEquals("tie_fetched", outcome(send("evt_2", "charge.updated", now, StripeBodies.with(charge, "balance_transaction", "txn_1"))));
        until("12644", () -> http.get(BILLING + "ledger-accounts?kind=clearing").expect(200).at("/data/0/balance/amount_minor") + "");
        assertEquals("233", http.get(BILLING + "ledger-accounts?kind=fees").expect(200).at("/data/0/balance/amount_minor"));
    }

    /** The event of a refund can be lost. Those that are known aren't asked for again. */
    @Test
    void refundsOfACharge_areFetched_ifTheirSumDiffers() {
        var charge = StripeBodies.with(StripeBodies.charge("ch_1", "pi_1", "succeeded", now), "amount_refunded", 2_900);
        account.put("customers", customer("Mira")).put("payment_intents", StripeBodies.intent("pi_1", "succeeded")).put("charges", charge);
        account.put("refunds", StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded"));
        account.put("refunds", StripeBodies.refund("re_2", "pi_2", 100, "succeeded"));
        setKey();
        send("evt_0", "customer.created", now, customer("Mira"));
        send("evt_1", "charge.refunded", now, charge);
        until("2900", () -> String.valueOf(http.get(BILLING + "refunds").expect(200).at("/data/0/amount/amount_minor")));
        var refunds = http.get(BILLING + "refunds").expect(200);
        assertEquals("re_1 null", refunds.at("/data/0/provider_reference") + " " + refunds.at("/data/1/id"));
        assertEquals(3, account.calls().size(), account.calls().toString());
        send("evt_2", "charge.refunded", now + 60, StripeBodies.with(charge, "metadata", Map.of("reason", "again")));
        assertEquals("succeeded 2900 event none", mirrored("payments", "/amount_refunded/amount_minor"));
        assertEquals(3, account.calls().size(), account.calls().toString());
    }

    private void subscribed(Map<String, Object> subscription) {
        account.put("customers", customer("Mira"));
        setKey();
        send("evt_0", "customer.created", now, customer("Mira"));
        send("evt_1", "customer.subscription.created", now, subscription);
    }

    @Test
    void subscriptionsOfADeletedCustomer_areFetched() {
        subscribed(StripeBodies.subscription("sub_1", "cus_harbour", "active", "prod_a"));
        account.put("subscriptions", StripeBodies.subscription("sub_1", "cus_harbour", "canceled", "prod_a"));
        send("evt_2", "customer.deleted", now + 9, customer("Mira"));
        until("canceled canceled fetch none", () -> mirrored("subscriptions", "/provider_status"));
        assertEquals(List.of("/v1/subscriptions/sub_1"), account.calls());
    }

    /** An event has the first items only. */
    @Test
    void itemsBeyondTheFirst_stay_andArePaged() {
        var items = IntStream.rangeClosed(1, 12)
                .mapToObj(at -> StripeBodies.with(StripeBodies.subscriptionItem("sub_1", "prod_" + at), "id", "si_" + at)).toList();
        var subscription = StripeBodies.subscription("sub_1", "cus_harbour", "active", "prod_a");
        subscribed(StripeBodies.with(subscription, "items", Map.of("object", "list", "has_more", false, "data", items.subList(0, 11))));
        var first = StripeBodies.with(subscription, "status", "past_due", "items", Map.of("object", "list", "has_more", true, "data", items.subList(0, 10)));
        account.put("subscriptions", first);
        // The stand-in tells the newest first.
        items.reversed().forEach(item -> account.put("subscription_items", item));
        account.betweenReads(() -> assertEquals("past_due si_11 event due", mirrored("subscriptions", "/items/10/provider_reference")));
        send("evt_2", "customer.subscription.updated", now + 9, first);
        until("past_due si_12 fetch none", () -> mirrored("subscriptions", "/items/11/provider_reference"));
        assertEquals("past_due si_11 fetch none", mirrored("subscriptions", "/items/10/provider_reference"));
        assertEquals(List.of("/v1/subscriptions/sub_1", "/v1/subscription_items"), account.calls());
        assertEquals("null", String.valueOf(http.get("/api/v1/billing/subscription-changes?kind=item_removed").expect(200).at("/data/0")));
    }

    @Test
    void tieWithEqualContent_isNotFetched() {
        account.put("customers", customer("Mira"));
        send("evt_1", "customer.created", now, customer("Mira"));
        setKey();
        send("evt_2", "invoice.paid", now, StripeBodies.invoice("in_1", "paid"));
        assertEquals("applied", outcome(send("evt_3", "invoice.payment_succeeded", now, StripeBodies.invoice("in_1", "paid"))));
        assertEquals("paid HARB-0007 event none", mirrored("invoices", "/number"));
    }

    @Test
    void unknownObject_isMissingThere_andAskedForOnce() {
        setKey();
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        until("stub null event missing_there", () -> mirrored("accounts", "/name"));
        setKey();
        send("evt_2", "customer.created", now, StripeBodies.with(customer("Mira"), "id", "cus_2"));
        assertEquals(List.of("/v1/customers/cus_harbour"), account.calls());
    }

    @Test
    void limitAndError_areRetried() {
        account.put("customers", customer("Mira")).fails(429, 1);
        setKey();
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        until("stub null event due", () -> mirrored("accounts", "/name"));
        until("active Mira fetch none", () -> mirrored("accounts", "/name"));
        assertEquals(2, account.calls().size());
    }

    @Test
    void lastFailure_opensATask_whichTheNextKeyCompletes() throws Exception {
        account.put("customers", customer("Mira")).fails(500, null).fails(503, null);
        setKey();
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        until("Stripe answered 500 (api_error).", this::fetchError);
        tenant.sql("update billing.fetches set attempts = 7 where tenant_id = ?", tenant.id());
        until("stub null event failed", () -> mirrored("accounts", "/name"));
        assertEquals("Stripe answered 503 (api_error).", fetchError());
        assertEquals("open Find out why the connection Stripe can't be read", task());
        setKey();
        until("active Mira fetch none", () -> mirrored("accounts", "/name"));
        until("completed Find out why the connection Stripe can't be read", this::task);
    }

    private String fetchError() {
        return String.valueOf(http.get(BILLING + "accounts").expect(200).at("/data/0/mirror/fetch_error"));
    }

    private String task() {
        var reply = http.get("/api/v1/tasks/operational-tasks?workflow=billing_fetches").expect(200);
        return reply.at("/data/0/state") + " " + reply.at("/data/0/title");
    }

    @Test
    void eventDuringAFetch_isNotOverwritten() {
        account.put("customers", customer("Old")).betweenReads(() -> {
            send("evt_2", "customer.updated", now + 60, customer("New"));
            account.put("customers", customer("Newest"));
        });
        setKey();
        send("evt_1", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"));
        until("active New event due", () -> mirrored("accounts", "/name"));
        until("active Newest fetch none", () -> mirrored("accounts", "/name"));
        assertEquals(2, account.calls().size());
    }

    @ParameterizedTest(name = "key before the event: {0}")
    @ValueSource(booleans = {true, false})
    void linesBeyondTheFirst_arePaged(boolean keyFirst) {
        var lines = IntStream.rangeClosed(1, 250).mapToObj(at -> StripeBodies.line("il_" + at, 100, 0)).toList();
        var invoice = StripeBodies.with(StripeBodies.invoice("in_1", "open"), "total", 25_000, "subtotal", 25_000, "amount_due", 25_000,
                "amount_remaining", 25_000, "total_taxes", List.of());
        account.put("invoices", StripeBodies.with(invoice, "lines", Map.of("object", "list", "has_more", false, "data", lines)));
        send("evt_0", "customer.created", now, customer("Mira"));
        var first = StripeBodies.with(invoice, "status", "draft", "lines", Map.of("object", "list", "has_more", true, "data", lines.subList(0, 10)));
        if (keyFirst) {
            setKey();
        }
        send("evt_1", "invoice.created", now, first);
        if (!keyFirst) {
            setKey();
        }
        until("open 250 fetch none", () -> mirrored("invoices", "/lines_total"));
        var shown = http.get(BILLING + "invoices").expect(200);
        assertEquals("true", String.valueOf(shown.at("/data/0/lines_complete")));
        assertEquals(4, account.calls().size(), account.calls().toString());
    }

    /** Stripe's events have the id of the movement only. */
    @Test
    void fetchedRefund_tellsWhenItsMoneyLeft_andLaterEventsKeepIt() {
        var refund = StripeBodies.refund("re_1", "pi_1", 2_900, "succeeded");
        account.put("refunds", StripeBodies.with(refund, "balance_transaction", StripeBodies.movement("txn_1", -2_900, 0, 0)));
        setKey();
        send("evt_1", "refund.updated", now, StripeBodies.with(refund, "balance_transaction", "txn_1"));
        assertEquals("null", String.valueOf(http.get(BILLING + "refunds").expect(200).at("/data/0/settled_at")));
        send("evt_2", "refund.updated", now, StripeBodies.with(refund, "balance_transaction", "txn_1", "reason", "duplicate"));
        var settled = Instant.ofEpochSecond(1_795_800_000).toString().replace("Z", ".000000Z");
        until(settled, () -> String.valueOf(http.get(BILLING + "refunds").expect(200).at("/data/0/settled_at")));
        send("evt_3", "refund.updated", now + 60, StripeBodies.with(refund, "balance_transaction", "txn_1", "reason", "fraudulent"));
        var shown = http.get(BILLING + "refunds").expect(200);
        assertEquals("fraudulent " + settled, shown.at("/data/0/reason") + " " + shown.at("/data/0/settled_at"));
        send("evt_4", "refund.failed", now + 90, StripeBodies.with(refund, "status", "failed"));
        assertEquals("null", String.valueOf(http.get(BILLING + "refunds").expect(200).at("/data/0/settled_at")));
    }

    @Test
    void deletedCustomer_keepsItsName() {
        account.put("customers", StripeBodies.object("id", "cus_harbour", "object", "customer", "deleted", true));
        setKey();
        send("evt_1", "customer.updated", now, customer("A"));
        send("evt_2", "customer.updated", now, customer("B"));
        until("deleted B fetch none", () -> mirrored("accounts", "/name"));
    }

    @Test
    void key_isNeverShown_andMustBeOfTheMode() {
        setKey();
        var shown = http.get(BILLING + "connections/" + connection).expect(200);
        assertEquals("true", String.valueOf(shown.at("/has_api_key")));
        assertFalse(shown.text().contains("standIn"), shown.text());
        var audit = http.get("/api/v1/platform/audit-events?action=connection.api_key_set").expect(200);
        assertTrue(audit.text().contains("has_api_key") && !audit.text().contains("standIn"), audit.text());
        assertEquals("422 validation_failed", http.post(BILLING + "connections/" + connection + "/set-api-key",
                "{\"api_key\": \"sk_test_standIn0000000001\"}").outcome());
        assertEquals("false", String.valueOf(
                http.post(BILLING + "connections/" + connection + "/set-api-key", "{\"api_key\": null}").expect(200).at("/has_api_key")));
    }
}
