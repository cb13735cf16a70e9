package org.guildhall.smoke;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.ConnectionApiKey;
import org.guildhall.client.model.InvoiceTaxBehavior;
import org.guildhall.client.model.ListConnectionsOptions;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.NewConnection;
import org.guildhall.client.model.NewConnectionSettings;
import org.guildhall.client.model.NewImpliedTax;
import org.guildhall.client.model.PaymentProvider;
import org.guildhall.client.model.Person;
import org.jspecify.annotations.Nullable;

/**
 * Members of the gym who pay by direct debit at GoCardless: events that are signed as GoCardless does, and the objects that they name, which the server asks
 * the stand-in for. It can be repeated, since each event counts once.
 */
final class GymDirectDebits {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 1;

    private static final String SECRET = "demo_of_winter_street_endpoint_01";
    private static final List<String> PAYERS = List.of("bella-fontaine", "dimitri-volkov", "farid-rahimi");
    private static final int MONTHS = 3;
    private static final int AMOUNT_MINOR = 12_900;
    /** The tenths are added before anything is rounded: three of them are 297.3, of which 297 are kept. */
    private static final String FEE = "-99.1";
    private static final String FEE_TAX = "9.0";
    private static final int FEES_MINOR = 297;
    private static final int RATE_BASIS_POINTS = 1_000;
    private static final ZoneId ZONE = ZoneId.of("Australia/Sydney");

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI door;
    private final DirectDebitStandIn api;
    private final List<String> events = new ArrayList<>();

    private GymDirectDebits(URI door, DirectDebitStandIn api) {
        this.door = door;
        this.api = api;
    }

    /** @param api answers in place of GoCardless; null for a server that asks GoCardless itself, which gets no members here */
    static void fill(Guildhall tenant, String baseUrl, @Nullable DirectDebitStandIn api, Progress progress) {
        if (api == null) {
            progress.step("no direct debits, since this server asks GoCardless itself");
            return;
        }
        var connections = tenant.billing().connections();
        var tax = new NewImpliedTax(RATE_BASIS_POINTS, InvoiceTaxBehavior.INCLUSIVE, "GST");
        var connection = CatalogSeed.ensure(
                () -> connections.list(new ListConnectionsOptions().withExternalId("gocardless")),
                () -> connections.create(new NewConnection("GoCardless", PaymentProvider.GOCARDLESS, true).withExternalId("gocardless").withSecret(SECRET)
                        .withSettings(new NewConnectionSettings().withImpliedTax(tax))));
        var seed = new GymDirectDebits(URI.create(baseUrl + "/api/v1/billing/webhooks/" + connection.id()), api);
        seed.putAll(tenant);
        connections.setApiKey(connection.id(), new ConnectionApiKey(DirectDebitStandIn.TOKEN));
        seed.send();
        progress.step("three members pay by direct debit; one payment failed after it was paid out");
    }

    private void putAll(Guildhall tenant) {
        var last = YearMonth.from(LocalDate.now(ZONE)).minusMonths(1);
        for (int member = 0; member < PAYERS.size(); member++) {
            var person = tenant.runtime().persons().list(new ListPersonsOptions().withExternalId(PAYERS.get(member))).data().getFirst();
            putMember(member, person, last);
        }
        for (int ago = MONTHS - 1; ago >= 0; ago--) {
            putPayout(last.minusMonths(ago));
        }
    }

    private void putMember(int member, Person person, YearMonth last) {
        var begin = last.minusMonths(MONTHS) + "-20T01:00:00.000Z";
        api.put("customers", "CU" + member, """
                {"id": "CU%d", "created_at": "%s", "email": "%s", "given_name": "%s", "family_name": null, "company_name": null, "phone_number": null,
                 "metadata": {"guildhall_organization_id": "%s"}}""".formatted(member, begin, person.email(), person.name(), person.personalOrganizationId()));
        api.put("customer_bank_accounts", "BA" + member, "{\"id\": \"BA%d\", \"account_number_ending\": \"%d4\", \"bank_name\": \"WINTER STREET BANK\"}"
                .formatted(member, member + 1));
        api.put("mandates", "MD" + member, """
                {"id": "MD%1$d", "created_at": "%2$s", "status": "active", "scheme": "becs",
                 "links": {"creditor": "CR1", "customer": "CU%1$d", "customer_bank_account": "BA%1$d"}, "metadata": {}}""".formatted(member, begin));
        event("mandates", "active", "MD" + member, last.minusMonths(MONTHS) + "-25T06:00:00.000Z");
        for (int ago = MONTHS - 1; ago >= 0; ago--) {
            var month = last.minusMonths(ago);
            boolean failsLate = ago == 0 && member == PAYERS.size() - 1;
            var id = "PM" + member + word(month);
            api.put("payments", id, """
                    {"id": "%s", "amount": %d, "amount_refunded": 0, "charge_date": "%s-05", "created_at": "%s-01T01:00:00.000Z", "currency": "AUD",
                     "description": "Membership, %s", "links": {"creditor": "CR1", "mandate": "MD%d", "payout": "PO%s"}, "metadata": {}, "reference": "WS-%s",
                     "status": "%s"}""".formatted(id, AMOUNT_MINOR, month, month, month, member, word(month), id, failsLate ? "failed" : "paid_out"));
            event("payments", "confirmed", id, month + "-08T06:00:00.000Z");
            event("payments", "paid_out", id, month + "-09T06:00:00.000Z");
            if (failsLate) {
                event("payments", "failed", id, month + "-11T05:30:00.000Z");
            }
            api.addItem("PO" + word(month), "{\"type\": \"payment_paid_out\", \"amount\": \"%d.0\", \"links\": {\"payment\": \"%s\"}}".formatted(AMOUNT_MINOR, id));
            api.addItem("PO" + word(month), """
                    {"type": "gocardless_fee", "amount": "%s", "taxes": [{"amount": "%s", "currency": "AUD", "tax_rate_id": "AU_GST_1"}],
                     "links": {"payment": "%s"}}""".formatted(FEE, FEE_TAX, id));
        }
    }

    private void putPayout(YearMonth month) {
        api.put("payouts", "PO" + word(month), """
                {"id": "PO%s", "created_at": "%s-08T22:00:00.000Z", "amount": %d, "currency": "AUD", "deducted_fees": %d, "arrival_date": "%s-09",
                 "status": "paid", "links": {"creditor": "CR1"}, "metadata": {}}""".formatted(
                word(month), month, PAYERS.size() * AMOUNT_MINOR - FEES_MINOR, FEES_MINOR, month));
        event("payouts", "paid", "PO" + word(month), month + "-09T06:00:00.000Z");
    }

    private void event(String kind, String action, String id, String at) {
        events.add("""
                {"id": "EV-%s-%s", "created_at": "%s", "resource_type": "%s", "action": "%s", "links": {"%s": "%s"},
                 "details": {"origin": "bank", "cause": "%s", "description": "The demo says so."}, "metadata": {}}""".formatted(
                id, action, at, kind, action, kind.substring(0, kind.length() - 1), id, action.equals("failed") ? "bank_account_closed" : "any"));
    }

    private static String word(YearMonth month) {
        return month.toString().replace("-", "");
    }

    /** Sends all events in one body. */
    private void send() {
        var body = "{\"events\": [" + String.join(", ", events) + "], \"meta\": {\"webhook_id\": \"WB-demo\"}}";
        var request = HttpRequest.newBuilder(door)
                .header("Content-Type", "application/json")
                .header("Webhook-Signature", signature(body))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.body().contains("\"failed\"")) {
                throw new IllegalStateException("the events of GoCardless were answered with " + answer.statusCode() + ": " + answer.body());
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private static String signature(String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
