package org.guildhall.schedule.classes;

import java.util.ArrayList;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;

/** Checks that rules don't contradict each other. */
public final class RuleChecks {

    private RuleChecks() {}

    /** @throws ProblemException {@code validation_failed} with all contradictions */
    public static void check(ClassRules rules) {
        var wrong = new ArrayList<Item>();
        if (rules.bookingClosesMinutes() >= rules.bookingOpensMinutes()) {
            wrong.add(Item.pointer("/booking_closes_minutes", "out_of_order", "`booking_closes_minutes` must be less than `booking_opens_minutes`."));
        }
        if (rules.ageMin() != null && rules.ageMax() != null && rules.ageMin() > rules.ageMax()) {
            wrong.add(Item.pointer("/age_max", "out_of_order", "`age_max` must not be less than `age_min`."));
        }
        ProblemException.ifAny(wrong);
    }
}
