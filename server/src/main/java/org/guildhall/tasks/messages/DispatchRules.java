package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides what happens to a message whose turn has come. The reasons not to send it are checked in a fixed order. */
final class DispatchRules {

    private static final long MINUTE_MILLIS = 60_000;
    /** Places this near are used at once, since the queue is searched once a second. */
    private static final Duration NEAR = Duration.ofSeconds(1);

    private DispatchRules() {}

    /**
     * A message and its transport.
     *
     * @param state the stored state
     * @param leaseUntil the end of the present attempt's lease; null unless the message is being sent
     * @param slotAt the reserved place within the transport's rate; null if none is reserved
     * @param suppressionId the suppression that stops the message; null if none does
     * @param nextSlotAt the transport's next free place
     */
    record Situation(
            String state, @Nullable Instant leaseUntil, @Nullable Instant nextAttemptAt, @Nullable Instant expiresAt, @Nullable UUID suppressionId,
            @Nullable Instant slotAt, boolean isTransportPaused, Instant nextSlotAt, int ratePerMinute, Instant now) {}

    /** What to do. */
    sealed interface Decision {

        /** Send it now. @param nextSlotAt the transport's next free place from now on */
        record Send(Instant nextSlotAt) implements Decision {}

        /** Wait for an instant. */
        record Wait(Instant until) implements Decision {}

        /** Take a place within the transport's rate, and wait for it. */
        record Reserve(Instant slotAt, Instant nextSlotAt) implements Decision {}

        /** Wait until the transport is active again. @param until the instant at which the message expires; null if it doesn't */
        record Park(@Nullable Instant until) implements Decision {}

        /** The message has expired. */
        record Expire() implements Decision {}

        /** The recipient's address is suppressed. */
        record Suppress(UUID suppressionId) implements Decision {}

        /** The lease is over, and no result was stored. */
        record Lose() implements Decision {}

        /** The message has ended. */
        record Nothing() implements Decision {}
    }

    static Decision decide(Situation at) {
        return switch (at.state()) {
            case "queued" -> queued(at);
            case "sending" -> at.leaseUntil() == null || !at.leaseUntil().isAfter(at.now()) ? new Decision.Lose() : new Decision.Wait(at.leaseUntil());
            default -> new Decision.Nothing();
        };
    }

    private static Decision queued(Situation at) {
        if (at.expiresAt() != null && !at.expiresAt().isAfter(at.now())) {
            return new Decision.Expire();
        }
        if (at.suppressionId() != null) {
            return new Decision.Suppress(at.suppressionId());
        }
        if (at.nextAttemptAt() != null && at.nextAttemptAt().isAfter(at.now())) {
            return new Decision.Wait(earlier(at.nextAttemptAt(), at.expiresAt()));
        }
        if (at.isTransportPaused()) {
            return new Decision.Park(at.expiresAt());
        }
        return withinRate(at);
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
