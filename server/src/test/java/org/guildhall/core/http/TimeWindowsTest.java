package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Spec;
import org.junit.jupiter.api.Test;

/** Time filters of lists: a window begins where the previous one ends, and no entry is lost or repeated. */
class TimeWindowsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";

    private final Http http = new Http(TestServer.shared(), TestServer.shared().tenant().token());

    @Test
    void everyList_withAnAfterFilter_hasAFromAndABefore() {
        var spec = new Spec();
        int windows = 0;
        // A calendar isn't a list: it has one window with a begin and an end.
        for (var operation : Stream.of(Operation.values()).filter(each -> each != Operation.GET_SESSION_CALENDAR).toList()) {
            var names = spec.inputs(operation).query().keySet();
            for (var name : names) {
                if (name.matches(".*_(after|from|before)")) {
                    var subject = name.replaceFirst("_(after|from|before)$", "");
                    var wanted = List.of(subject + "_after", subject + "_from", subject + "_before");
                    assertTrue(names.containsAll(wanted), operation + " lacks one of " + wanted);
                    windows++;
                }
            }
        }
        assertTrue(windows >= 3 * 20, windows + " parameters");
    }

    @Test
    void adjacentWindows_haveEachEntryOnce() {
        for (var name : List.of("a", "b", "c")) {
            http.post(PRODUCTS, "{\"name\": \"" + name + "\"}").expect(201);
        }
        var all = http.get(PRODUCTS + "?sort=created_at").expect(200).json();
        var middle = all.at("/data/1/created_at").asText();
        assertEquals(List.of("a"), names("?created_before=" + middle));
        assertEquals(List.of("b", "c"), names("?created_from=" + middle));
        assertEquals(List.of("c"), names("?created_after=" + middle));
        var next = Json.text(Instant.parse(middle).plusNanos(1_000));
        assertEquals(List.of("b"), names("?created_from=" + middle + "&created_before=" + next));
        var trail = http.get("/api/v1/platform/audit-events?sort=occurred_at&action=product.created").expect(200).json();
        var event = trail.at("/data/1/occurred_at").asText();
        var path = "/api/v1/platform/audit-events?action=product.created&occurred_";
        assertEquals(1, http.get(path + "before=" + event).expect(200).json().at("/data").size());
        assertEquals(2, http.get(path + "from=" + event).expect(200).json().at("/data").size());
    }

    private List<String> names(String filter) {
        var found = http.get(PRODUCTS + filter + "&sort=created_at").expect(200).json().at("/data");
        return Arrays.asList(found.findValuesAsText("name").toArray(String[]::new));
    }
}
