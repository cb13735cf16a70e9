package org.guildhall.runtime.people;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** What tests of people begin with: a tenant of its own with a default organization type, a token, and short words to fill it. */
final class PeopleFixture {

    static final String BASE = "/api/v1/runtime";
    static final String TYPES = "/api/v1/catalog/org-types";

    final TestServer.Tenant tenant = TestServer.shared().tenant();
    final Http http = new Http(tenant.guild(), tenant.token("runtime:read", "runtime:write", "catalog:read", "catalog:write", "platform:audit:read"));
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

    /** An action, which has no body. */
    Reply act(String path, String... headers) {
        return http.post(BASE + path, null, headers);
    }

    Reply patch(String path, String body, String... headers) {
        return http.patch(BASE + path, body, headers);
    }

    /** Makes something and tells its id. */
    String make(String path, String body) {
        return String.valueOf(post(path, body).expect(201).at("/id"));
    }

    String person(String name) {
        return make("/persons", "{\"name\": \"" + name + "\"}");
    }

    /** An organization of the default type that nobody belongs to. */
    String organization(String name) {
        return make("/organizations", "{\"name\": \"%s\", \"org_type_id\": \"%s\"}".formatted(name, personal));
    }

    /** One that a person owns. */
    String organization(String name, String owner) {
        return make("/organizations", "{\"name\": \"%s\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(name, personal, owner));
    }

    Reply member(String organization, String person, String role) {
        return post("/organizations/" + organization + "/memberships", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role));
    }

    /** The only event of what a reply did. */
    JsonNode event(Reply reply) {
        var events = http.get("/api/v1/platform/audit-events?request_id=" + reply.header("Request-Id")).expect(200).json().get("data");
        assertEquals(1, events.size());
        return events.get(0);
    }

    /** The kinds of what a reply changed, in the order of its event. */
    List<String> touched(Reply reply) {
        return event(reply).get("changes").findValuesAsText("entity_type");
    }

    /** The texts at a pointer into each entry of a list. */
    static List<String> each(Reply list, String pointer) {
        var found = new ArrayList<String>();
        list.expect(200).json().get("data").forEach(entry -> found.add(entry.at(pointer).asText()));
        return found;
    }

    /** That the answer is this problem, at this member of the body. */
    static void assertProblem(String outcome, String pointer, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }

    /** That the answer is this problem, about the whole. */
    static void assertProblem(String outcome, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
    }
}
