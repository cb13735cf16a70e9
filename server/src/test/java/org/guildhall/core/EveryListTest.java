package org.guildhall.core;

import static org.guildhall.core.OperationGroup.LISTS;
import static org.guildhall.core.OperationGroup.LISTS_OF_TENANTS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.guildhall.api.Operation;

/** The rules that all lists share. */
class EveryListTest {

    @ForEach(LISTS)
    void list_isBounded(Operation operation) {
        var samples = SampleTenants.home(operation);
        var path = samples.request(operation).path();
        assertEquals("400 invalid_parameter", samples.http.get(path + "?limit=0").outcome());
        assertEquals("400 invalid_parameter", samples.http.get(path + "?limit=201").outcome());
        assertEquals("400 invalid_cursor", samples.http.get(path + "?cursor=AAAA").outcome());
        var page = samples.http.get(path + "?limit=1").expect(200).json();
        assertTrue(page.get("data").size() <= 1);
        assertEquals(Set.of("data", "page"), EveryOperationTest.names(page));
    }

    @ForEach(LISTS_OF_TENANTS)
    void list_showsNoEntryOfAnotherTenant(Operation operation) {
        var theirs = SampleTenants.theirs().entry(operation);
        var ours = SampleTenants.ours().entry(operation);
        assertNotEquals(theirs.id(), ours.id());
        // Each tenant finds its own entry: the list isn't empty, and the search works.
        assertTrue(shows(SampleTenants.theirs(), theirs, theirs.id()));
        assertTrue(shows(SampleTenants.ours(), ours, ours.id()));
        assertFalse(shows(SampleTenants.ours(), ours, theirs.id()), theirs.id() + " belongs to another tenant");
    }

    /** Reads all pages of the list. */
    private static boolean shows(SampleData samples, SampleData.Entry list, String id) {
        var next = list.path() + "?limit=200";
        while (next != null) {
            var page = samples.http.get(next).expect(200);
            for (var entry : page.json().get("data")) {
                if (id.equals(entry.at(list.pointer()).asText())) {
                    return true;
                }
            }
            var cursor = page.at("/page/next_cursor");
            next = cursor == null ? null : list.path() + "?limit=200&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
        }
        return false;
    }
}
