package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.tasks.messages.DispatchRules.Decision;
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
        var decision = DispatchRules.decide(new Situation(state, at(lease), at(next), at(expires), null, at(slot), paused, NOW.plusSeconds(nextSlot), 6, NOW));
        assertEquals(expected, switch (decision) {
            case Decision.Send _ -> "Send";
            case Decision.Wait(var until) -> "Wait " + seconds(until);
            case Decision.Reserve(var slotAt, var following) -> "Reserve " + seconds(slotAt) + " " + seconds(following);
            case Decision.Park(var until) -> until == null ? "Park" : "Park " + seconds(until);
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
                new Situation("queued", null, at(next), at(expires), UUID.randomUUID(), null, paused, NOW.plusSeconds(90), 6, NOW));
        assertEquals(expected, decision.getClass().getSimpleName());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "", value = {
            "hard_bounce, , transactional, true", "invalid, , transactional, true", "manual, , transactional, true",
            "manual, transactional, transactional, false", "complaint, , transactional, false", "unsubscribe, , transactional, false",
            "unsubscribe, transactional, transactional, false", "unsubscribe, marketing, marketing, true", "unsubscribe, marketing, reminder, false",
            "unsubscribe, , incident, true", "complaint, , marketing, true", "manual, recovery, recovery, true", "hard_bounce, , incident, true"})
    void suppression_stopsByReasonAndCategory(String reason, @Nullable String category, String message, boolean stops) {
        var active = new SuppressionRules.Active(UUID.randomUUID(), reason, category);
        assertEquals(stops ? active : null, SuppressionRules.stopping(List.of(active), message));
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
