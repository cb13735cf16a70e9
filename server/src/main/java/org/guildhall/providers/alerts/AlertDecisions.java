package org.guildhall.providers.alerts;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides what happens to an alert whose condition holds, and counts evaluations in a row. */
final class AlertDecisions {

    /** The time between two evaluations. */
    static final Duration EVERY = Duration.ofSeconds(60);

    /**
     * An evaluation counts if the last one that counted is so long ago: extra ones after a change neither fire nor clear an alert early. It is
     * less than a minute, since the clocks of node and database differ a little.
     */
    static final Duration COUNTED_EVERY = EVERY.minusSeconds(1);

    private AlertDecisions() {}

    /** Evaluations in a row with the same result. */
    record Streak(int evaluations, Instant countedAt) {}

    /** The streak after one more evaluation with the same result. @param before null if the evaluation before had the other result */
    static Streak counted(@Nullable Streak before, Instant now) {
        if (before == null) {
            return new Streak(1, now);
        }
        return now.isBefore(before.countedAt().plus(COUNTED_EVERY)) ? before : new Streak(before.evaluations() + 1, now);
    }

    /**
     * An alert that hasn't been sent, and whose condition holds.
     *
     * @param incidentOpen true if an incident of the signal and cause is open that this alert hasn't opened
     * @param suppressUntil the end of the rule's suppression; null if there is none
     * @param quietUntil the end of the quiet hours; null if they don't hold the alert
     * @param now the instant of the evaluation
     */
    record Situation(
            boolean actionable, boolean incidentOpen, @Nullable Instant suppressUntil, @Nullable Instant quietUntil, boolean routes, Instant now) {}

    /** The next step for an alert. */
    enum Action {
        /** Use the routes. */
        SEND("sent", null),
        /** Wait for the end of the quiet hours. */
        HOLD("held", "quiet_hours"),
        /** Wait for the end of the suppression. */
        SUPPRESS("suppressed", "suppressed"),
        /** Add it to the timeline of the open incident. */
        LINK("firing", "incident_open"),
        /** Nobody must act. */
        RECORD("not_actionable", "not_actionable"),
        /** The rule has no routes. */
        SHOW("firing", "no_routes");

        private final String state;
        private final @Nullable String silence;

        Action(String state, @Nullable String silence) {
            this.state = state;
            this.silence = silence;
        }

        String state() {
            return state;
        }

        /** The reason why it isn't sent; null if it is. */
        @Nullable String silence() {
            return silence;
        }

        /** True if a rule that opens incidents opens one now. */
        boolean opensIncident() {
            return this == SEND || this == HOLD || this == SHOW;
        }
    }

    static Action decide(Situation at) {
        if (!at.actionable()) {
            return Action.RECORD;
        }
        if (at.incidentOpen()) {
            return Action.LINK;
        }
        if (at.suppressUntil() != null && at.suppressUntil().isAfter(at.now())) {
            return Action.SUPPRESS;
        }
        if (at.quietUntil() != null) {
            return Action.HOLD;
        }
        return at.routes() ? Action.SEND : Action.SHOW;
    }

    /** True if a reminder of a sent alert is due. @param last the instant of the last message */
    static boolean remind(@Nullable Integer repeatMinutes, Instant last, Instant now) {
        return repeatMinutes != null && !now.isBefore(last.plus(Duration.ofMinutes(repeatMinutes)));
    }
}
