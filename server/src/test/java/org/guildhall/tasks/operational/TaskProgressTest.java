package org.guildhall.tasks.operational;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state machine of operational tasks: every change in every state. */
class TaskProgressTest {

    private static final Instant NOW = Instant.parse("2026-11-21T02:15:00Z");
    private static final Map<String, UnaryOperator<TaskProgress>> CHANGES = Map.of(
            "start", progress -> progress.start(NOW),
            "stop", TaskProgress::stop,
            "block", progress -> progress.block("waits", NOW, null),
            "unblock", TaskProgress::unblock,
            "complete", progress -> progress.complete("done", null, NOW),
            "cancel", progress -> progress.cancel("moved", NOW),
            "reopen", progress -> progress.reopen("again", NOW));

    private static TaskProgress in(String state) {
        return switch (state) {
            case "open" -> TaskProgress.NEW;
            case "in_progress" -> TaskProgress.NEW.start(NOW);
            case "blocked" -> TaskProgress.NEW.block("waits", NOW, null);
            case "completed" -> TaskProgress.NEW.complete("done", null, NOW);
            default -> TaskProgress.NEW.cancel("moved", NOW);
        };
    }

    @ParameterizedTest
    @CsvSource({
            "open, start, in_progress", "open, stop, -", "open, block, blocked", "open, unblock, -", "open, complete, completed", "open, cancel, canceled",
            "open, reopen, -",
            "in_progress, start, -", "in_progress, stop, open", "in_progress, block, blocked", "in_progress, unblock, -", "in_progress, complete, completed",
            "in_progress, cancel, canceled", "in_progress, reopen, -",
            "blocked, start, -", "blocked, stop, -", "blocked, block, -", "blocked, unblock, open", "blocked, complete, -", "blocked, cancel, canceled",
            "blocked, reopen, -",
            "completed, start, -", "completed, stop, -", "completed, block, -", "completed, unblock, -", "completed, complete, -", "completed, cancel, -",
            "completed, reopen, open",
            "canceled, start, -", "canceled, stop, -", "canceled, block, -", "canceled, unblock, -", "canceled, complete, -", "canceled, cancel, -",
            "canceled, reopen, open"})
    void change_leadsToItsState_orIsRefused(String state, String change, String result) {
        String found;
        try {
            found = CHANGES.get(change).apply(in(state)).state();
        } catch (ProblemException refused) {
            assertEquals(Problem.INVALID_STATE, refused.problem());
            found = "-";
        }
        assertEquals(result, found);
    }

    @Test
    void unblockedTask_returnsToItsEarlierState() {
        var by = UUID.randomUUID();
        var started = TaskProgress.NEW.start(NOW);
        var blocked = started.block("waits", NOW.plusSeconds(1), by);
        assertEquals(new TaskProgress.Blocked("in_progress", "waits", NOW.plusSeconds(1), by), blocked.blocked());
        assertEquals(started, blocked.unblock());
    }

    @Test
    void reopenedTask_keepsOnlyTheReasonOfReopening() {
        var reopened = TaskProgress.NEW.start(NOW).complete("done", "all", NOW).reopen("again", NOW);
        assertEquals(new TaskProgress("open", null, null, null, null, new TaskProgress.Explained("again", NOW)), reopened);
        assertEquals("again", reopened.start(NOW).stop().cancel("moved", NOW).reopening().reason());
        assertNull(TaskProgress.NEW.start(NOW).stop().startedAt());
    }
}
