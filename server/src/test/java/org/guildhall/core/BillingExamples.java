package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.sql.SQLException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.guildhall.Http;
import org.guildhall.api.model.DunningCaseId;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;

/** The examples of the billing room's operations. */
final class BillingExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_CONNECTION).makes("cnn"),
            example(LIST_CONNECTIONS),
            example(GET_CONNECTION),
            example(UPDATE_CONNECTION),
            example(ROTATE_CONNECTION_SECRET),
            example(SET_CONNECTION_API_KEY),
            example(DISABLE_CONNECTION),
            example(ENABLE_CONNECTION).after(DISABLE_CONNECTION),

            example(RECEIVE_WEBHOOK)
                    .at("connection_id", BillingExamples::connection)
                    .with("/id", samples -> "evt_" + samples.word())
                    .headers((samples, body) -> List.of(
                            "Stripe-Signature", StripeSender.header(body, StripeSender.SECRET, Instant.now().getEpochSecond()))),
            example(LIST_WEBHOOK_DELIVERIES).entry(BillingExamples::delivery),
            example(GET_WEBHOOK_DELIVERY).at("webhook_delivery_id", BillingExamples::delivery),
            example(GET_WEBHOOK_DELIVERY_PAYLOAD).at("webhook_delivery_id", BillingExamples::delivery),
            example(REPLAY_WEBHOOK_DELIVERY).at("webhook_delivery_id", BillingExamples::delivery),
            example(CREATE_DELIVERY_REPLAY).makes("rpl"),
            example(LIST_DELIVERY_REPLAYS),
            example(GET_DELIVERY_REPLAY),

            example(LIST_INVOICES).entry(BillingExamples::invoice),
            example(GET_INVOICE).at("invoice_id", BillingExamples::invoice),
            example(LIST_INVOICE_LINES).at("invoice_id", BillingExamples::invoice).entry(samples -> samples.remembered("invoice line")),

            example(LIST_PAYMENTS).entry(BillingExamples::payment),
            example(GET_PAYMENT).at("payment_id", BillingExamples::payment),
            example(LIST_PAYMENT_ATTEMPTS).entry(BillingExamples::attempt),
            example(GET_PAYMENT_ATTEMPT).at("payment_attempt_id", BillingExamples::attempt),
            example(LIST_REFUNDS).entry(BillingExamples::refund),
            example(GET_REFUND).at("refund_id", BillingExamples::refund),

            example(CREATE_RECONCILIATION)
                    .makes("rec")
                    .with("/connection_id", BillingExamples::askedConnection)
                    .with("/kinds", samples -> List.of("refund")),
            example(LIST_RECONCILIATIONS),
            example(GET_RECONCILIATION).at("reconciliation_id", samples -> reconcile(samples, askedConnection(samples))),
            example(LIST_RECONCILIATION_DIFFERENCES)
                    .at("reconciliation_id", BillingExamples::reconciliation)
                    .entry(samples -> samples.remembered("reconciliation difference")),
            example(REPAIR_RECONCILIATION).at("reconciliation_id", BillingExamples::reconciliationWithDifference),

            example(LIST_CREDITS).entry(BillingExamples::credit),
            example(GET_CREDIT).at("credit_id", BillingExamples::credit),
            example(LIST_COUPON_MAPPINGS).entry(BillingExamples::coupon),
            example(GET_COUPON_MAPPING).at("coupon_mapping_id", BillingExamples::coupon),
            example(LIST_PROMOTION_CODES).entry(BillingExamples::promotionCode),
            example(GET_PROMOTION_CODE).at("promotion_code_id", BillingExamples::promotionCode),
            example(LIST_DISPUTES).entry(BillingExamples::dispute),
            example(GET_DISPUTE).at("dispute_id", BillingExamples::dispute),
            example(LIST_PAYOUTS).entry(BillingExamples::payout),
            example(GET_PAYOUT).at("payout_id", BillingExamples::payout),

            example(CREATE_CHECKOUT_SESSION)
                    .makes("chs")
                    .with("/connection_id", BillingExamples::askedConnection)
                    .with("/organization_id", samples -> samples.id("org"))
                    .with("/price_ids", samples -> List.of(priceForSale(samples))),
            example(LIST_CHECKOUT_SESSIONS),
            example(GET_CHECKOUT_SESSION),
            example(CREATE_PLAN_CHANGE)
                    .makes("plc")
                    .with("/subscription_id", BillingExamples::askedSubscription)
                    .with("/price_id", BillingExamples::priceForSale),
            example(LIST_PLAN_CHANGES),
            example(GET_PLAN_CHANGE),
            example(REQUEST_PLAN_CHANGE),
            example(CREATE_PORTAL_SESSION).makes("pts").with("/account_id", BillingExamples::askedAccount),
            example(LIST_PORTAL_SESSIONS),
            example(GET_PORTAL_SESSION),

            example(LIST_ACCOUNTS).entry(BillingExamples::account),
            example(GET_ACCOUNT).at("account_id", BillingExamples::account),
            example(LINK_ACCOUNT).at("account_id", BillingExamples::account).with("/organization_id", samples -> samples.id("org")),
            example(UNLINK_ACCOUNT).at("account_id", BillingExamples::account).after(LINK_ACCOUNT),

            example(LIST_SUBSCRIPTIONS).entry(BillingExamples::subscription),
            example(GET_SUBSCRIPTION).at("subscription_id", BillingExamples::subscription),
            example(LIST_ALL_SUBSCRIPTION_CHANGES).entry(BillingExamples::change),
            example(LIST_SUBSCRIPTION_CHANGES).at("subscription_id", BillingExamples::subscription).entry(BillingExamples::change),

            example(CREATE_DUNNING_POLICY).makes("dpl"),
            example(LIST_DUNNING_POLICIES),
            example(GET_DUNNING_POLICY),
            example(UPDATE_DUNNING_POLICY),
            example(ARCHIVE_DUNNING_POLICY),
            example(LIST_DUNNING_CASES).entry(BillingExamples::dunningCase),
            example(GET_DUNNING_CASE).at("dunning_case_id", BillingExamples::dunningCase),
            example(HOLD_DUNNING_CASE).at("dunning_case_id", BillingExamples::dunningCase),
            example(RELEASE_DUNNING_CASE).at("dunning_case_id", BillingExamples::dunningCase).after(HOLD_DUNNING_CASE),
            example(DROP_DUNNING_CASE).at("dunning_case_id", BillingExamples::dunningCase),
            example(LIST_DUNNING_ATTEMPTS).entry(BillingExamples::dunningAttempt),
            example(GET_DUNNING_ATTEMPT).at("dunning_attempt_id", BillingExamples::dunningAttempt),
            example(PREVIEW_DUNNING),
            example(GET_DUNNING_ANALYTICS),

            example(GET_ACCOUNT_LEDGER).at("account_id", BillingExamples::account),
            example(LIST_LEDGER_ACCOUNTS).entry(BillingExamples::ledgerAccount),
            example(GET_LEDGER_ACCOUNT).at("ledger_account_id", BillingExamples::ledgerAccount),
            example(LIST_LEDGER_TRANSACTIONS).entry(BillingExamples::ledgerTransaction),
            example(GET_LEDGER_TRANSACTION).at("ledger_transaction_id", BillingExamples::ledgerTransaction));

    private static final int CALLS_IN_VAIN = 50;
    private static final long WAIT_NANOS = 30_000_000_000L;
    private static final long PAUSE_NANOS = 20_000_000L;

    private BillingExamples() {}

    private static String connection(SampleData samples) {
        return samples.once("stripe connection", () -> samples.made("/api/v1/billing/connections", Map.of(
                "name", "Stripe", "provider", "stripe", "livemode", true, "secret", StripeSender.SECRET)));
    }

    /** A delivery that has made an account. */
    static String delivery(SampleData samples) {
        var word = samples.word();
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        var reply = sender.send(StripeSender.event("evt_" + word, "customer.created", Instant.now().getEpochSecond(), Map.of(
                "id", "cus_" + word, "object", "customer", "name", "Mira Rossi"))).expect(200);
        return String.valueOf(reply.at("/deliveries/0/id"));
    }

    /** A subscription. */
    static String subscription(SampleData samples) {
        return samples.once("subscription", () -> {
            var word = samples.word();
            var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
            sender.send(StripeSender.event("evt_" + word, "customer.subscription.created", Instant.now().getEpochSecond(), Map.of(
                    "id", "sub_" + word, "object", "subscription", "customer", "cus_" + word, "status", "active", "items", Map.of("data", List.of(Map.of(
                            "id", "si_" + word, "price", Map.of("id", "price_" + word, "unit_amount", 500, "currency", "aud"))))))).expect(200);
            return String.valueOf(samples.http.get("/api/v1/billing/subscriptions?provider_reference=sub_" + word).expect(200).at("/data/0/id"));
        });
    }

    private static String change(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/billing/subscriptions/" + subscription(samples) + "/changes").expect(200).at("/data/0/id"));
    }

    /** An invoice with one line, which is remembered. */
    static String invoice(SampleData samples) {
        var word = samples.word();
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        sender.send(StripeSender.event("evt_" + word, "invoice.finalized", Instant.now().getEpochSecond(), StripeBodies.invoice("in_" + word, "open"))).expect(200);
        var invoice = String.valueOf(samples.http.get("/api/v1/billing/invoices?provider_reference=in_" + word).expect(200).at("/data/0/id"));
        samples.remember("invoice line", String.valueOf(samples.http.get("/api/v1/billing/invoices/" + invoice + "/lines").expect(200).at("/data/0/id")));
        return invoice;
    }

    /** A connection that can be asked, to an account with one customer. */
    private static String askedConnection(SampleData samples) {
        return samples.once("asked connection", () -> samples.made("/api/v1/billing/connections", Map.of(
                "name", "Stripe", "provider", "stripe", "livemode", true, "secret", StripeSender.SECRET, "api_key",
                StripeStandIn.shared().account().put("customers", Map.of("id", "cus_sample", "object", "customer"))
                        .put("subscriptions", Map.of("id", "sub_asked", "object", "subscription")).apiKey())));
    }

    /** A call outside whose answer isn't recorded, since the provider is away. */
    static void awaitedCall(SampleData samples) {
        var account = StripeStandIn.shared().account();
        IntStream.range(0, CALLS_IN_VAIN).forEach(at -> account.fails(503, null));
        var connection = samples.made("/api/v1/billing/connections", Map.of(
                "name", "Away", "provider", "stripe", "livemode", true, "secret", StripeSender.SECRET, "api_key", account.apiKey()));
        samples.http.post("/api/v1/billing/checkout-sessions", """
                {"connection_id": "%s", "organization_id": "%s", "price_ids": ["%s"], "success_url": "https://members.example/welcome"}"""
                .formatted(connection, samples.id("org"), priceForSale(samples))).expect(503);
    }

    /** An account at a provider that can be asked. */
    private static String askedAccount(SampleData samples) {
        return samples.once("asked account", () -> {
            var word = samples.word();
            new StripeSender(new Http(samples.tenant.server(), null), askedConnection(samples), StripeSender.SECRET)
                    .send(StripeSender.event("evt_" + word, "customer.created", Instant.now().getEpochSecond(), Map.of(
                            "id", "cus_" + word, "object", "customer", "name", "Mira Rossi")))
                    .expect(200);
            return String.valueOf(samples.http.get("/api/v1/billing/accounts?provider_reference=cus_" + word).expect(200).at("/data/0/id"));
        });
    }

    /** A subscription at a provider that can be asked. */
    private static String askedSubscription(SampleData samples) {
        return samples.once("asked subscription", () -> {
            new StripeSender(new Http(samples.tenant.server(), null), askedConnection(samples), StripeSender.SECRET)
                    .send(StripeSender.event("evt_" + samples.word(), "customer.subscription.created", Instant.now().getEpochSecond(), Map.of(
                            "id", "sub_asked", "object", "subscription", "customer", "cus_asked", "status", "active", "items", Map.of("data", List.of(Map.of(
                                    "id", "si_asked", "price", Map.of("id", "price_asked", "unit_amount", 500, "currency", "aud")))))))
                    .expect(200);
            return String.valueOf(samples.http.get("/api/v1/billing/subscriptions?provider_reference=sub_asked").expect(200).at("/data/0/id"));
        });
    }

    /** A price of a published product, which Stripe knows. */
    private static String priceForSale(SampleData samples) {
        return samples.once("price for sale", () -> samples.made(
                "/api/v1/catalog/products/" + CatalogExamples.publishedProduct(samples) + "/prices", Map.of(
                        "unit_amount", Map.of("amount_minor", 12_900, "currency", "AUD"), "billing_interval", "month", "interval_count", 1,
                        "tax_behavior", "inclusive", "provider_references", Map.of("stripe", "price_" + samples.word()))));
    }

    /** A reconciliation that has found a difference, which is remembered. */
    static String reconciliation(SampleData samples) {
        return samples.once("reconciliation", () -> finishedReconciliation(samples));
    }

    private static String finishedReconciliation(SampleData samples) {
        var made = reconcile(samples, askedConnection(samples));
        var path = "/api/v1/billing/reconciliations/" + made;
        until(() -> !"null".equals(String.valueOf(samples.http.get(path).at("/finished_at"))));
        samples.remember("reconciliation difference", String.valueOf(samples.http.get(path + "/differences").expect(200).at("/data/0/id")));
        return made;
    }

    private static String reconcile(SampleData samples, String connection) {
        return String.valueOf(samples.http.post("/api/v1/billing/reconciliations", "{\"connection_id\": \"%s\", \"kinds\": [\"account\"]}".formatted(connection))
                .expect(202).at("/id"));
    }

    /** A reconciliation with a difference, also on a server that runs no tasks. */
    private static String reconciliationWithDifference(SampleData samples) {
        var made = reconcile(samples, askedConnection(samples));
        try {
            samples.tenant.sql("""
                    insert into billing.reconciliation_differences (tenant_id, reconciliation_id, kind, provider_reference, difference)
                    select tenant_id, id, 'refund', 're_sample', 'missing_here' from billing.reconciliations
                    where tenant_id = ? order by created_at desc, id desc limit 1""", samples.tenant.id());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return made;
    }

    private static void until(BooleanSupplier condition) {
        for (long end = System.nanoTime() + WAIT_NANOS; System.nanoTime() < end && !condition.getAsBoolean();) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** A reconciliation that has compared one page and waits for the provider. */
    static void unfinishedReconciliation(SampleData samples) {
        var account = StripeStandIn.shared().account();
        IntStream.rangeClosed(0, 100).forEach(at -> account.put("customers", Map.of("id", "cus_sample" + at, "object", "customer")));
        account.betweenReads(() -> account.fails(500, 600));
        var made = reconcile(samples, samples.made("/api/v1/billing/connections", Map.of(
                "name", "Stripe", "provider", "stripe", "livemode", true, "api_key", account.apiKey())));
        until(() -> "100".equals(String.valueOf(samples.http.get("/api/v1/billing/reconciliations/" + made).at("/compared"))));
    }

    /** An account that the provider doesn't have. */
    static void fetch(SampleData samples) {
        var connection = askedConnection(samples);
        var word = samples.word();
        new StripeSender(new Http(samples.tenant.server(), null), connection, StripeSender.SECRET).send(StripeSender.event(
                "evt_" + word, "invoice.finalized", Instant.now().getEpochSecond(), StripeBodies.invoice("in_" + word, "open"))).expect(200);
    }

    /** An invoice whose payment failed, with its task. */
    static void failedPayment(SampleData samples) {
        var word = samples.word();
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        sender.send(StripeSender.event("evt_" + word, "invoice.payment_failed", Instant.now().getEpochSecond(),
                StripeBodies.with(StripeBodies.invoice("in_" + word, "open"), "attempt_count", 1))).expect(200);
    }

    /** A case, which follows from a failed payment. */
    static String dunningCase(SampleData samples) {
        samples.made("/api/v1/billing/dunning-policies", Map.of(
                "name", "Members", "is_default", true, "steps", List.of(Map.of("after_days", 1, "action", "message"))));
        var word = samples.word();
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        sender.send(StripeSender.event("evt_" + word, "invoice.payment_failed", Instant.now().getEpochSecond(), StripeBodies.with(
                StripeBodies.invoice("in_" + word, "open"), "attempt_count", 1, "customer", "cus_" + word))).expect(200);
        var invoice = samples.http.get("/api/v1/billing/invoices?provider_reference=in_" + word).expect(200).at("/data/0/id");
        return String.valueOf(samples.http.get("/api/v1/billing/dunning-cases?invoice_id=" + invoice).expect(200).at("/data/0/id"));
    }

    /** An attempt, as the job leaves it if the account has no address. */
    static String dunningAttempt(SampleData samples) {
        var one = DunningCaseId.parse(dunningCase(samples)).value();
        try {
            samples.tenant.sql("""
                    insert into billing.dunning_attempts (tenant_id, case_id, position, action, channel, due_at, state, skip_reason)
                    values (?, ?, 1, 'message', 'email', now(), 'skipped', 'no_address')""", samples.tenant.id(), one);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return String.valueOf(samples.http.get("/api/v1/billing/dunning-attempts?case_id=" + new DunningCaseId(one)).expect(200).at("/data/0/id"));
    }

    /** The id of a resource that an event of Stripe has made. */
    private static String sent(SampleData samples, String type, String list, Map<String, Object> object) {
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        sender.send(StripeSender.event("evt_" + object.get("id"), type, Instant.now().getEpochSecond(), object)).expect(200);
        return String.valueOf(samples.http.get("/api/v1/billing/" + list).expect(200).at("/data/0/id"));
    }

    /** A payment of an invoice. */
    static String payment(SampleData samples) {
        var word = samples.word();
        return sent(samples, "charge.succeeded", "payments?provider_reference=pi_" + word, StripeBodies.with(
                StripeBodies.charge("ch_" + word, "pi_" + word, "succeeded", Instant.now().getEpochSecond()), "invoice", "in_" + word));
    }

    private static String attempt(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/billing/payment-attempts?payment_id=" + payment(samples)).expect(200).at("/data/0/id"));
    }

    static String refund(SampleData samples) {
        var word = samples.word();
        sent(samples, "refund.created", "refunds", StripeBodies.refund("re_" + word, "pi_" + word, 2_900, "succeeded"));
        var payment = samples.http.get("/api/v1/billing/payments?provider_reference=pi_" + word).expect(200).at("/data/0/id");
        return String.valueOf(samples.http.get("/api/v1/billing/refunds?payment_id=" + payment).expect(200).at("/data/0/id"));
    }

    /** A refund of a payment whose invoice has a tax. */
    static String taxedRefund(SampleData samples) {
        var word = samples.word();
        sent(samples, "invoice.paid", "invoices", StripeBodies.invoice("in_" + word, "paid"));
        sent(samples, "charge.succeeded", "payments", StripeBodies.with(
                StripeBodies.charge("ch_" + word, "pi_" + word, "succeeded", Instant.now().getEpochSecond()), "invoice", "in_" + word));
        return sent(samples, "refund.created", "refunds", StripeBodies.refund("re_" + word, "pi_" + word, 2_900, "succeeded"));
    }

    /** A dispute that needs evidence, with its task. */
    static String dispute(SampleData samples) {
        var word = samples.word();
        sent(samples, "charge.dispute.created", "disputes", StripeBodies.dispute("du_" + word, "pi_" + word, "needs_response"));
        var payment = samples.http.get("/api/v1/billing/payments?provider_reference=pi_" + word).expect(200).at("/data/0/id");
        return String.valueOf(samples.http.get("/api/v1/billing/disputes?payment_id=" + payment).expect(200).at("/data/0/id"));
    }

    static String payout(SampleData samples) {
        return sent(samples, "payout.paid", "payouts?sort=-created_at", StripeBodies.payout("po_" + samples.word(), 98_200, "paid"));
    }

    static String credit(SampleData samples) {
        var word = samples.word();
        var note = StripeBodies.creditNote("cn_" + word, "in_" + word, 2_900, 264);
        return sent(samples, "credit_note.created", "credits?sort=-created_at", note);
    }

    static String coupon(SampleData samples) {
        var word = samples.word();
        return sent(samples, "coupon.created", "coupon-mappings?provider_reference=WELCOME_" + word, StripeBodies.coupon("WELCOME_" + word, 1_795_800_000));
    }

    static String promotionCode(SampleData samples) {
        var word = samples.word();
        return sent(samples, "promotion_code.created", "promotion-codes?provider_reference=promo_" + word,
                StripeBodies.promotionCode("promo_" + word, "FRIEND" + word, "WELCOME_" + word, 1_795_800_000));
    }

    /** The transaction of an invoice of a new account. */
    static String ledgerTransaction(SampleData samples) {
        var word = samples.word();
        var sender = new StripeSender(new Http(samples.tenant.server(), null), connection(samples), StripeSender.SECRET);
        var invoice = StripeBodies.with(StripeBodies.invoice("in_" + word, "open"), "customer", "cus_" + word);
        sender.send(StripeSender.event("evt_" + word, "invoice.finalized", Instant.now().getEpochSecond(), invoice)).expect(200);
        var id = samples.http.get("/api/v1/billing/invoices?provider_reference=in_" + word).expect(200).at("/data/0/id");
        return String.valueOf(samples.http.get("/api/v1/billing/ledger-transactions?entity_id=" + id).expect(200).at("/data/0/id"));
    }

    /** The ledger account for what a new account owes. */
    private static String ledgerAccount(SampleData samples) {
        var transaction = samples.http.get("/api/v1/billing/ledger-transactions/" + ledgerTransaction(samples)).expect(200);
        return String.valueOf(transaction.at("/entries/0/ledger_account_id"));
    }

    private static String account(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/billing/webhook-deliveries/" + delivery(samples)).expect(200).at("/effects/0/entity_id"));
    }
}
