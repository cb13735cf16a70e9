package org.guildhall.billing.ledger;

import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The balance that Stripe keeps for a customer: what was given by hand, taken by invoices, overpaid, and credited by a note. */
class AccountBalancesTest {

    private static final String BILLING = "/api/v1/billing/";
    /** The instants at which the invoice of {@link StripeBodies} is finalized and paid, and its credit note issued. */
    private static final long FINALIZED = 1_795_600_100;
    private static final long PAID = 1_795_600_200;
    private static final long CREDITED = 1_795_800_000;
    private static final Map<String, Long> BALANCES = Map.of(
            "clearing", 12_450L, "revenue", 11_727L, "tax_payable", 1_073L, "refunds", 1_000L, "credit", 1_450L, "credits_granted", 800L);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private StripeSender stripe = new StripeSender(http, "", "");
    private int events;

    @BeforeEach
    void connect() {
        var connection = http.post(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id");
        stripe = new StripeSender(new Http(tenant.server(), null), String.valueOf(connection), StripeSender.SECRET);
    }

    private String event(String type, long at, Map<String, Object> object) {
        return StripeSender.event("evt_" + ++events, type, at, object);
    }

    private String customer(long at, long balance) {
        return event("customer.updated", at, object("id", "cus_harbour", "object", "customer", "currency", "aud", "balance", balance, "metadata", object()));
    }

    private void send(String event) {
        assertEquals("processed", stripe.send(event).expect(200).at("/deliveries/0/state"));
    }

    /** An invoice of 129.00 of which 5.00 are taken from the balance. */
    private static Map<String, Object> invoice(String status, Object... more) {
        var invoice = with(StripeBodies.invoice("in_1", status), "starting_balance", -500, "amount_due", 12_400, "amount_remaining", status.equals("open") ? 12_400 : 0);
        return with(invoice, more);
    }

    /** 5.00 are given, and taken by an invoice; it is paid by 0.50 too much; 11.00 are credited, and 3.00 given again. */
    private List<String> story() {
        var note = with(
                StripeBodies.creditNote("cn_1", "in_1", 1_100, 100), "type", "post_payment", "pre_payment_amount", 0, "post_payment_amount", 1_100,
                "customer_balance_transaction", "cbtxn_1");
        var intent = with(StripeBodies.intent("pi_1", "succeeded"), "amount", 12_450, "amount_received", 12_450);
        return List.of(
                customer(FINALIZED - 1_000, 0), customer(FINALIZED - 500, -500), event("invoice.finalized", FINALIZED, invoice("open")),
                customer(FINALIZED, 0), event("payment_intent.succeeded", PAID, intent),
                event("invoice_payment.paid", PAID, object(
                        "id", "inpay_1", "object", "invoice_payment", "invoice", "in_1", "currency", "aud", "amount_paid", 12_400,
                        "payment", object("type", "payment_intent", "payment_intent", "pi_1"))),
                event("invoice.paid", PAID, invoice("paid", "amount_paid", 12_400, "amount_overpaid", 50)), customer(PAID, -50),
                event("credit_note.created", CREDITED, note), customer(CREDITED, -1_150), customer(CREDITED + 60, -1_450));
    }

    private Map<String, Long> balances(int divisor) {
        var balances = new TreeMap<String, Long>();
        http.get(BILLING + "ledger-accounts?limit=200").expect(200).json().get("data").forEach(
                account -> balances.merge(account.get("kind").asText(), account.at("/balance/amount_minor").asLong(), Long::sum));
        balances.replaceAll((kind, balance) -> balance / divisor);
        balances.values().removeIf(balance -> balance == 0);
        return balances;
    }

    @Test
    void balance_isPosted_asTheProviderKeepsIt() {
        story().forEach(this::send);
        assertEquals(BALANCES, balances(1));
        var account = http.get(BILLING + "accounts").expect(200);
        assertEquals("-1450 AUD", account.at("/data/0/balance/amount_minor") + " " + account.at("/data/0/balance/currency"));
        var invoice = http.get(BILLING + "invoices").expect(200);
        assertEquals("50 12400", invoice.at("/data/0/amount_overpaid/amount_minor") + " " + invoice.at("/data/0/amount_paid/amount_minor"));
        var given = http.get(BILLING + "ledger-transactions?kind=credit_granted&sort=effective_at&entity_id=" + account.at("/data/0/id")).expect(200);
        assertEquals(2, given.json().get("data").size(), "nothing was posted and taken back");
        assertEquals("account 500 " + account.at("/data/0/id"), given.at("/data/0/entity_type") + " " + given.at("/data/0/entries/0/amount/amount_minor") + " "
                + given.at("/data/0/account_id"));
        assertEquals("account 300", given.at("/data/1/entity_type") + " " + given.at("/data/1/entries/0/amount/amount_minor"));
        assertEquals(Instant.ofEpochSecond(CREDITED + 60), Instant.parse(String.valueOf(given.at("/data/1/effective_at"))));
        assertEquals(1, http.get(BILLING + "ledger-transactions?kind=overpayment").expect(200).json().get("data").size());
    }

    @Test
    void everyOrder_withADoubledEvent_givesTheSameBalances() {
        for (int seed = 1; seed <= 8; seed++) {
            connect();
            var random = new Random(seed);
            var story = new ArrayList<>(story());
            story.add(story.get(random.nextInt(story.size())));
            Collections.shuffle(story, random);
            story.forEach(this::send);
            assertEquals(BALANCES, balances(seed), "order " + seed);
        }
    }

    @Test
    void invoiceAndCustomerAtOnce_giveTheSameBalances() throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 1; round <= 6; round++) {
                connect();
                var sender = stripe;
                var story = story();
                story.subList(0, 2).forEach(this::send);
                threads.invokeAll(story.subList(2, 11).stream().map(event -> (Callable<Http.Reply>) () -> sender.send(event).expect(200)).toList());
                assertEquals(BALANCES, balances(round), "round " + round);
            }
        }
    }

    @Test
    void voidedInvoice_givesBackWhatItTook() {
        story().subList(0, 4).forEach(this::send);
        assertEquals(Map.of("receivable", 12_400L, "revenue", 11_727L, "tax_payable", 1_173L, "credits_granted", 500L), balances(1));
        send(event("invoice.voided", PAID, invoice("void", "status_transitions", object("finalized_at", FINALIZED, "paid_at", null, "voided_at", PAID))));
        send(customer(PAID, -500));
        assertEquals(Map.of("credit", 500L, "credits_granted", 500L), balances(1));
        assertEquals(1, http.get(BILLING + "ledger-transactions?kind=credit_granted").expect(200).json().get("data").size());
    }

    /** If the provider doesn't tell the balance, the credit that an invoice takes has no origin, and the account's credit is negative. */
    @Test
    void balanceThatIsntTold_isNotGuessed() {
        send(event("invoice.finalized", FINALIZED, invoice("open")));
        var known = Map.of("receivable", 12_400L, "revenue", 11_727L, "tax_payable", 1_173L, "credit", -500L);
        assertEquals(known, balances(1));
        send(event("customer.updated", FINALIZED, object("id", "cus_harbour", "object", "customer", "currency", null, "balance", 0)));
        assertEquals(known, balances(1));
        assertEquals(null, http.get(BILLING + "accounts").expect(200).at("/data/0/balance"));
    }
}
