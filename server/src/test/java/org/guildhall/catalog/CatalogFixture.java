package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;

/** Sets up the catalog tests: a tenant of its own, a token for the catalog, and short methods that create catalog rows. */
final class CatalogFixture {

    static final String BASE = "/api/v1/catalog";

    final TestServer.Tenant tenant = TestServer.shared().tenant();
    final Http http = new Http(tenant.server(), tenant.token("catalog:read", "catalog:write", "platform:audit:read"));

    Reply get(String path) {
        return http.get(BASE + path);
    }

    Reply post(String path, String body, String... headers) {
        return http.post(BASE + path, body, headers);
    }

    /** Posts an action without a body. */
    Reply act(String path, String... headers) {
        return http.post(BASE + path, null, headers);
    }

    Reply patch(String path, String body, String... headers) {
        return http.patch(BASE + path, body, headers);
    }

    /** Creates a resource and returns its id. */
    String make(String path, String body) {
        return post(path, body).expect(201).at("/id");
    }

    String product(String name) {
        return make("/products", "{\"name\": \"" + name + "\"}");
    }

    String published(String name) {
        var id = product(name);
        act("/products/" + id + "/publish").expect(200);
        return id;
    }

    String ladder(String name) {
        return make("/plan-ladders", "{\"name\": \"" + name + "\"}");
    }

    /** Creates a tier above all others, with a published product of its own. */
    String tier(String ladder, String name) {
        return tier(ladder, name, published(name));
    }

    String tier(String ladder, String name, String product) {
        return make("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"%s\", \"product_id\": \"%s\"}".formatted(name, product));
    }

    String set(String name) {
        return make("/entitlement-sets", "{\"name\": \"" + name + "\"}");
    }

    String orgType(String key) {
        return make("/org-types", "{\"key\": \"%s\", \"name\": \"%s\"}".formatted(key, key));
    }

    /** Creates the integration "fedwiki" with a key of each kind: sites, domains, uploads. */
    String fedwiki() {
        return make("/integrations", """
                {"key": "fedwiki", "name": "FedWiki", "resource_keys": [
                  {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "fedwiki.domains", "display_name": "Custom domains", "kind": "boolean"},
                  {"key": "fedwiki.uploads", "display_name": "Uploads", "unit": "files", "kind": "allowance"}]}""");
    }

    String etag(String path) {
        return get(path).expect(200).header("ETag");
    }

    /** Returns the texts at a pointer into each entry of a list. */
    static List<String> each(Reply list, String pointer) {
        var found = new ArrayList<String>();
        list.expect(200).json().get("data").forEach(entry -> found.add(entry.at(pointer).asText()));
        return found;
    }

    /** Asserts that the answer is this problem, at this member of the body. */
    static void assertProblem(String outcome, String pointer, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }

    /** Asserts that the answer is this problem, without a pointer to a member. */
    static void assertProblem(String outcome, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
    }

    /** Returns the id as the database stores it. */
    static UUID uuid(String id) {
        return TypeIds.parse(id.substring(0, 3), id);
    }

    /** Returns the first column of a query in this tenant, without row-level security; {@code ?} is the id. */
    List<String> stored(String sql, String id) {
        try (var connection = tenant.server().superuser();
                var statement = connection.prepareStatement(sql)) {
            statement.setObject(1, uuid(id));
            var found = new ArrayList<String>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
            return found;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Runs all calls at the same time, each in a thread of its own. */
    static List<Reply> atOnce(List<Callable<Reply>> calls) throws Exception {
        var barrier = new CyclicBarrier(calls.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = calls.stream()
                    .map(call -> threads.submit(() -> {
                        barrier.await();
                        return call.call();
                    }))
                    .toList();
            var replies = new ArrayList<Reply>();
            for (var one : running) {
                replies.add(one.get());
            }
            return replies;
        }
    }
}
