package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.LargeTenants;
import org.guildhall.core.data.Tx;
import org.junit.jupiter.api.Test;

/** The pages that queries for due changes read under generic plans, in a tenant with many transitions, none of them due. */
class DuePlansTest {

    private static final int PAGES_MAX = 50;

    private final LargeTenants large = LargeTenants.shared();
    private final PoolStore pools = new PoolStore();
    private final TransitionStore transitions = new TransitionStore();
    /** The organization with most transitions. */
    private final UUID organization = LargeTenants.id(12, 1);

    private void readsLittle(Function<Tx, ?> work) {
        var executed = large.reading(work);
        assertTrue(executed.size() > 1, "no plans were found");
        assertTrue(executed.stream().allMatch(one -> one.pages() <= PAGES_MAX), executed::toString);
    }

    @Test
    void nothingDue_isFoundInTheIndex() {
        readsLittle(tx -> pools.due(tx, null, 50));
        readsLittle(tx -> pools.due(tx, organization, 50));
        readsLittle(tx -> transitions.isDue(tx, organization));
        readsLittle(tx -> transitions.leadingTo(tx, LargeTenants.id(20, 3)));
        readsLittle(tx -> List.of(pools.nextDue(tx, organization)));
    }
}
