package org.guildhall.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * When a call is tried again, and after how long: exponential back-off with full jitter, so that clients which failed together don't come
 * back together; never earlier than the server's {@code Retry-After}.
 *
 * @param countMax attempts after the first one
 * @param waitMax the longest wait; where the server asks for more, its problem is thrown instead
 */
record Retries(int countMax, Duration waitMax, Sleep sleep) {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final int DOUBLINGS_MAX = 20;

    /** The answers that another attempt may better. */
    private static final Set<Integer> PASSING = Set.of(429, 500, 502, 503, 504);

    /** Waits; tests don't. */
    interface Sleep {
        void sleep(Duration time) throws InterruptedException;
    }

    Retries withCountMax(int other) {
        return new Retries(other, waitMax, sleep);
    }

    /** The wait after this attempt had no answer; empty if it was the last one. */
    Optional<Duration> after(int attempt) {
        return attempt > countMax ? Optional.empty() : Optional.of(jitter(attempt));
    }

    /** The wait after this attempt was answered with a problem; empty if it was the last one or another can't help. */
    Optional<Duration> after(int attempt, ProblemException problem) {
        boolean passing = PASSING.contains(problem.status()) || problem.is("idempotency_in_flight");
        if (attempt > countMax || !passing) {
            return Optional.empty();
        }
        Duration asked = problem.retryAfter().orElse(Duration.ZERO);
        if (asked.compareTo(waitMax) > 0) {
            return Optional.empty();
        }
        // A little behind what was asked for, so that not all who were told the same second come in it.
        return Optional.of(asked.isZero() ? jitter(attempt) : asked.plus(random(FIRST)));
    }

    void pause(Duration time) throws InterruptedException {
        sleep.sleep(time);
    }

    private Duration jitter(int attempt) {
        Duration bound = FIRST.multipliedBy(1L << Math.min(attempt - 1, DOUBLINGS_MAX));
        return random(bound.compareTo(waitMax) < 0 ? bound : waitMax);
    }

    private static Duration random(Duration bound) {
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(bound.toMillis() + 1));
    }
}
