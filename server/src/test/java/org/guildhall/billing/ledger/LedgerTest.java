package org.guildhall.billing.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.ledger.facts.InvoiceFacts.Instants;
import org.guildhall.billing.ledger.facts.InvoiceFacts.InvoiceLine;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.PaymentFacts.Application;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.ledger.rules.LedgerWorld;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The stored ledger over HTTP: transactions, balances at two kinds of instants, corrections. */
class LedgerTest {

    private static final String BILLING = "/api/v1/billing";
    private static final JobTransactions.Source SOURCE =
            new JobTransactions.Source("payment_provider_event.processed", "billing", "ledger", Actor.JOB, null, null);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final Ledger ledger = new Ledger();
    private final UUID invoice = Ids.next();
    private final UUID payment = Ids.next();
    private UUID connection = invoice;
    private UUID account = invoice;
    private UUID delivery = invoice;

    @BeforeEach
    void connect() {
        var id = String.valueOf(http.post(BILLING + "/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        var receipt = new StripeSender(new Http(tenant.server(), null), id, StripeSender.SECRET)
                .send(StripeSender.event("evt_1", "customer.created", Instant.now().getEpochSecond(), Map.of("id", "cus_1", "object", "customer")))
                .expect(200);
        connection = TypeIds.parse("cnn", id);
        delivery = TypeIds.parse("whd", String.valueOf(receipt.at("/deliveries/0/id")));
        account = TypeIds.parse("acc", String.valueOf(http.get(BILLING + "/accounts").expect(200).at("/data/0/id")));
    }

    private InvoiceFacts invoice(String state) {
        return new InvoiceFacts(
                invoice, connection, account, "AUD", state, true, List.of(new InvoiceLine(12_900, 0, 1_173)), 1_173L, null, 12_900, 0, 0, 0, 0, 0,
                new Instants(day(1), day(2), null, day(state.equals("void") ? 4 : 2)));
    }

    private static Instant day(int day) {
        return LedgerWorld.day(day);
    }

    private PaymentFacts payment() {
        return new PaymentFacts(
                payment, connection, account, "AUD", "succeeded", 12_900, day(2), List.of(new Application(invoice, 12_900, day(2))), List.of(),
                day(2));
    }

    private int settle(Object... facts) {
        return new JobTransactions(tenant.server().db()).run(tenant.id(), SOURCE,
                (tx, changes) -> ledger.settle(tx, changes, delivery, LedgerWorld.facts(facts)));
    }

    private Http.Reply transactions(String filter) {
        return http.get(BILLING + "/ledger-transactions?sort=effective_at&account_id=" + TypeIds.format("acc", account) + filter).expect(200);
    }

    private Map<String, Long> balances(String query) {
        var reply = http.get(BILLING + "/accounts/" + TypeIds.format("acc", account) + "/ledger" + query).expect(200);
        return StreamSupport.stream(reply.json().get("balances").spliterator(), false)
                .collect(Collectors.toMap(row -> row.get("kind").asText(), row -> row.at("/balance/amount_minor").asLong()));
    }

    @Test
    void invoiceAndPayment_areShownWithTheirCause() {
        assertEquals(3, settle(invoice("paid"), payment()));
        var all = transactions("");
        assertEquals("invoice_finalized payment_received payment_applied",
                all.at("/data/0/kind") + " " + all.at("/data/1/kind") + " " + all.at("/data/2/kind"));
        var first = http.get(BILLING + "/ledger-transactions/" + all.at("/data/0/id")).expect(200);
        assertEquals(TypeIds.format("whd", delivery), first.at("/delivery_id"));
        assertEquals("invoice " + TypeIds.format("inv", invoice), first.at("/entity_type") + " " + first.at("/entity_id"));
        assertEquals(TypeIds.format("inv", invoice) + ":invoice:1", first.at("/key"));
        assertEquals("debit receivable 12900, credit revenue 11727, credit tax_payable 1173", entries(first));
        assertEquals(2, transactions("&entity_id=" + TypeIds.format("pay", payment)).json().get("data").size());
        assertEquals(1, transactions("&kind=payment_applied").json().get("data").size());
        assertEquals(1, transactions("&effective_before=" + day(2)).json().get("data").size());
        assertEquals(0, transactions("&recorded_before=" + day(2)).json().get("data").size());
        var clearing = http.get(BILLING + "/ledger-accounts?kind=clearing&currency=AUD&connection_id=" + TypeIds.format("cnn", connection))
                .expect(200);
        assertEquals("12900 debit", clearing.at("/data/0/balance/amount_minor") + " " + clearing.at("/data/0/normal_side"));
        var revenue = http.get(BILLING + "/ledger-accounts?kind=revenue").expect(200);
        assertEquals("11727 credit", revenue.at("/data/0/balance/amount_minor") + " " + revenue.at("/data/0/normal_side"));
        assertEquals(revenue.at("/data/0/balance"), http.get(BILLING + "/ledger-accounts/" + revenue.at("/data/0/id")).expect(200).at("/balance"));
    }

    private static String entries(Http.Reply transaction) {
        return StreamSupport.stream(transaction.json().get("entries").spliterator(), false)
                .map(entry -> entry.get("side").asText() + " " + entry.get("kind").asText() + " " + entry.at("/amount/amount_minor").asLong())
                .collect(Collectors.joining(", "));
    }

    @Test
    void balances_followBothInstants() {
        settle(invoice("paid"), payment());
        assertEquals(Map.of("receivable", 0L, "unapplied", 0L), balances(""));
        assertEquals(Map.of("receivable", 12_900L), balances("?at=" + day(1)));
        assertEquals(Map.of(), balances("?at=" + day(1).minusSeconds(1)));
        assertEquals(Map.of(), balances("?recorded_at=" + day(2)));
        http.get(BILLING + "/accounts/" + TypeIds.format("acc", UUID.randomUUID()) + "/ledger").expect(404);
    }

    @Test
    void settledAgain_postsNothing_andCorrectionsAreReversals() {
        settle(invoice("paid"), payment());
        assertEquals(0, settle(invoice("paid"), payment()));
        assertEquals(2, settle(invoice("void"), payment()));
        assertEquals(Map.of("receivable", 0L, "unapplied", 12_900L), balances(""));
        assertEquals(Map.of("receivable", 0L, "unapplied", 0L), balances("?at=" + day(3)));
        var claim = transactions("&entity_id=" + TypeIds.format("inv", invoice));
        assertEquals(claim.at("/data/0/id"), claim.at("/data/1/reverses_id"));
        assertEquals(claim.at("/data/1/id"), claim.at("/data/0/reversed_by_id"));
        assertEquals(claim.at("/data/0/key") + ":reversal", claim.at("/data/1/key"));
        assertNull(claim.at("/data/0/reverses_id"));
        assertEquals(2, settle(invoice("paid"), payment()));
        assertEquals(TypeIds.format("inv", invoice) + ":invoice:2", transactions("&entity_id=" + TypeIds.format("inv", invoice)).at("/data/2/key"));
        assertEquals(Map.of("receivable", 0L, "unapplied", 0L), balances(""));
    }

    @Test
    void postedTransactions_areInTheAuditTrail_asTheyAreRead() {
        settle(invoice("paid"), payment());
        var event = http.get("/api/v1/platform/audit-events?entity_type=ledger_transaction").expect(200);
        assertEquals("payment_provider_event.processed", event.at("/data/0/action"));
        var posted = http.get(BILLING + "/ledger-transactions/" + event.at("/data/0/entity_id")).expect(200);
        assertEquals(posted.json(), event.json().at("/data/0/after"));
        assertNotNull(posted.at("/recorded_at"));
    }
}
