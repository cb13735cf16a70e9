package org.guildhall.billing.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of events of one object. */
class MirrorRulesTest {

    private static final Instant START = Instant.parse("2026-11-21T02:15:00Z");

    private static @Nullable Position position(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var parts = text.split("/");
        return new Position(START.plusSeconds(Long.parseLong(parts[0])), Integer.parseInt(parts[1]), parts.length == 2 ? null : parts[2]);
    }

    /** Positions are written as second/rank/event, those of fetched content without an event. */
    @ParameterizedTest(name = "mirrored {0}, ended {1}, event {2}, again {3}: {4}")
    @CsvSource({
        "       , false, 5/1/b, false, applied",
        "       , false, 5/1/b, true,  applied",
        "5/1/a, false, 6/1/b, false, applied",
        "5/1/a, false, 6/0/b, false, applied",
        "5/1/a, false, 4/9/b, false, stale",
        "5/1/a, false, 5/0/b, false, stale",
        "5/1/a, false, 5/2/b, false, applied",
        "5/1/a, false, 5/1/b, false, tie",
        "5/1/b, false, 5/1/a, false, tie",
        "5/1/a, false, 5/1/b, true,  unordered",
        "5/1/a, false, 5/2/b, true,  applied",
        "5/1/a, false, 6/1/b, true,  applied",
        "5/2/a, false, 5/50/b, false, unordered",
        "5/50/a, false, 5/2/b, false, tie",
        "5/50/a, false, 5/2/b, true, unordered",
        "5/50/a, false, 5/50/b, false, tie",
        "5/50/a, false, 5/50/b, true, unordered",
        "5/0/a, false, 5/50/b, false, applied",
        "5/50/a, false, 5/0/b, false, stale",
        "5/50/a, false, 5/99/b, false, applied",
        "5/99/a, false, 5/50/b, false, stale",
        "5/50/a, false, 6/2/b, false, applied",
        "5/2/a, false, 4/50/b, false, stale",
        "5/1/a, false, 5/1/a, false, no_change",
        "5/1/a, true,  5/1/a, true,  no_change",
        "5/9/a, true,  6/1/b, false, stale",
        "5/9/a, true,  6/9/b, true,  stale",
        "5/100, false, 6/0/b, false, applied",
        "5/100, false, 5/9/b, false, unordered",
        "5/100, false, 3/0/b, false, unordered",
        "5/100, false, 3/0/b, true,  unordered",
        "5/100, false, 2/9/b, false, stale",
        "5/100, true,  9/9/b, false, stale",
        "5/9/a, true,  4/100, false, applied",
        "5/100, false, 5/100, false, applied",
    })
    void verdict_followsTheTable(@Nullable String mirrored, boolean ended, String event, boolean again, String outcome) {
        assertEquals(outcome, MirrorRules.verdict(
                position(mirrored), ended, new Origin(UUID.randomUUID(), position(event), null, again, null)).outcome());
    }
}
