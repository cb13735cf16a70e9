package org.guildhall.billing.checkout;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.StripeStandIn;

/** A tenant with an organization, a price that Stripe knows, and a connection that can be asked. */
public final class CheckoutFixture {

    public static final String SESSIONS = "/api/v1/billing/checkout-sessions";
    private static final String BILLING = "/api/v1/billing/";

    public final TestServer.Tenant tenant;
    public final Http http;
    public final StripeStandIn.Account account = StripeStandIn.shared().account();
    public final String connection;
    public final String organization;
    public final String price;
    private final SaleFixture sale;
    public final StripeSender stripe;
    public final long now = Instant.now().getEpochSecond();

    public CheckoutFixture(TestServer server) {
        this.tenant = server.tenant();
        this.http = new Http(server, tenant.token());
        this.connection = made(BILLING + "connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s", "api_key": "%s"}""".formatted(StripeSender.SECRET, account.apiKey()));
        this.sale = new SaleFixture(http);
        this.organization = organization("Harbour");
        this.price = price("price_harbour");
        this.stripe = new StripeSender(new Http(server, null), connection, StripeSender.SECRET);
    }

    private String made(String path, String body) {
        return String.valueOf(http.post(path, body).expect(201).at("/id"));
    }

    public String organization(String name) {
        return sale.organization(name);
    }

    /** A monthly price of a new published product. */
    public String price(String reference) {
        return sale.monthly(12_900, "AUD", Map.of("stripe", reference));
    }

    public String body() {
        return """
                {"connection_id": "%s", "organization_id": "%s", "price_ids": ["%s"], "success_url": "https://members.example/welcome"}"""
                .formatted(connection, organization, price);
    }

    /** Loses the next change on its way, and the JDK's own repetition of it. */
    public void loseChange() {
        account.before(CheckoutFixture::lost).before(CheckoutFixture::lost);
    }

    /** Loses the answer of the next change, and that of the JDK's own repetition. */
    public void loseAnswer() {
        account.between(CheckoutFixture::lost).between(CheckoutFixture::lost);
    }

    private static void lost() {
        throw new IllegalStateException("the connection is lost");
    }

    /** Asks for a session with a key. */
    public Reply open(String key) {
        return http.post(SESSIONS, body(), "Idempotency-Key", key);
    }

    /** An opened session. */
    public String opened() {
        return String.valueOf(open(UUID.randomUUID().toString()).expect(201).at("/id"));
    }

    public Reply session(String id) {
        return http.get(SESSIONS + "/" + id).expect(200);
    }

    /** The only session of the tenant, in short. */
    public String onlySession() {
        var list = http.get(SESSIONS).expect(200);
        return list.at("/data/0/state") + " " + list.at("/data/0/provider_reference") + " " + (list.at("/data/1") == null ? "one" : "more");
    }

    /** Sends an event of a session. */
    public Reply send(String event, String type, Map<String, Object> session) {
        return stripe.send(StripeSender.event(event, type, now, session)).expect(200);
    }

    /** Ends the lease of a call whose node counts as dead. */
    public void expireLease() throws SQLException {
        tenant.sql("update platform.external_calls set leased_until = leased_until - interval '1 minute' where tenant_id = ?", tenant.id());
    }

    public List<String> openCalls() throws SQLException {
        return tenant.found("select attempts from platform.external_calls where tenant_id = ?", tenant.id());
    }
}
