package org.guildhall.runtime.sites;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.LargeTenants;
import org.junit.jupiter.api.Test;

/** The pages that the search for organizations with too many sites reads, in a tenant in which most organizations hold nothing now. */
class SiteLimitPlansTest {

    /** A few pages for each of 14,000 organizations with sites. What they held before isn't read. */
    private static final int PAGES_MAX = 100_000;

    private final LargeTenants large = LargeTenants.shared();

    @Test
    void search_readsEachOrganizationOnce() {
        var store = new SiteLimitStore();
        var executed = large.reading(tx -> store.due(tx, List.of("i1.sites"), null, 20));
        assertTrue(executed.size() > 1, "no plans were found");
        assertTrue(executed.stream().allMatch(one -> one.pages() <= PAGES_MAX), executed::toString);
    }
}
