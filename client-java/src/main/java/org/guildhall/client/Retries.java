package org.guildhall.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Decides about retries and their waits: exponential back-off with full jitter, so that clients that failed together don't retry together,
 * and never before the server's {@code Retry-After}.
 *
 * @param countMax the maximal number of attempts after the first one
 * @param waitMax the longest wait; if the server asks for a longer one, its problem is thrown instead
 */
record Retries(int countMax, Duration waitMax, Sleep sleep) {

    private static final Duration FIRST = Duration.ofMillis(200);
    private static final int DOUBLINGS_MAX = 20;

    /** The statuses of temporary failures. */
    private static final Set<Integer> PASSING = Set.of(429, 500, 502, 503, 504);

    /** Waits; tests replace it. */
    interface Sleep {
        void sleep(Duration time) throws InterruptedException;
    }

    Retries withCountMax(int other) {
        return new Retries(other, waitMax, sleep);
    }

    /** The wait after an attempt without an answer; empty after the last attempt. */
    Optional<Duration> after(int attempt) {
        return attempt > countMax ? Optional.empty() : Optional.of(jitter(attempt));
    }

    /** The wait after an attempt with a problem; empty after the last attempt, or if a retry can't help. */
    Optional<Duration> after(int attempt, ProblemException problem) {
        boolean passing = PASSING.contains(problem.status()) || problem.is("idempotency_in_flight");
        if (attempt > countMax || !passing) {
            return Optional.empty();
        }
        Duration asked = problem.retryAfter().orElse(Duration.ZERO);
        if (asked.compareTo(waitMax) > 0) {
            return Optional.empty();
        }
        // A little later than requested, so that clients with the same Retry-After don't return at the same moment.
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
