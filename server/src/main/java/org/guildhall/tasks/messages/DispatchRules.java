package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.time.QuietHours.Period;
import org.jspecify.annotations.Nullable;

/** Decides what happens to a message whose turn has come. The reasons not to send it are checked in a fixed order. */
final class DispatchRules {

    private static final long MINUTE_MILLIS = 60_000;
    /** Places this near are used at once, since the queue is searched once a second. */
    private static final Duration NEAR = Duration.ofSeconds(1);
    /** A message about an event is of use until this long before it. */
    private static final Duration USE_BEFORE_EVENT = Duration.ofMinutes(30);
    private static final Duration BEFORE_QUIET = Duration.ofMinutes(1);

    private DispatchRules() {}

    /**
     * A message and its transport.
     *
     * @param state the stored state
     * @param leaseUntil the end of the present attempt's lease; null unless the message is being sent
     * @param slotAt the reserved place within the transport's rate; null if none is reserved
     * @param isTransportHeld true if the transport is paused, or its signal is blocked
     * @param restraint what keeps the message from its recipient now
     * @param eventAt the instant of what the message is about; null if none is known
     * @param nextSlotAt the transport's next free place
     */
    record Situation(
            String state, @Nullable Instant leaseUntil, @Nullable Instant nextAttemptAt, @Nullable Instant expiresAt, @Nullable Instant eventAt, Restraint restraint,
            @Nullable Instant slotAt, boolean isTransportHeld, Instant nextSlotAt, int ratePerMinute, Instant now) {}

    /**
     * The reasons that keep a message from its recipient at an instant.
     *
     * @param suppressionId the suppression that stops the message; null if none does
     * @param cappedUntil the next day, if the recipient has got the most messages of this one
     * @param quietUntil the end of the quiet hours, if it is quiet
     */
    record Restraint(@Nullable UUID suppressionId, @Nullable Instant cappedUntil, @Nullable Instant quietUntil) {

        static final Restraint NONE = new Restraint(null, null, null);
    }

    /** What to do. */
    sealed interface Decision {

        /** Send it now. @param nextSlotAt the transport's next free place from now on */
        record Send(Instant nextSlotAt) implements Decision {}

        /** Wait for an instant. */
        record Wait(Instant until) implements Decision {}

        /** Take a place within the transport's rate, and wait for it. */
        record Reserve(Instant slotAt, Instant nextSlotAt) implements Decision {}

        /** Wait until the transport is active and its signal isn't blocked. @param until the instant at which the message expires; null if it doesn't */
        record Park(@Nullable Instant until) implements Decision {}

        /** Wait for the end of quiet hours or for the next day. @param reason {@code quiet_hours} or {@code cap} */
        record Hold(String reason, Instant until) implements Decision {}

        /** The message has expired. @param why null if its {@code expires_at} has come */
        record Expire(@Nullable String why) implements Decision {}

        /** The recipient's address is suppressed. */
        record Suppress(UUID suppressionId) implements Decision {}

        /** The lease is over, and no result was stored. */
        record Lose() implements Decision {}

        /** The message has ended. */
        record Nothing() implements Decision {}
    }

    static Decision decide(Situation at) {
        return switch (at.state()) {
            case "queued", "held" -> queued(at);
            case "sending" -> at.leaseUntil() == null || !at.leaseUntil().isAfter(at.now()) ? new Decision.Lose() : new Decision.Wait(at.leaseUntil());
            default -> new Decision.Nothing();
        };
    }

    private static Decision queued(Situation at) {
        if (at.expiresAt() != null && !at.expiresAt().isAfter(at.now())) {
            return new Decision.Expire(null);
        }
        var restraint = at.restraint();
        if (restraint.suppressionId() != null) {
            return new Decision.Suppress(restraint.suppressionId());
        }
        if (at.nextAttemptAt() != null && at.nextAttemptAt().isAfter(at.now())) {
            return new Decision.Wait(earlier(at.nextAttemptAt(), at.expiresAt()));
        }
        if (restraint.cappedUntil() != null) {
            return hold(at, "cap", restraint.cappedUntil(), "The recipient had the most messages of a day, and the next day is too late.");
        }
        if (restraint.quietUntil() != null) {
            return hold(at, "quiet_hours", restraint.quietUntil(), "The end of the quiet hours is too late.");
        }
        if (at.isTransportHeld()) {
            return new Decision.Park(at.expiresAt());
        }
        return withinRate(at);
    }

    /** A hold; or the end, if the message would be of no use after it. */
    private static Decision hold(Situation at, String reason, Instant until, String tooLate) {
        boolean expires = at.expiresAt() != null && !until.isBefore(at.expiresAt());
        boolean useless = at.eventAt() != null && isTooLate(until, at.eventAt());
        return expires || useless ? new Decision.Expire(tooLate) : new Decision.Hold(reason, until);
    }

    private static boolean isTooLate(Instant sent, Instant eventAt) {
        return sent.isAfter(eventAt.minus(USE_BEFORE_EVENT));
    }

    /**
     * The first instant at which a message can be sent: the wanted one; or shortly before the quiet hours, if they would hold the message past its use
     * and haven't begun.
     *
     * @param quiet the quiet hours that contain the wanted instant; null if it isn't quiet
     * @param eventAt the instant of what the message is about; null if none is known
     */
    static Instant firstAttempt(Instant wanted, @Nullable Period quiet, @Nullable Instant eventAt, Instant now) {
        if (quiet == null || eventAt == null || !isTooLate(quiet.until(), eventAt)) {
            return wanted;
        }
        var before = quiet.from().minus(BEFORE_QUIET);
        return before.isBefore(now) ? wanted : before;
    }

    private static Decision withinRate(Situation at) {
        if (at.slotAt() != null) {
            return at.slotAt().isAfter(at.now().plus(NEAR)) ? new Decision.Wait(earlier(at.slotAt(), at.expiresAt())) : new Decision.Send(at.nextSlotAt());
        }
        var slot = at.nextSlotAt().isAfter(at.now()) ? at.nextSlotAt() : at.now();
        var following = slot.plusMillis(MINUTE_MILLIS / at.ratePerMinute());
        return slot.isAfter(at.now().plus(NEAR)) ? new Decision.Reserve(slot, following) : new Decision.Send(following);
    }

    /** The earlier one of two instants; the second one may be missing. */
    static Instant earlier(Instant instant, @Nullable Instant other) {
        return other != null && other.isBefore(instant) ? other : instant;
    }
}
