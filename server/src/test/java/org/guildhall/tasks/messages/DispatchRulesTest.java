package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.guildhall.core.time.QuietHours;
import org.guildhall.tasks.messages.DispatchRules.Decision;
import org.guildhall.tasks.messages.DispatchRules.Restraint;
import org.guildhall.tasks.messages.DispatchRules.Situation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to a message whose turn has come, and the waits between attempts. */
class DispatchRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-21T02:15:00Z");

    private static @Nullable Instant at(@Nullable Integer seconds) {
        return seconds == null ? null : NOW.plusSeconds(seconds);
    }

    /** Seconds are relative to now; an empty cell is an absent instant. */
    @ParameterizedTest
    @CsvSource(nullValues = "", value = {
            // state, lease, next attempt, expires, slot, paused, next slot, expected
            "queued, , 0, , , false, -10, Send",
            "queued, , 0, 1, , false, -10, Send",
            "queued, , 0, 0, , false, -10, Expire",
            "queued, , 0, 0, , true, -10, Expire",
            "queued, , 60, , , false, -10, Wait 60",
            "queued, , 60, 30, , false, -10, Wait 30",
            "queued, , 60, 0, , false, -10, Expire",
            "queued, , 0, , , true, -10, Park",
            "queued, , 0, 90, , true, -10, Park 90",
            "queued, , 60, , , true, -10, Wait 60",
            "queued, , 0, , , false, 1, Send",
            "queued, , 0, , , false, 5, Reserve 5 15",
            "queued, , 0, 3, 5, false, 25, Wait 3",
            "queued, , 0, , 5, false, 25, Wait 5",
            "queued, , 0, , 0, false, 25, Send",
            "sending, 10, , , , false, -10, Wait 10",
            "sending, 0, , , , false, -10, Lose",
            "sent, , , , , false, -10, Nothing",
            "failed, , , 0, , false, -10, Nothing",
            "unknown, , , , , true, -10, Nothing",
            "canceled, , , 0, , true, -10, Nothing"})
    void situation_decides(
            String state, @Nullable Integer lease, @Nullable Integer next, @Nullable Integer expires, @Nullable Integer slot, boolean paused, int nextSlot,
            String expected) {
        var decision = DispatchRules.decide(new Situation(state, at(lease), at(next), at(expires), null, Restraint.NONE, at(slot), paused, NOW.plusSeconds(nextSlot), 6, NOW));
        assertEquals(expected, switch (decision) {
            case Decision.Send _ -> "Send";
            case Decision.Wait(var until) -> "Wait " + seconds(until);
            case Decision.Reserve(var slotAt, var following) -> "Reserve " + seconds(slotAt) + " " + seconds(following);
            case Decision.Park(var until) -> until == null ? "Park" : "Park " + seconds(until);
            case Decision.Hold _ -> "Hold";
            case Decision.Expire _ -> "Expire";
            case Decision.Suppress _ -> "Suppress";
            case Decision.Lose _ -> "Lose";
            case Decision.Nothing _ -> "Nothing";
        });
    }

    @ParameterizedTest
    @CsvSource(nullValues = "", value = {", 60, false, Suppress", ", 0, true, Suppress", "0, 0, true, Expire", "60, 0, false, Suppress"})
    void suppression_comesAfterExpiry_beforeEverythingElse(@Nullable Integer expires, int next, boolean paused, String expected) {
        var decision = DispatchRules.decide(
                new Situation("queued", null, at(next), at(expires), null, new Restraint(UUID.randomUUID(), null, null), null, paused, NOW.plusSeconds(90), 6, NOW));
        assertEquals(expected, decision.getClass().getSimpleName());
    }

    /** Each row leaves out the first reason of the row before. */
    @ParameterizedTest
    @CsvSource({
            "canceled, true, true, true, true, true, true, Nothing",
            "queued, true, true, true, true, true, true, Expire null",
            "queued, false, true, true, true, true, true, Suppress",
            "queued, false, false, true, true, true, true, Hold cap 500",
            "queued, false, false, false, true, true, true, Hold quiet_hours 300",
            "queued, false, false, false, false, true, true, Park",
            "queued, false, false, false, false, false, true, Reserve",
            "queued, false, false, false, false, false, false, Send",
            "held, true, true, true, true, true, true, Expire null",
            "held, false, true, true, true, true, true, Suppress",
            "held, false, false, false, true, true, true, Hold quiet_hours 300",
            "held, false, false, false, false, false, false, Send"})
    void reasonsNotToSend_haveAnOrder(String state, boolean expired, boolean suppressed, boolean capped, boolean quiet, boolean paused, boolean busy, String expected) {
        var restraint = new Restraint(suppressed ? UUID.randomUUID() : null, capped ? NOW.plusSeconds(500) : null, quiet ? NOW.plusSeconds(300) : null);
        assertEquals(expected, words(DispatchRules.decide(
                new Situation(state, null, NOW, expired ? NOW : null, null, restraint, null, paused, NOW.plusSeconds(busy ? 90 : -1), 6, NOW))));
    }

    private static String words(Decision decision) {
        return switch (decision) {
            case Decision.Hold(var reason, var until) -> "Hold " + reason + " " + seconds(until);
            case Decision.Expire(var why) -> "Expire " + why;
            default -> decision.getClass().getSimpleName();
        };
    }

    /** Seconds are relative to now. A message is of use until 1,800 seconds before its event. */
    @ParameterizedTest
    @CsvSource(nullValues = "", value = {
            ", , Hold quiet_hours 300", "301, , Hold quiet_hours 300", "300, , Expire The end of the quiet hours is too late.",
            "299, , Expire The end of the quiet hours is too late.", ", 2100, Hold quiet_hours 300",
            ", 2099, Expire The end of the quiet hours is too late.", "301, 2099, Expire The end of the quiet hours is too late."})
    void hold_pastItsUse_expires(@Nullable Integer expires, @Nullable Integer event, String expected) {
        var restraint = new Restraint(null, null, NOW.plusSeconds(300));
        assertEquals(expected, words(DispatchRules.decide(
                new Situation("queued", null, NOW, at(expires), at(event), restraint, null, false, NOW, 6, NOW))));
    }

    /** Quiet hours 22:00 to 07:00 in Sydney, where 22 November 2026 is a Sunday: from 11:00Z to 20:00Z. */
    @ParameterizedTest
    @CsvSource({
            // now, wanted, event, expected
            "2026-11-20T00:00:00Z, 2026-11-21T19:00:00Z, 2026-11-21T21:00:00Z, 2026-11-21T19:00:00Z",
            "2026-11-20T00:00:00Z, 2026-11-21T18:15:00Z, 2026-11-21T20:15:00Z, 2026-11-21T10:59:00Z",
            "2026-11-21T10:59:00Z, 2026-11-21T18:15:00Z, 2026-11-21T20:15:00Z, 2026-11-21T10:59:00Z",
            "2026-11-21T10:59:01Z, 2026-11-21T18:15:00Z, 2026-11-21T20:15:00Z, 2026-11-21T18:15:00Z",
            "2026-11-20T00:00:00Z, 2026-11-21T18:30:00Z, 2026-11-21T20:30:00Z, 2026-11-21T18:30:00Z",
            "2026-11-20T00:00:00Z, 2026-11-21T10:00:00Z, 2026-11-21T12:00:00Z, 2026-11-21T10:00:00Z"})
    void reminder_thatQuietHoursWouldHoldPastItsUse_isSentBefore(Instant now, Instant wanted, Instant event, Instant expected) {
        var quiet = new QuietHours(List.of(new QuietHours.Window(EnumSet.allOf(DayOfWeek.class), 22 * 60, 7 * 60)));
        assertEquals(expected, DispatchRules.firstAttempt(wanted, quiet.at(wanted, ZoneId.of("Australia/Sydney")), event, now));
    }

    private static long seconds(Instant instant) {
        return Duration.between(NOW, instant).toSeconds();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 5", "3, 30", "4, 120", "5, 360"})
    void backoff_isWithinAFifth(int tries, int minutes) {
        assertEquals(Duration.ofMinutes(minutes), RetryBackoff.after(tries, 0.5));
        assertEquals(Duration.ofSeconds(minutes * 48L), RetryBackoff.after(tries, 0));
        assertEquals(Duration.ofSeconds(minutes * 72L), RetryBackoff.after(tries, 1));
    }

    @Test
    void sixthFailure_isTheLast() {
        assertNull(RetryBackoff.after(6, 0.5));
    }
}
