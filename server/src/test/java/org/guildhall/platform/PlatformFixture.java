package org.guildhall.platform;

import java.util.List;
import java.util.Objects;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** A tenant of a test and its administrator, and what tests of this room ask the API for over and over. */
final class PlatformFixture {

    /** A token as it was answered once. */
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
        this.admin = new Http(tenant.guild(), tenant.token());
    }

    /** The platform's own administrator. */
    static PlatformFixture platform() {
        return new PlatformFixture(TestServer.shared().platform());
    }

    Http with(String token) {
        return new Http(tenant.guild(), token);
    }

    /** A caller that may do exactly this. */
    Http holding(String... scopes) {
        return with(tenant.token(scopes));
    }

    /** A new consumer; its id. */
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

    /** The pointers of all that is wrong, in the order of the answer. */
    static List<String> pointers(Http.Reply reply) {
        return reply.json().path("errors").findValuesAsText("pointer");
    }

    static String texts(String... texts) {
        return texts.length == 0 ? "[]" : "[\"" + String.join("\", \"", texts) + "\"]";
    }
}
