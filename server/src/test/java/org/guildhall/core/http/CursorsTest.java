package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Pages: a cursor is valid for its own list, filter, sort and tenant, and in one spelling. */
class CursorsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String SETS = "/api/v1/catalog/entitlement-sets";

    private final TestServer server = TestServer.shared();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(server, tenant.token());

    private void fill(String path, int count) {
        for (int at = 0; at < count; at++) {
            http.post(path, "{\"name\": \"n%02d\"}".formatted(at)).expect(201);
        }
    }

    private static String cursor(Http caller, String list) {
        return String.valueOf(caller.get(list).expect(200).at("/page/next_cursor"));
    }

    private static void refused(Http.Reply reply) {
        assertEquals("400 invalid_cursor", reply.outcome(), reply.text());
        assertEquals("cursor", reply.at("/errors/0/parameter"));
    }

    @Test
    void cursor_ofAnotherTenantListFilterOrSort_isRefused() {
        fill(PRODUCTS, 3);
        fill(SETS, 3);
        var cursor = cursor(http, PRODUCTS + "?limit=1&sort=name");
        http.get(PRODUCTS + "?limit=2&sort=name&cursor=" + cursor).expect(200);
        http.get(PRODUCTS + "?cursor=" + cursor + "&sort=name&fields=id&include_total=true").expect(200);
        refused(http.get(PRODUCTS + "?limit=1&cursor=" + cursor));
        refused(http.get(PRODUCTS + "?limit=1&sort=-name&cursor=" + cursor));
        refused(http.get(PRODUCTS + "?limit=1&sort=name&lifecycle_status=draft&cursor=" + cursor));
        refused(http.get(SETS + "?limit=1&sort=name&cursor=" + cursor));
        var other = new Http(server, server.tenant().token());
        refused(other.get(PRODUCTS + "?limit=1&sort=name&cursor=" + cursor));
        // Another consumer of the same tenant sees the same list.
        new Http(server, tenant.token()).get(PRODUCTS + "?limit=1&sort=name&cursor=" + cursor).expect(200);
    }

    @Test
    void cursor_withFilter_isBoundToTheFiltersValue() {
        fill(PRODUCTS, 3);
        var cursor = cursor(http, PRODUCTS + "?limit=1&lifecycle_status=draft&created_after=2020-01-01T00:00:00Z");
        http.get(PRODUCTS + "?created_after=2020-01-01T00:00:00Z&cursor=" + cursor + "&limit=1&lifecycle_status=draft").expect(200);
        refused(http.get(PRODUCTS + "?limit=1&lifecycle_status=draft&created_after=2020-01-02T00:00:00Z&cursor=" + cursor));
        refused(http.get(PRODUCTS + "?limit=1&lifecycle_status=draft&cursor=" + cursor));
        refused(http.get(PRODUCTS + "?limit=1&lifecycle_status=published&created_after=2020-01-01T00:00:00Z&cursor=" + cursor));
    }

    @Test
    void cursor_ofAnotherParent_isRefused() {
        var one = http.post(PRODUCTS, "{\"name\": \"one\"}").expect(201).at("/id");
        var two = http.post(PRODUCTS, "{\"name\": \"two\"}").expect(201).at("/id");
        for (var product : List.of(String.valueOf(one), String.valueOf(two))) {
            for (int count = 0; count < 2; count++) {
                http.post(PRODUCTS + "/" + product + "/prices", "{\"unit_amount\": {\"amount_minor\": 100, \"currency\": \"AUD\"}, \"tax_behavior\": \"inclusive\"}")
                        .expect(201);
            }
        }
        var cursor = cursor(http, PRODUCTS + "/" + one + "/prices?limit=1");
        http.get(PRODUCTS + "/" + one + "/prices?limit=1&cursor=" + cursor).expect(200);
        refused(http.get(PRODUCTS + "/" + two + "/prices?limit=1&cursor=" + cursor));
    }

    @Test
    void cursor_alteredInAnyByte_isRefused() {
        fill(PRODUCTS, 2);
        var cursor = cursor(http, PRODUCTS + "?limit=1");
        var bytes = Base64.getUrlDecoder().decode(cursor);
        for (int at = 0; at < bytes.length; at++) {
            var altered = bytes.clone();
            altered[at] ^= 1;
            refused(http.get(PRODUCTS + "?limit=1&cursor=" + Base64.getUrlEncoder().withoutPadding().encodeToString(altered)));
        }
    }

    @Test
    void cursor_shortenedOrExtended_isRefused() {
        fill(PRODUCTS, 2);
        var cursor = cursor(http, PRODUCTS + "?limit=1");
        for (int length = 1; length < cursor.length(); length += 3) {
            refused(http.get(PRODUCTS + "?limit=1&cursor=" + cursor.substring(0, length)));
        }
        refused(http.get(PRODUCTS + "?limit=1&cursor=" + cursor + "A"));
        refused(http.get(PRODUCTS + "?limit=1&cursor=" + cursor + cursor));
    }

    @Test
    void cursor_inAnotherSpelling_isRefused() {
        fill(PRODUCTS, 2);
        // Base64 of a length that isn't a multiple of three has unused bits in its last character. A decoder drops them.
        var cursor = cursor(http, PRODUCTS + "?limit=1&sort=name");
        var bytes = Base64.getUrlDecoder().decode(cursor);
        var same = 0;
        for (char last : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray()) {
            var respelled = cursor.substring(0, cursor.length() - 1) + last;
            if (!respelled.equals(cursor)) {
                same += java.util.Arrays.equals(bytes, Base64.getUrlDecoder().decode(respelled)) ? 1 : 0;
                refused(http.get(PRODUCTS + "?limit=1&sort=name&cursor=" + respelled));
            }
        }
        assertTrue(same > 0, "the test has no other spelling of the same bytes");
        for (var padded : new String[] {cursor + "=", cursor + "%3D", "%20" + cursor, cursor + ".", "", "A".repeat(1_025)}) {
            refused(http.get(PRODUCTS + "?limit=1&sort=name&cursor=" + padded));
        }
        var among = http.get(PRODUCTS + "?limit=0&sort=name&cursor=" + cursor + "=");
        assertEquals("400 invalid_parameter", among.outcome(), "the cursor is one of several reported errors");
        assertEquals(List.of("limit", "cursor"), among.json().get("errors").findValuesAsText("parameter"));
        http.get(PRODUCTS + "?limit=1&sort=name&cursor=" + cursor).expect(200);
    }

    @Test
    void cursor_afterServerKeyRotation_isAccepted() {
        fill(PRODUCTS, 2);
        var cursor = cursor(http, PRODUCTS + "?limit=1");
        try (var rotated = server.node(settings -> TestServer.keyed(settings, "next:" + "n".repeat(40) + "," + TestServer.KEYS));
                var foreign = server.node(settings -> TestServer.keyed(settings, "test:" + "f".repeat(40)))) {
            http.on(rotated).get(PRODUCTS + "?limit=1&cursor=" + cursor).expect(200);
            assertEquals(401, http.on(foreign).get(PRODUCTS + "?limit=1&cursor=" + cursor).status(), "other keys don't accept the token");
        }
    }

    @Test
    void paging_duringInserts_seesEachEntryOnce() {
        fill(PRODUCTS, 25);
        var before = new HashSet<String>();
        http.get(PRODUCTS + "?limit=200").json().get("data").forEach(entry -> before.add(entry.get("id").asText()));
        for (var sort : List.of("created_at", "-created_at", "name", "-name")) {
            var seen = new ArrayList<String>();
            var next = PRODUCTS + "?limit=4&sort=" + sort;
            while (next != null) {
                var page = http.get(next).expect(200);
                page.json().get("data").forEach(entry -> seen.add(entry.get("id").asText()));
                http.post(PRODUCTS, "{\"name\": \"a came in between\"}").expect(201);
                http.post(PRODUCTS, "{\"name\": \"z came in between\"}").expect(201);
                var link = page.header("Link");
                assertEquals(page.at("/page/has_more"), Boolean.toString(link != null));
                assertEquals(page.at("/page/next_cursor") == null, link == null);
                next = link == null || seen.size() > 200 ? null : link.substring(1, link.indexOf('>'));
            }
            assertEquals(seen.size(), new HashSet<>(seen).size(), "no entry twice, by " + sort);
            assertTrue(seen.containsAll(before), "none left out, by " + sort);
        }
    }

    @Test
    void equalSortValues_areOrderedById() {
        for (int count = 0; count < 7; count++) {
            http.post(PRODUCTS, "{\"name\": \"same\"}").expect(201);
        }
        var seen = new ArrayList<String>();
        var next = PRODUCTS + "?limit=2&sort=name";
        while (next != null) {
            var page = http.get(next).expect(200);
            page.json().get("data").forEach(entry -> seen.add(entry.get("id").asText()));
            next = page.at("/page/next_cursor") == null ? null : PRODUCTS + "?limit=2&sort=name&cursor=" + page.at("/page/next_cursor");
        }
        assertEquals(7, new HashSet<>(seen).size());
        assertEquals(seen.stream().sorted().toList(), seen);
    }

    @Test
    void text_isSortedByCodePoint_inAnyDatabaseLocale() {
        for (var name : List.of("b", "a", "B", "é", "A", "_", "10", "9", "a b", "ab")) {
            http.post(PRODUCTS, "{\"name\": \"" + name + "\"}").expect(201);
        }
        var names = http.get(PRODUCTS + "?sort=name").json().get("data").findValuesAsText("name");
        assertEquals(List.of("10", "9", "A", "B", "_", "a", "a b", "ab", "b", "é"), names);
    }

    @Test
    void lastPage_full_hasNoNextCursor() {
        fill(PRODUCTS, 4);
        var full = http.get(PRODUCTS + "?limit=4").expect(200);
        assertEquals("false", full.at("/page/has_more"));
        assertNull(full.at("/page/next_cursor"));
        assertNull(full.header("Link"));
        assertNull(full.header("ETag"), "a list has no version");
        var total = http.get(PRODUCTS + "?limit=1&include_total=true").expect(200);
        assertEquals("4", total.at("/page/total"));
        assertEquals("false", total.at("/page/total_capped"));
        assertFalse(http.get(PRODUCTS + "?limit=1").json().get("page").has("total"));
        assertNotEquals("", cursor(http, PRODUCTS + "?limit=3"));
    }
}
