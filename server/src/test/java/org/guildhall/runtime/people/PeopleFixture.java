package org.guildhall.runtime.people;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** The fixture of the people tests: a tenant with a default organization type and a token, and short methods to fill it. */
final class PeopleFixture {

    static final String BASE = "/api/v1/runtime";
    static final String TYPES = "/api/v1/catalog/org-types";

    final TestServer.Tenant tenant = TestServer.shared().tenant();
    final Http http = new Http(tenant.server(), tenant.token("runtime:read", "runtime:write", "catalog:read", "catalog:write", "platform:audit:read"));
    final String personal = type("personal", true);

    String type(String key, boolean isDefault) {
        return http.post(TYPES, "{\"key\": \"%s\", \"name\": \"%s\", \"is_default\": %s}".formatted(key, key, isDefault)).expect(201).at("/id");
    }

    Reply get(String path) {
        return http.get(BASE + path);
    }

    Reply post(String path, String body, String... headers) {
        return http.post(BASE + path, body, headers);
    }

    /** Sends an action without a body. */
    Reply act(String path, String... headers) {
        return http.post(BASE + path, null, headers);
    }

    Reply patch(String path, String body, String... headers) {
        return http.patch(BASE + path, body, headers);
    }

    /** Creates a resource and returns its id. */
    String make(String path, String body) {
        return String.valueOf(post(path, body).expect(201).at("/id"));
    }

    String person(String name) {
        return make("/persons", "{\"name\": \"" + name + "\"}");
    }

    /** Creates an organization of the default type without members. */
    String organization(String name) {
        return make("/organizations", "{\"name\": \"%s\", \"org_type_id\": \"%s\"}".formatted(name, personal));
    }

    /** Creates an organization with an owner. */
    String organization(String name, String owner) {
        return make("/organizations", "{\"name\": \"%s\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(name, personal, owner));
    }

    Reply member(String organization, String person, String role) {
        return post("/organizations/" + organization + "/memberships", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role));
    }

    /** The only audit event of the replied change. */
    JsonNode event(Reply reply) {
        var events = http.get("/api/v1/platform/audit-events?request_id=" + reply.header("Request-Id")).expect(200).json().get("data");
        assertEquals(1, events.size());
        return events.get(0);
    }

    /** The entity types that the replied change touched, in the order of its event. */
    List<String> touched(Reply reply) {
        return event(reply).get("changes").findValuesAsText("entity_type");
    }

    /** The texts at a pointer into each entry of a list. */
    static List<String> each(Reply list, String pointer) {
        var found = new ArrayList<String>();
        list.expect(200).json().get("data").forEach(entry -> found.add(entry.at(pointer).asText()));
        return found;
    }

    /** Asserts that the reply is this problem, with this pointer. */
    static void assertProblem(String outcome, String pointer, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }

    /** Asserts that the reply is this problem, without a pointer. */
    static void assertProblem(String outcome, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
    }
}
