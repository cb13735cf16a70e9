package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.allowance;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Collections;
import java.util.function.Supplier;
import org.guildhall.core.Race;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.RuntimeDoor;
import org.junit.jupiter.api.Test;

/** Allowances that another room holds for an instant. */
class AllowanceHoldsTest {

    private static final String KEY = "wiki.uploads";
    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");

    private final UsageFixture usage = new UsageFixture().in("Australia/Sydney");
    private final RuntimeDoor door = new RuntimeDoor(usage.tenant);

    /** Holds; answers held, or the code of the refusal. */
    private String hold(String organization, long quantity, Instant at, String reference) {
        return attempt(() -> door.run("booking.created", (tx, changes) -> {
            door.door().hold(tx, changes, uuid(organization), KEY, quantity, at, reference);
            return "held";
        }));
    }

    private String release(String reference) {
        return attempt(() -> door.run("booking.canceled", (tx, changes) -> String.valueOf(door.door().release(tx, changes, reference))));
    }

    private String settle(String reference) {
        return attempt(() -> door.run("booking.attended", (tx, changes) -> {
            door.door().settle(tx, changes, reference);
            return "settled";
        }));
    }

    private static String attempt(Supplier<String> work) {
        try {
            return work.get();
        } catch (ProblemException refused) {
            return refused.problem().code();
        }
    }

    /** The use of this week, as the entitlements show it. */
    private long used(String organization) {
        return usage.http.get(BASE + "/organizations/" + organization + "/entitlements").expect(200).json().at("/entitlements/0/used").asLong();
    }

    /** Noon of a day of the week that is so many weeks ahead. */
    private static Instant noon(int weeks, DayOfWeek day) {
        return LocalDate.now(SYDNEY).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).plusWeeks(weeks)
                .with(TemporalAdjusters.nextOrSame(day)).atTime(12, 0).atZone(SYDNEY).toInstant();
    }

    @Test
    void hold_countsInThePeriodOfItsInstant() {
        var organization = usage.organization(allowance(KEY, "week", 2));
        assertEquals("held", hold(organization, 2, noon(1, DayOfWeek.MONDAY), "next-week"));
        assertEquals(0, used(organization));
        assertEquals("entitlement_exceeded", hold(organization, 1, noon(1, DayOfWeek.SUNDAY), "next-sunday"));
        assertEquals("held", hold(organization, 2, noon(0, DayOfWeek.SUNDAY), "this-sunday"));
        assertEquals(2, used(organization));
        assertEquals("held", hold(organization, 2, noon(2, DayOfWeek.MONDAY), "in-two-weeks"));
    }

    @Test
    void hold_andReportedUsage_shareOneAllowance() {
        var organization = usage.organization(allowance(KEY, "week", 3));
        usage.report(event(organization, KEY, 2)).expect(201);
        assertEquals("entitlement_exceeded", hold(organization, 2, noon(0, DayOfWeek.SUNDAY), "two"));
        assertEquals("held", hold(organization, 1, noon(0, DayOfWeek.SUNDAY), "one"));
        assertEquals("409 entitlement_exceeded", usage.report(event(organization, KEY, 1)).outcome());
        assertEquals("true", release("one"));
        usage.report(event(organization, KEY, 1)).expect(201);
        assertEquals(3, used(organization));
    }

    @Test
    void hold_twentyAtOnce_neverExceedsTheAllowance() throws Exception {
        var organization = usage.organization(allowance(KEY, "week", 7));
        var at = noon(3, DayOfWeek.FRIDAY);
        var outcomes = Race.run(20, number -> number % 4 == 3
                ? usage.report(event(organization, KEY, 1)).expect(201).outcome() : hold(organization, 1, at, "race-" + number));
        assertEquals(7, Collections.frequency(outcomes, "held"), outcomes.toString());
        assertEquals(8, Collections.frequency(outcomes, "entitlement_exceeded"), outcomes.toString());
    }

    @Test
    void hold_repeated_countsOnce() {
        var organization = usage.organization(allowance(KEY, "week", 3));
        var at = noon(0, DayOfWeek.SUNDAY);
        assertEquals("held", hold(organization, 1, at, "same"));
        assertEquals("held", hold(organization, 1, at.plusNanos(999), "same"));
        assertEquals("conflict", hold(organization, 2, at, "same"));
        assertEquals("conflict", hold(organization, 1, at.plus(1, ChronoUnit.MICROS), "same"));
        assertEquals(1, used(organization));
    }

    @Test
    void release_givesBackOnce_andItsReferenceIsFreeAgain() {
        var organization = usage.organization(allowance(KEY, "week", 1));
        var at = noon(0, DayOfWeek.SUNDAY);
        assertEquals("held", hold(organization, 1, at, "booking"));
        assertEquals("true", release("booking"));
        assertEquals("false", release("booking"));
        assertEquals("false", release("unknown"));
        assertEquals(0, used(organization));
        assertEquals("held", hold(organization, 1, at, "booking"));
        assertEquals(1, used(organization));
    }

    @Test
    void settle_becomesAUsageEvent_andTheSumStays() {
        var organization = usage.organization(allowance(KEY, "week", 5));
        var at = noon(0, DayOfWeek.SUNDAY);
        hold(organization, 2, at, "attended");
        assertEquals("settled", settle("attended"));
        assertEquals("settled", settle("attended"));
        assertEquals(2, used(organization));
        var event = usage.http.get(BASE + "/usage-events?external_id=attended").expect(200).json().at("/data/0");
        assertEquals(2, event.at("/quantity").asInt());
        assertEquals(at, Instant.parse(event.at("/occurred_at").asText()));
        assertEquals("invalid_state", release("attended"));
        assertEquals("not_found", settle("unknown"));
        assertEquals("held", hold(organization, 2, at, "other"));
        release("other");
        assertEquals("not_found", settle("other"));
    }

    @Test
    void settle_withTheExternalIdOfAnEvent_isRefused() {
        var organization = usage.organization(allowance(KEY, "week", 5));
        usage.report(event("taken", organization, KEY, 1)).expect(201);
        assertEquals("held", hold(organization, 2, noon(0, DayOfWeek.SUNDAY), "taken"));
        assertEquals("conflict", settle("taken"));
        assertEquals("true", release("taken"));
    }

    @Test
    void hold_reachesAThreshold_andReleaseClearsIt() {
        var organization = usage.organization(
                "{\"resource_key\": \"wiki.uploads\", \"kind\": \"allowance\", \"period\": \"week\", \"limit_value\": 4, \"threshold_percents\": [50]}");
        var thresholds = BASE + "/organizations/" + organization + "/usage-thresholds";
        hold(organization, 2, noon(0, DayOfWeek.SUNDAY), "half");
        assertEquals("50", usage.http.get(thresholds).expect(200).at("/data/0/percent"));
        release("half");
        assertFalse(usage.http.get(thresholds).expect(200).json().at("/data/0/cleared_at").isNull());
    }

    @Test
    void hold_withoutEntitlement_orOfAnotherKind_isRefused() {
        var bare = usage.organization();
        assertEquals("entitlement_exceeded", hold(bare, 1, noon(0, DayOfWeek.SUNDAY), "bare"));
        var limited = usage.organization(limit("wiki.seats", 5));
        var refused = assertThrows(ProblemException.class, () -> door.run("booking.created", (tx, changes) -> {
            door.door().hold(tx, changes, uuid(limited), "wiki.seats", 1, noon(0, DayOfWeek.SUNDAY), "seat");
            return "";
        }));
        assertEquals("invalid_state", refused.problem().code());
        usage.archive(limited);
        assertEquals("invalid_state", hold(limited, 1, noon(0, DayOfWeek.SUNDAY), "archived"));
    }

    @Test
    void hold_ofAnotherTenant_isUnknown() {
        var organization = usage.organization(allowance(KEY, "week", 1));
        hold(organization, 1, noon(0, DayOfWeek.SUNDAY), "theirs");
        var other = new RuntimeDoor(new UsageFixture().tenant);
        assertEquals(false, other.run("booking.canceled", (tx, changes) -> other.door().release(tx, changes, "theirs")));
        assertEquals("not_found", attempt(() -> other.run("booking.created", (tx, changes) -> {
            other.door().hold(tx, changes, uuid(organization), KEY, 1, noon(0, DayOfWeek.SUNDAY), "mine");
            return "held";
        })));
        assertEquals("true", release("theirs"));
    }
}
