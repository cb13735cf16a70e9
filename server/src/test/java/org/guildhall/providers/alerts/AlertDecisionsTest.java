package org.guildhall.providers.alerts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.guildhall.providers.alerts.AlertDecisions.Situation;
import org.guildhall.providers.alerts.AlertDecisions.Streak;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The next step for an alert whose condition holds, and the count of evaluations. */
class AlertDecisionsTest {

    private static final Instant NOW = Instant.parse("2027-03-01T10:00:00Z");

    private static @Nullable Instant minutes(@Nullable Integer minutes) {
        return minutes == null ? null : NOW.plus(Duration.ofMinutes(minutes));
    }

    @ParameterizedTest
    @CsvSource({
        // actionable, incident open, suppressed for minutes, quiet for minutes, routes, action
        "true,  false, , , true,  SEND",
        "true,  false, , , false, SHOW",
        "false, false, , , true,  RECORD",
        "false, true, 5, 5, true, RECORD",
        "true,  true, , , true,   LINK",
        "true,  true, 5, 5, true, LINK",
        "true,  false, 5, , true, SUPPRESS",
        "true,  false, 0, , true, SEND",
        "true,  false, -5, , true, SEND",
        "true,  false, 5, 9, true, SUPPRESS",
        "true,  false, , 5, true, HOLD",
        "true,  false, 0, 5, true, HOLD",
        "true,  false, , 5, false, HOLD",
    })
    void firstReasonNotToSend_decides(
            boolean actionable, boolean incidentOpen, @Nullable Integer suppressed, @Nullable Integer quiet, boolean routes, String action) {
        assertEquals(action, AlertDecisions.decide(new Situation(actionable, incidentOpen, minutes(suppressed), minutes(quiet), routes, NOW)).name());
    }

    @ParameterizedTest
    @CsvSource({
        // seconds of the evaluations, and the count after each
        "0,               1",
        "0 58,            1 1",
        "0 60,            1 2",
        "0 1 2 60,        1 1 1 2",
        "0 58 60 118 120, 1 1 2 2 3",
        "0 600,           1 2",
    })
    void evaluations_countOnceAMinute(String seconds, String counts) {
        Streak streak = null;
        var found = new StringBuilder();
        for (var second : seconds.trim().split(" ")) {
            streak = AlertDecisions.counted(streak, NOW.plusSeconds(Long.parseLong(second)));
            found.append(found.isEmpty() ? "" : " ").append(streak.evaluations());
        }
        assertEquals(counts, found.toString());
    }

    @Test
    void reminder_isDueAfterItsMinutes() {
        assertFalse(AlertDecisions.remind(null, NOW, NOW.plus(Duration.ofDays(30))));
        assertFalse(AlertDecisions.remind(30, NOW, NOW.plus(Duration.ofMinutes(30)).minusNanos(1_000)));
        assertTrue(AlertDecisions.remind(30, NOW, NOW.plus(Duration.ofMinutes(30))));
    }

    @Test
    void incident_isOpenedUnlessNothingCanBeSent() {
        assertEquals("SEND HOLD SHOW",
                Arrays.stream(AlertDecisions.Action.values()).filter(AlertDecisions.Action::opensIncident).map(Enum::name).collect(Collectors.joining(" ")));
    }
}
