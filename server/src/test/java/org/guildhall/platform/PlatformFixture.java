package org.guildhall.platform;

import java.util.List;
import java.util.Objects;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** A test's tenant and its administrator, and the API calls that most tests of this room need. */
final class PlatformFixture {

    /** A token as the API returned it at its creation. */
    record Issued(String id, String clear, String etag) {

        String path() {
            return "/api/v1/platform/tokens/" + id;
        }
    }

    static final String CONSUMERS = "/api/v1/platform/consumers";
    static final String TOKENS = "/api/v1/platform/tokens";
    static final String TENANTS = "/api/v1/platform/tenants";
    static final String SETTINGS = "/api/v1/platform/settings";
    static final String EVENTS = "/api/v1/platform/audit-events";
    static final String STATUS = "/api/v1/auth/status";
    static final String PRODUCTS = "/api/v1/catalog/products";

    final TestServer.Tenant tenant;
    final Http admin;

    PlatformFixture() {
        this(TestServer.shared().tenant());
    }

    PlatformFixture(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.admin = new Http(tenant.server(), tenant.token());
    }

    /** The platform's own administrator. */
    static PlatformFixture platform() {
        return new PlatformFixture(TestServer.shared().platform());
    }

    Http with(String token) {
        return new Http(tenant.server(), token);
    }

    /** A caller with exactly these scopes. */
    Http holding(String... scopes) {
        return with(tenant.token(scopes));
    }

    /** Creates a consumer and returns its id. */
    String consumer(String... scopes) {
        return id(admin.post(CONSUMERS, consumerBody("operator", scopes)));
    }

    static String consumerBody(String actsAs, String... scopes) {
        return """
                {"name": "Desk", "owner_name": "Maria Rossi", "contact_email": "maria@winterstreet.example", "acts_as": "%s", "scopes": %s}"""
                .formatted(actsAs, texts(scopes));
    }

    /** A new token of a consumer. */
    Issued token(String consumer, String... scopes) {
        return issued(admin.post(TOKENS, tokenBody(consumer, "", scopes)));
    }

    /** @param more further members, each with a comma in front */
    static String tokenBody(String consumer, String more, String... scopes) {
        return "{\"consumer_id\": \"%s\", \"name\": \"Desk\", \"scopes\": %s%s}".formatted(consumer, texts(scopes), more);
    }

    static Issued issued(Http.Reply reply) {
        reply.expect(201);
        return new Issued(text(reply, "/id"), text(reply, "/token"), Objects.requireNonNull(reply.header("ETag")));
    }

    static String id(Http.Reply reply) {
        return text(reply.expect(201), "/id");
    }

    static String text(Http.Reply reply, String pointer) {
        return Objects.requireNonNull(reply.at(pointer), () -> pointer + " in " + reply.text());
    }

    /** The pointers of all errors, in the order of the response. */
    static List<String> pointers(Http.Reply reply) {
        return reply.json().path("errors").findValuesAsText("pointer");
    }

    static String texts(String... texts) {
        return texts.length == 0 ? "[]" : "[\"" + String.join("\", \"", texts) + "\"]";
    }
}
