package org.guildhall.smoke;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.DunningAction;
import org.guildhall.client.model.DunningStop;
import org.guildhall.client.model.ListConnectionsOptions;
import org.guildhall.client.model.ListDunningPoliciesOptions;
import org.guildhall.client.model.ListOperationalTasksOptions;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.NewConnection;
import org.guildhall.client.model.NewDunningPolicy;
import org.guildhall.client.model.NewDunningStep;
import org.guildhall.client.model.NewTaskOutcome;
import org.guildhall.client.model.PaymentProvider;
import org.guildhall.client.model.Person;
import org.guildhall.client.model.ProductPatch;
import org.guildhall.client.model.ProviderReferencesPatch;
import org.guildhall.client.model.TaskOutcomeKind;
import org.jspecify.annotations.Nullable;

/**
 * Two years of the gym's invoices at Stripe: events that are signed as Stripe does, and sent to the connection's door. It can be repeated, since each
 * event counts once.
 */
final class GymBilling {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 1;

    private static final String SECRET = "whsec_demo_of_winter_street_01";
    private static final List<String> PAYERS = List.of("emma-sato", "viktor-horvat", "nina-petrova", "isaac-brown");
    private static final String LOCKER_PAYER = "nina-petrova";
    /** Pays the last invoice at the second attempt, so that its task is completed. */
    private static final String LATE_PAYER = "aaron-mitchell";
    /** Owes the last invoice: somebody has called him, and its dunning case is open. */
    private static final String OWING_PAYER = "chidi-okafor";
    private static final List<NewDunningStep> STEPS_OF_DUNNING = List.of(
            new NewDunningStep(1, DunningAction.MESSAGE), new NewDunningStep(7, DunningAction.MESSAGE), new NewDunningStep(14, DunningAction.SUSPEND));
    private static final int MONTHS = 24;
    private static final int AMOUNT_MINOR = 12_900;
    private static final int GST_MINOR = 1_173;
    private static final int REFUNDED_MINOR = 2_900;
    private static final ZoneId ZONE = ZoneId.of("Australia/Sydney");
    private static final int SECONDS_TO_PAYMENT = 3_600;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Guildhall tenant;
    private final URI door;

    private GymBilling(Guildhall tenant, URI door) {
        this.tenant = tenant;
        this.door = door;
    }

    /** @param baseUrl the address of the server */
    static void fill(Guildhall tenant, String baseUrl, Progress progress) {
        var connections = tenant.billing().connections();
        var connection = CatalogSeed.ensure(
                () -> connections.list(new ListConnectionsOptions().withExternalId("stripe")),
                () -> connections.create(new NewConnection("Stripe", PaymentProvider.STRIPE, true).withExternalId("stripe").withSecret(SECRET)));
        var policies = tenant.billing().dunningPolicies();
        CatalogSeed.ensure(
                () -> policies.list(new ListDunningPoliciesOptions().withExternalId("members")),
                () -> policies.create(new NewDunningPolicy("Members", STEPS_OF_DUNNING).withExternalId("members").withIsDefault(true)
                        .withStopOn(List.of(DunningStop.SUBSCRIPTION_ENDED, DunningStop.DISPUTE))));
        var seed = new GymBilling(tenant, URI.create(baseUrl + "/api/v1/billing/webhooks/" + connection.id()));
        seed.coupons();
        seed.locker();
        PAYERS.forEach(key -> seed.payer(key, Habit.AT_ONCE));
        seed.refunded(PAYERS.getFirst());
        seed.payer(LATE_PAYER, Habit.LATE);
        seed.payer(OWING_PAYER, Habit.NEVER);
        seed.called(OWING_PAYER);
        progress.step("two years of invoices; one was paid late, one is open after a call to its payer, and one was refunded in part; two coupons, and a promotion code;"
                + " a locker whose payments are paused");
    }

    /** A coupon for new members with the word for it, and one of last year that was deleted. */
    private void coupons() {
        long made = begin(YearMonth.now(ZONE).minusMonths(MONTHS));
        send("coupon.created", "WELCOME10", made, coupon("WELCOME10", "Welcome", "\"percent_off\": 10", "repeating", 3, made));
        send("promotion_code.created", "promo_friends", made, """
                {"id": "promo_friends", "object": "promotion_code", "code": "FRIEND10", "active": true, "promotion": {"type": "coupon", "coupon": "WELCOME10"},
                 "max_redemptions": 100, "times_redeemed": 3, "created": %d, "metadata": {}, "restrictions": {"first_time_transaction": true}}""".formatted(made));
        var summer = coupon("SUMMER20", "Summer", "\"amount_off\": 2000, \"currency\": \"aud\"", "once", null, made);
        send("coupon.created", "SUMMER20", made, summer);
        send("coupon.deleted", "SUMMER20", begin(YearMonth.now(ZONE).minusMonths(MONTHS / 2)), summer);
    }

    /** A member rents a locker with the coupon; nothing is collected for it until next month. */
    private void locker() {
        var products = tenant.catalog().products();
        var locker = products.list(new ListProductsOptions().withExternalId("locker")).data().getFirst();
        products.update(locker.id(), new ProductPatch().withProviderReferences(new ProviderReferencesPatch().withStripe("prod_locker")));
        var month = YearMonth.now(ZONE);
        long begun = begin(month.minusMonths(1));
        var rent = """
                {"id": "sub_locker", "object": "subscription", "status": "active", "customer": "cus_%s", "currency": "aud", "start_date": %d,
                 "collection_method": "charge_automatically", "pause_collection": %s, "metadata": {},
                 "discounts": [{"id": "di_locker", "object": "discount", "source": {"type": "coupon", "coupon": "WELCOME10"}, "start": %d, "end": %d}],
                 "items": {"object": "list", "data": [{"id": "si_locker", "object": "subscription_item", "quantity": 1, "current_period_start": %d,
                   "current_period_end": %d, "price": {"id": "price_locker", "product": "prod_locker", "unit_amount": 1500, "currency": "aud",
                   "recurring": {"interval": "month", "interval_count": 1}}}]}}""";
        var payer = word(LOCKER_PAYER);
        long end = begin(month.plusMonths(1));
        send("customer.subscription.created", "locker", begun, rent.formatted(
                payer, begun, "null", begun, begin(month.plusMonths(2)), begun, begin(month)));
        send("customer.subscription.updated", "locker", begin(month), rent.formatted(
                payer, begun, "{\"behavior\": \"void\", \"resumes_at\": " + end + "}", begun, begin(month.plusMonths(2)), begin(month), end));
    }

    private static String coupon(String id, String name, String reduction, String duration, @Nullable Integer months, long made) {
        return """
                {"id": "%s", "object": "coupon", "name": "%s", %s, "duration": "%s", "duration_in_months": %d, "valid": true, "created": %d, "metadata": {}}"""
                .formatted(id, name, reduction, duration, months, made);
    }

    /** How the last invoice is paid. */
    private enum Habit {
        AT_ONCE, LATE, NEVER
    }

    private void payer(String key, Habit habit) {
        var person = tenant.runtime().persons().list(new ListPersonsOptions().withExternalId(key)).data().getFirst();
        var last = YearMonth.from(LocalDate.now(ZONE)).minusMonths(1);
        send("customer.created", key, begin(last.minusMonths(MONTHS)), customer(key, person));
        for (int ago = MONTHS - 1; ago >= 0; ago--) {
            var month = last.minusMonths(ago);
            send("invoice.finalized", key + "_" + month, begin(month), invoice(key, month, "open", 0));
            long paid = begin(month) + SECONDS_TO_PAYMENT;
            if (ago == 0 && habit != Habit.AT_ONCE) {
                send("invoice.payment_failed", key + "_" + month, paid, invoice(key, month, "open", 1));
                send("payment_intent.payment_failed", key + "_" + month, paid, intent(key, month, "requires_payment_method"));
                paid += SECONDS_TO_PAYMENT;
            }
            if (ago > 0 || habit != Habit.NEVER) {
                send("invoice.paid", key + "_" + month, paid, invoice(key, month, "paid", 1));
            }
            if (ago == 0 && habit == Habit.LATE) {
                send("payment_intent.succeeded", key + "_" + month, paid, intent(key, month, "succeeded"));
                send("invoice_payment.paid", key + "_" + month, paid, applied(key, month));
            }
        }
    }

    /** The payment of the last invoice, of which a part is refunded. */
    private void refunded(String key) {
        var month = YearMonth.from(LocalDate.now(ZONE)).minusMonths(1);
        long paid = begin(month) + SECONDS_TO_PAYMENT;
        var of = word(key + month);
        send("charge.succeeded", of, paid, """
                {"id": "ch_%s", "object": "charge", "status": "succeeded", "payment_intent": "pi_%s", "invoice": "in_%s", "customer": "cus_%s", "currency": "aud",
                 "amount": %d, "captured": true, "amount_captured": %d, "created": %d, "payment_method_details": {"type": "card"}}""".formatted(
                of, of, of, word(key), AMOUNT_MINOR, AMOUNT_MINOR, paid));
        send("refund.created", of, paid + SECONDS_TO_PAYMENT, """
                {"id": "re_%s", "object": "refund", "status": "succeeded", "payment_intent": "pi_%s", "currency": "aud", "amount": %d,
                 "reason": "requested_by_customer", "created": %d, "metadata": {}}""".formatted(of, of, REFUNDED_MINOR, paid + SECONDS_TO_PAYMENT));
    }

    /** Completes the task to call the payer, whose invoice stays open. */
    private void called(String key) {
        var payer = tenant.runtime().persons().list(new ListPersonsOptions().withExternalId(key)).data().getFirst();
        var tasks = tenant.tasks().operationalTasks();
        tasks.list(new ListOperationalTasksOptions().withWorkflow("payment_recovery").withFinished(false)).stream()
                .filter(task -> task.title().contains(payer.name()))
                .forEach(task -> tasks.complete(
                        task.id(), new NewTaskOutcome(TaskOutcomeKind.DONE).withWords("He pays in the first week of next month, after payday.")));
    }

    private static long begin(YearMonth month) {
        return month.atDay(1).atTime(6, 0).atZone(ZONE).toEpochSecond();
    }

    private static String customer(String key, Person person) {
        return """
                {"id": "cus_%s", "object": "customer", "name": "%s", "email": "%s", "currency": "aud", "metadata": {"guildhall_organization_id": "%s"}}"""
                .formatted(word(key), person.name(), person.email(), person.personalOrganizationId());
    }

    private static String invoice(String key, YearMonth month, String status, int attempts) {
        long begin = begin(month);
        boolean paid = status.equals("paid");
        return """
                {"id": "in_%s", "object": "invoice", "status": "%s", "customer": "cus_%s", "currency": "aud", "number": "WS-%s", "billing_reason": "subscription_cycle",
                 "subtotal": %d, "total": %d, "amount_due": %d, "amount_paid": %d, "amount_remaining": %d, "attempt_count": %d,
                 "total_taxes": [{"amount": %d, "tax_behavior": "inclusive"}],
                 "status_transitions": {"finalized_at": %d, "paid_at": %s},
                 "lines": {"object": "list", "has_more": false, "data": [{"id": "il_%s", "object": "line_item", "description": "Membership, %s", "quantity": 1,
                   "amount": %d, "period": {"start": %d, "end": %d}, "taxes": [{"amount": %d, "tax_behavior": "inclusive"}]}]}}"""
                .formatted(
                        word(key + month), status, word(key), word(key + month), AMOUNT_MINOR, AMOUNT_MINOR, AMOUNT_MINOR, paid ? AMOUNT_MINOR : 0,
                        paid ? 0 : AMOUNT_MINOR, attempts, GST_MINOR, begin, paid ? begin + SECONDS_TO_PAYMENT : "null", word(key + month), month, AMOUNT_MINOR,
                        begin, begin(month.plusMonths(1)), GST_MINOR);
    }

    /** The payment of an invoice. Only these events tell of it: those of the invoice don't name it. */
    private static String intent(String key, YearMonth month, String status) {
        boolean succeeded = status.equals("succeeded");
        return """
                {"id": "pi_%s", "object": "payment_intent", "status": "%s", "customer": "cus_%s", "currency": "aud", "amount": %d, "amount_received": %d,
                 "last_payment_error": %s, "metadata": {}}"""
                .formatted(
                        word(key + month), status, word(key), AMOUNT_MINOR, succeeded ? AMOUNT_MINOR : 0, succeeded ? "null" : """
                        {"code": "card_declined", "decline_code": "insufficient_funds", "message": "Your card has insufficient funds."}""");
    }

    private static String applied(String key, YearMonth month) {
        return """
                {"id": "inpay_%s", "object": "invoice_payment", "invoice": "in_%s", "currency": "aud", "amount_paid": %d,
                 "payment": {"type": "payment_intent", "payment_intent": "pi_%s"}}""".formatted(word(key + month), word(key + month), AMOUNT_MINOR, word(key + month));
    }

    private static String word(String text) {
        return text.replace("-", "");
    }

    private void send(String type, String of, long at, String object) {
        var body = """
                {"id": "evt_%s", "object": "event", "type": "%s", "created": %d, "livemode": true, "api_version": "2026-07-29.dahlia", "data": {"object": %s}}"""
                .formatted(word(of) + "_" + type.replace('.', '_'), type, at, object);
        long now = Instant.now().getEpochSecond();
        var request = HttpRequest.newBuilder(door)
                .header("Content-Type", "application/json")
                .header("Stripe-Signature", "t=" + now + ",v1=" + signature(now + "." + body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.body().contains("\"failed\"")) {
                throw new IllegalStateException("an event of Stripe was answered with " + answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
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
