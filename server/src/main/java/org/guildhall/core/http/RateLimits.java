package org.guildhall.core.http;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.guildhall.core.auth.Caller.Limit;
import org.guildhall.core.data.RateTotals;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rate limits that hold over all nodes without a round trip in any request. Each node spends from a bucket of its own; every half
 * second, or as soon as a twentieth of a bucket was spent, it tells the database, hears how much all nodes have used by now, and lowers
 * its bucket to that. What was overspent in between is so paid back, and a node that has just come is told of what was before.
 */
public final class RateLimits implements AutoCloseable {

    /** How long a node goes on by itself at most; with the requests of that time, the bound of the overshoot. */
    private static final Duration EXCHANGE = Duration.ofMillis(500);

    private static final Duration EXCHANGE_MIN = Duration.ofMillis(20);
    private static final Duration LONG_AGO = Duration.ofSeconds(3);
    private static final int PART_AT_ONCE = 20;
    private static final int BUCKETS_MAX = 100_000;
    private static final Logger LOG = LoggerFactory.getLogger(RateLimits.class);

    /** What is left of one limit after a request. */
    public record Left(Limit limit, long remaining, long resetSeconds) {

        /** The one with less left; of two with as much, the one that refills more slowly. */
        private static Left lower(Left one, Left other) {
            boolean slower = other.limit.windowSeconds() * one.limit.limit() > one.limit.windowSeconds() * other.limit.limit();
            return other.remaining < one.remaining || other.remaining == one.remaining && slower ? other : one;
        }
    }

    /**
     * Whether a request may pass.
     *
     * @param violated the limit that says no; null if none does
     * @param left every limit that holds
     * @param waitSeconds until the violated one lets a request of this cost through, rounded up
     */
    public record Decision(@Nullable Limit violated, List<Left> left, long waitSeconds) {

        /** The structured fields of the IETF draft: every policy, and what is left of each. */
        Map<String, String> headers() {
            var policies = new StringBuilder(64);
            var rest = new StringBuilder(64);
            for (var one : told(left)) {
                var separator = policies.isEmpty() ? "\"" : ", \"";
                policies.append(separator).append(one.limit.policy()).append("\";q=").append(one.limit.limit())
                        .append(";w=").append(one.limit.windowSeconds());
                rest.append(separator).append(one.limit.policy()).append("\";r=").append(one.remaining)
                        .append(";t=").append(one.resetSeconds);
            }
            return Map.of("RateLimit-Policy", policies.toString(), "RateLimit", rest.toString());
        }
    }

    private static final class Entry {
        final Limit limit;
        final Bucket bucket;
        final AtomicLong spent = new AtomicLong();
        volatile long usedAt = System.nanoTime();
        /** Touched by the exchanging thread only. */
        long exchangedAt = System.nanoTime();

        Entry(Limit limit) {
            this.limit = limit;
            this.bucket = Bucket.builder()
                    .addLimit(Bandwidth.builder()
                            .capacity(limit.limit())
                            .refillGreedy(limit.limit(), Duration.ofSeconds(limit.windowSeconds()))
                            .build())
                    .build();
        }

        /**
         * How much of what was spent since the last exchange is still missing. Shortly after it all of that; after a time without the
         * database no more than the bucket itself lacks, or requests that were well within the limit would count as if all had come now.
         */
        long stillUsed(long tokens, long now) {
            return now - exchangedAt < LONG_AGO.toNanos() ? tokens : Math.min(tokens, Math.max(0, limit.limit() - bucket.getAvailableTokens()));
        }

        /** How long the limit takes to give as much again. */
        double seconds(long tokens) {
            return (double) tokens * limit.windowSeconds() / limit.limit();
        }

        long tokens(double seconds) {
            return Math.round(seconds * limit.limit() / limit.windowSeconds());
        }

        /** Takes out whatever is above; below nothing, what was spent too much has to come back before anything passes again. */
        void lowerTo(long target) {
            long above = bucket.getAvailableTokens() - target;
            if (above > 0) {
                bucket.consumeIgnoringRateLimits(above);
            }
        }
    }

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final RateTotals totals;
    private final Thread exchanger;
    private volatile boolean closed;
    private volatile boolean early;

    public RateLimits(RateTotals totals) {
        this.totals = totals;
        this.exchanger = Thread.ofPlatform().name("rate-limits").daemon().start(this::run);
    }

    /** Spends from every limit, or from none if one of them doesn't have that much left. */
    public Decision spend(List<Limit> limits, int cost) {
        var left = new ArrayList<Left>(limits.size());
        var taken = new ArrayList<Entry>(limits.size());
        for (var limit : limits) {
            var entry = entry(limit);
            var probe = entry.bucket.tryConsumeAndReturnRemaining(cost);
            left.add(new Left(limit, probe.getRemainingTokens(), seconds(probe.getNanosToWaitForReset())));
            if (!probe.isConsumed()) {
                taken.forEach(earlier -> giveBack(earlier, cost));
                return new Decision(limit, left(limits), Math.max(1, seconds(probe.getNanosToWaitForRefill())));
            }
            taken.add(entry);
            if (entry.spent.addAndGet(cost) >= Math.max(1, limit.limit() / PART_AT_ONCE) && !early) {
                early = true;
                LockSupport.unpark(exchanger);
            }
        }
        return new Decision(null, left, 0);
    }

    /** The same without spending. */
    public Decision show(List<Limit> limits) {
        return new Decision(null, left(limits), 0);
    }

    /** What is left, without spending. */
    public List<Left> left(List<Limit> limits) {
        return limits.stream().map(limit -> {
            var probe = entry(limit).bucket.estimateAbilityToConsume(1);
            long tokens = probe.getRemainingTokens();
            double missing = limit.limit() - tokens;
            return new Left(limit, tokens, (long) Math.ceil(missing * limit.windowSeconds() / limit.limit()));
        }).toList();
    }

    /** What a caller is told: where two limits hold under one name, as a tenant's own and the platform's maximum, the one with less left. */
    public static List<Left> told(List<Left> left) {
        var told = new LinkedHashMap<String, Left>();
        left.forEach(one -> told.merge(one.limit.policy(), one, Left::lower));
        return List.copyOf(told.values());
    }

    private Entry entry(Limit limit) {
        var entry = entries.get(limit.key());
        if (entry == null || !entry.limit.equals(limit)) {
            entry = entries.compute(limit.key(), (key, old) -> old != null && old.limit.equals(limit) ? old : new Entry(limit));
        }
        entry.usedAt = System.nanoTime();
        return entry;
    }

    private static void giveBack(Entry entry, int cost) {
        entry.bucket.addTokens(cost);
        entry.spent.addAndGet(-cost);
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000L + (nanos % 1_000_000_000L > 0 ? 1 : 0);
    }

    private void run() {
        while (!closed) {
            pause();
            if (!early && !closed) {
                LockSupport.parkNanos(EXCHANGE.minus(EXCHANGE_MIN).toNanos());
            }
            early = false;
            exchangeOrWait();
        }
    }

    /** Nothing that is thrown ends the thread. */
    private void exchangeOrWait() {
        try {
            exchange();
        } catch (RuntimeException away) {
            // Without the database every node goes on with its own buckets; what was spent stays counted for the next exchange.
            LOG.debug("limits could not be exchanged", away);
        } catch (Error failed) {
            LOG.error("limits could not be exchanged", failed);
        }
    }

    /** Whether this node goes on telling the others what it spent. */
    public boolean runs() {
        return exchanger.isAlive();
    }

    private static void pause() {
        try {
            Thread.sleep(EXCHANGE_MIN);
        } catch (InterruptedException ignored) {
            // Nobody interrupts this thread; it ends by being told that it is closed.
            Thread.currentThread().interrupt();
        }
    }

    /** Tells what this node spent, and takes out of its buckets what all nodes have used beyond what it knew. */
    void exchange() {
        evictIdle();
        long now = System.nanoTime();
        Map<String, Long> sent = new HashMap<>();
        Map<String, Double> seconds = new HashMap<>();
        entries.forEach((key, entry) -> {
            long spent = entry.spent.get();
            if (spent > 0) {
                sent.put(key, spent);
                seconds.put(key, entry.seconds(entry.stillUsed(spent, now)));
            }
        });
        if (sent.isEmpty()) {
            return;
        }
        totals.exchange(seconds).forEach((key, usedSeconds) -> {
            var entry = entries.get(key);
            if (entry != null && sent.containsKey(key)) {
                entry.spent.addAndGet(-sent.get(key));
                entry.exchangedAt = now;
                entry.lowerTo(entry.limit.limit() - entry.tokens(usedSeconds) - entry.spent.get());
            }
        });
    }

    /** A bucket that wasn't used for its whole window is full again: nothing is lost by forgetting it. */
    private void evictIdle() {
        if (entries.size() < BUCKETS_MAX / 2) {
            return;
        }
        long now = System.nanoTime();
        entries.values().removeIf(entry -> entry.spent.get() == 0
                && now - entry.usedAt > Duration.ofSeconds(entry.limit.windowSeconds()).toNanos());
    }

    /** Tells a last time what was spent, so that who comes next to the bucket knows. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(exchanger);
        try {
            exchanger.join(Duration.ofSeconds(1));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
