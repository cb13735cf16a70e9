package org.guildhall.schedule.classes;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** Checks that rules don't contradict each other, and that the allowance that they name exists. */
public final class RuleChecks {

    private final Catalog catalog;

    RuleChecks(Catalog catalog) {
        this.catalog = catalog;
    }

    /** @throws ProblemException {@code validation_failed} with all contradictions */
    public void check(Tx tx, ClassRules rules) {
        var wrong = new ArrayList<Item>();
        if (rules.bookingClosesMinutes() >= rules.bookingOpensMinutes()) {
            wrong.add(Item.pointer("/booking_closes_minutes", "out_of_order", "`booking_closes_minutes` must be less than `booking_opens_minutes`."));
        }
        if (rules.ageMin() != null && rules.ageMax() != null && rules.ageMin() > rules.ageMax()) {
            wrong.add(Item.pointer("/age_max", "out_of_order", "`age_max` must not be less than `age_min`."));
        }
        var needs = rules.needs();
        if (needs != null && catalog.resourceKeys(tx, List.of(needs.resourceKey())).stream().noneMatch(key -> key.kind().equals("allowance"))) {
            wrong.add(Item.pointer("/needs/resource_key", "unknown", "There is no resource key of kind `allowance` with this name."));
        }
        ProblemException.ifAny(wrong);
    }
}
