package org.guildhall.tasks.operational;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The state of an operational task with what belongs to it, and the changes that each state allows. Each change throws {@code invalid_state}
 * if the state doesn't allow it.
 *
 * @param state {@code open}, {@code in_progress}, {@code blocked}, {@code completed} or {@code canceled}
 * @param startedAt when the present work began; null if it didn't
 * @param blocked null unless the state is {@code blocked}
 * @param completion null unless the state is {@code completed}
 * @param cancellation null unless the state is {@code canceled}
 * @param reopening the last one; null if the task was never reopened
 */
record TaskProgress(
        String state, @Nullable Instant startedAt, @Nullable Blocked blocked, @Nullable Completion completion, @Nullable Explained cancellation,
        @Nullable Explained reopening) {

    /**
     * A block.
     *
     * @param from the state to which the task returns
     * @param by the API consumer; null for the platform
     */
    record Blocked(String from, String reason, Instant at, @Nullable UUID by) {}

    /** @param kind {@code done}, {@code wont_do}, {@code duplicate} or {@code no_longer_needed} */
    record Completion(String kind, @Nullable String words, Instant at) {}

    /** A change with its reason. */
    record Explained(String reason, Instant at) {}

    /** The state of a new task. */
    static final TaskProgress NEW = new TaskProgress("open", null, null, null, null, null);

    boolean isFinished() {
        return state.equals("completed") || state.equals("canceled");
    }

    boolean isBlocked() {
        return state.equals("blocked");
    }

    TaskProgress start(Instant now) {
        require(state.equals("open"), "Only an open task can be started.");
        return new TaskProgress("in_progress", now, null, null, null, reopening);
    }

    TaskProgress stop() {
        require(state.equals("in_progress"), "Only a task in progress can be stopped.");
        return new TaskProgress("open", null, null, null, null, reopening);
    }

    TaskProgress block(String reason, Instant now, @Nullable UUID by) {
        require(!isFinished() && !isBlocked(), "Only a task that is open or in progress can be blocked.");
        return new TaskProgress("blocked", startedAt, new Blocked(state, reason, now, by), null, null, reopening);
    }

    TaskProgress unblock() {
        if (blocked == null) {
            throw refusal("Only a blocked task can be unblocked.");
        }
        return new TaskProgress(blocked.from(), startedAt, null, null, null, reopening);
    }

    TaskProgress complete(String kind, @Nullable String words, Instant now) {
        require(!isBlocked(), "Unblock the task before you complete it.");
        require(!isFinished(), "Only a task that is open or in progress can be completed.");
        return new TaskProgress("completed", startedAt, null, new Completion(kind, words, now), null, reopening);
    }

    TaskProgress cancel(String reason, Instant now) {
        require(!isFinished(), "Only a task that isn't finished can be canceled.");
        return new TaskProgress("canceled", startedAt, null, null, new Explained(reason, now), reopening);
    }

    TaskProgress reopen(String reason, Instant now) {
        require(isFinished(), "Only a finished task can be reopened.");
        return new TaskProgress("open", null, null, null, null, new Explained(reason, now));
    }

    private void require(boolean allowed, String rule) {
        if (!allowed) {
            throw refusal(rule);
        }
    }

    private ProblemException refusal(String rule) {
        return Problem.INVALID_STATE.because("The task is " + state.replace('_', ' ') + ". " + rule);
    }
}
