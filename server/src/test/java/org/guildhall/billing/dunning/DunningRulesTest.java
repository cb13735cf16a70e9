package org.guildhall.billing.dunning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.guildhall.billing.dunning.DunningRules.Decision;
import org.guildhall.billing.dunning.DunningRules.Next;
import org.guildhall.billing.dunning.DunningRules.Run;
import org.guildhall.billing.dunning.DunningRules.Standing;
import org.guildhall.billing.dunning.DunningRules.Stops;
import org.guildhall.billing.dunning.DunningRules.Terms;
import org.guildhall.billing.dunning.DunningSteps.Move;
import org.guildhall.billing.dunning.DunningSteps.Pauses;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.billing.dunning.DunningSteps.Suppression;
import org.guildhall.core.time.QuietHours;
import org.junit.jupiter.api.Test;

/** The rules of dunning, without a database. */
class DunningRulesTest {

    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");
    private static final List<String> ALL_DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final Step FIRST = new Step(1, "message", null, null);
    private static final Step SECOND = new Step(7, "message", "late", "en");
    private static final Step LAST = new Step(14, "suspend", null, null);
    private static final List<Step> STEPS = List.of(FIRST, SECOND, LAST);
    private static final Pauses NONE = new Pauses(new QuietHours(List.of()), List.of());
    private static final Pauses NIGHTS = new Pauses(
            new QuietHours(List.of(QuietHours.Window.parse(ALL_DAYS, "20:00", "08:00"))),
            List.of(new Suppression(LocalDate.parse("2026-12-24"), LocalDate.parse("2026-12-26"), "Holidays.")));
    private static final Stops WITH_SUBSCRIPTION = new Stops(true, false);
    private static final Stops ON_DISPUTE = new Stops(false, true);
    private static final Instant NOON = Instant.parse("2026-11-30T01:00:00Z");

    private static Standing standing(String invoice, String subscription, boolean hasAddress) {
        return new Standing(invoice, 1, 12_900, subscription, hasAddress, false, false, null);
    }

    private static Decision decide(Standing standing, int position, boolean degraded, Pauses pauses) {
        return DunningRules.decide(standing, new Terms(pauses, true, WITH_SUBSCRIPTION), "open", new Next(STEPS, position, NOON), new Run(NOON, SYDNEY, degraded));
    }

    @Test
    void days_areThoseOfTheCalendar_overClockChanges() {
        // On 2026-10-04 the clocks of Sydney go forward: the day has 23 hours.
        assertEquals(Instant.parse("2026-10-04T02:00:00Z"), DunningSteps.first(STEPS, Instant.parse("2026-10-03T03:00:00Z"), SYDNEY));
        assertEquals(Instant.parse("2026-10-09T02:00:00Z"), DunningSteps.next(STEPS, 1, Instant.parse("2026-10-03T03:00:00Z"), SYDNEY));
        // On 2027-04-04 they go back.
        assertEquals(Instant.parse("2027-04-11T02:00:00Z"), DunningSteps.next(STEPS, 2, Instant.parse("2027-04-04T02:00:00Z"), SYDNEY));
        assertEquals(Instant.parse("2027-04-10T02:00:00Z"), DunningSteps.next(STEPS, 2, Instant.parse("2027-04-03T01:00:00Z"), SYDNEY));
    }

    @Test
    void openDisputes_andAnnouncedRetries_hold() {
        var disputed = new Standing("open", 1, 12_900, "active", true, true, false, null);
        assertEquals(new Decision.Hold("dispute"), decide(disputed, 1, false, NONE));
        assertEquals(new Decision.End("recovered", null), decide(new Standing("paid", 1, 0, "active", true, true, false, null), 1, false, NONE));
        for (long days : List.of(-3L, 0L, 9L)) {
            var retried = new Standing("open", 1, 12_900, "active", true, false, false, NOON.minus(Duration.ofDays(days)));
            assertEquals(new Decision.Hold("provider_retry"), decide(retried, 1, false, NONE), days + " days after it");
        }
        assertEquals(new Decision.Message(FIRST), decide(new Standing("open", 1, 12_900, "active", true, false, false, NOON.minus(Duration.ofDays(10))), 1, false, NONE));
    }

    @Test
    void moves_chainQuietHoursAndSuppressions() {
        assertNull(DunningSteps.moved(NOON, NIGHTS, SYDNEY));
        assertNull(DunningSteps.moved(Instant.parse("2026-11-30T08:59:59Z"), NIGHTS, SYDNEY));
        assertEquals(new Move(Instant.parse("2026-11-30T21:00:00Z"), "quiet_hours"),
                DunningSteps.moved(Instant.parse("2026-11-30T09:00:00Z"), NIGHTS, SYDNEY));
        assertNull(DunningSteps.moved(Instant.parse("2026-11-30T21:00:00Z"), NIGHTS, SYDNEY));
        // The night before the holidays leads over them, to the morning after.
        assertEquals(new Move(Instant.parse("2026-12-26T21:00:00Z"), "quiet_hours"),
                DunningSteps.moved(Instant.parse("2026-12-23T10:00:00Z"), NIGHTS, SYDNEY));
        assertEquals(new Move(Instant.parse("2026-12-26T13:00:00Z"), "suppression"), DunningSteps.moved(
                Instant.parse("2026-12-24T01:00:00Z"), new Pauses(new QuietHours(List.of()), NIGHTS.suppressions()), SYDNEY));
    }

    @Test
    void decisions_followFromTheInvoice() {
        var open = standing("open", "active", true);
        assertEquals(new Decision.Message(FIRST), decide(open, 1, false, NONE));
        assertEquals(new Decision.Suspend(), decide(open, 3, false, NONE));
        assertEquals(new Decision.Skip("no_address"), decide(standing("open", "active", false), 2, false, NONE));
        assertEquals(new Decision.Skip("no_subscription"), decide(standing("open", null, true), 3, false, NONE));
        assertEquals(new Decision.Hold("providers_degraded"), decide(open, 1, true, NIGHTS));
        assertEquals(new Decision.End("recovered", null), decide(standing("paid", "active", true), 1, true, NONE));
        assertEquals(new Decision.End("dropped", "invoice_voided"), decide(standing("void", "active", true), 1, false, NONE));
        assertEquals(new Decision.End("dropped", "subscription_ended"), decide(standing("open", "canceled", true), 1, false, NONE));
        assertEquals(new Decision.End("exhausted", null), decide(standing("uncollectible", "active", true), 1, false, NONE));
    }

    @Test
    void disputes_stopACaseWithSteps_butNoSuspension() {
        record Row(boolean disputed, boolean lost, String state, boolean dropped) {}
        for (var row : List.of(
                new Row(true, false, "open", true), new Row(true, false, "held", true), new Row(false, true, "open", true), new Row(true, true, "open", true),
                new Row(false, false, "open", false), new Row(true, false, "suspended", false), new Row(false, true, "exhausted", false))) {
            var standing = new Standing("open", 1, 12_900, "active", true, row.disputed(), row.lost(), null);
            assertEquals(row.dropped() ? new Decision.End("dropped", "dispute") : null, DunningRules.end(standing, ON_DISPUTE, row.state()), row.toString());
            assertNull(DunningRules.end(standing, WITH_SUBSCRIPTION, row.state()), row.toString());
            assertEquals(!row.disputed() && !row.lost(), DunningRules.needsCase(standing, ON_DISPUTE, 0), row.toString());
        }
        var lost = new Standing("open", 1, 12_900, "active", true, false, true, null);
        assertEquals(new Decision.Message(FIRST), decide(lost, 1, false, NONE), "a lost dispute no longer holds");
        assertEquals(new Decision.End("dropped", "dispute"), DunningRules.decide(
                lost, new Terms(NONE, true, ON_DISPUTE), "open", new Next(STEPS, 1, NOON), new Run(NOON, SYDNEY, true)));
    }

    @Test
    void writtenOffInvoice_keepsASuspension() {
        assertNull(DunningRules.end(standing("uncollectible", "active", true), WITH_SUBSCRIPTION, "suspended"));
        assertNull(DunningRules.end(standing("uncollectible", "active", true), WITH_SUBSCRIPTION, "exhausted"));
        assertEquals(new Decision.End("recovered", null), DunningRules.end(standing("paid", "active", true), WITH_SUBSCRIPTION, "suspended"));
    }

    @Test
    void onlyAFailedInvoice_aboveTheMinimum_needsACase() {
        record Row(String state, int attempts, long remaining, String subscription, boolean stops, boolean needed) {}
        for (var row : List.of(
                new Row("open", 1, 12_900, "past_due", true, true), new Row("open", 0, 12_900, "active", true, false),
                new Row("open", 1, 12_899, "active", true, false), new Row("open", 1, 0, "active", true, false),
                new Row("paid", 1, 12_900, "active", true, false), new Row("draft", 1, 12_900, "active", true, false),
                new Row("uncollectible", 1, 12_900, "active", true, false), new Row("open", 1, 12_900, "canceled", true, false),
                new Row("open", 1, 12_900, "canceled", false, true), new Row("open", 1, 12_900, null, true, true))) {
            assertEquals(row.needed(), DunningRules.needsCase(
                    new Standing(row.state(), row.attempts(), row.remaining(), row.subscription(), true, false, false, null), new Stops(row.stops(), false), 12_900), row.toString());
        }
    }
}
