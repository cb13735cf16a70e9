package org.guildhall.runtime.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import org.guildhall.LargeTenants;
import org.guildhall.LargeTenants.Executed;
import org.guildhall.core.sql.Batch;
import org.junit.jupiter.api.Test;

/**
 * The plans by which the rules of what a pool holds are found. They look up each row by an index, whatever the numbers of rows are: the plan
 * is made without them.
 */
class RulesPlansTest {

    private static final List<String> KEYS = List.of("i1.sites");

    private final LargeTenants large = LargeTenants.shared();
    private final UsageCounterStore counters = new UsageCounterStore();

    private static void looksUp(List<Executed> executed) {
        assertTrue(executed.size() > 1, "no plans were found");
        var rules = executed.stream().max(Comparator.comparing(one -> one.plan().toString().length())).orElseThrow();
        assertEquals(List.of("Nested Loop"), rules.plan().findValuesAsText("Node Type").stream()
                .filter(node -> node.contains("Join") || node.contains("Loop") || node.equals("Seq Scan") || node.equals("Hash")).distinct().toList(), rules::toString);
    }

    @Test
    void rulesOfPools_startFromThePools() {
        looksUp(large.reading(tx -> counters.entitlements(tx, List.of(LargeTenants.id(13, 7)), KEYS, tx.now())));
        looksUp(large.reading(tx -> {
            var batch = new Batch();
            var rules = counters.entitlements(batch, List.of(LargeTenants.id(12, 7)), KEYS);
            batch.send(tx);
            return rules.get();
        }));
    }
}
