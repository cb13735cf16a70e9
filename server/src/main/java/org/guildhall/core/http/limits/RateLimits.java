package org.guildhall.core.http.limits;

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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.guildhall.core.auth.Caller.Limit;
import org.guildhall.core.data.RateTotals;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rate limits shared by all nodes, without a round trip in any request. Each node spends from buckets of its own. Every half second, or
 * once a twentieth of a bucket is spent, it sends what it spent to the database, reads what all nodes have used, and lowers its bucket
 * to that. So an overshoot is paid back, and a new node learns the earlier use.
 */
public final class RateLimits implements AutoCloseable {

    /** The longest time between two exchanges. The requests of that time bound the overshoot. */
    private static final Duration EXCHANGE = Duration.ofMillis(500);

    private static final Duration EXCHANGE_MIN = Duration.ofMillis(20);
    private static final Duration OUTAGE = Duration.ofSeconds(3);
    private static final int EARLY_EXCHANGE_DIVISOR = 20;
    private static final int BUCKETS_MAX = 100_000;
    /** Making room removes at least this part of the buckets if it can, as it has to look at all of them. */
    private static final int ROOM_DIVISOR = 10;
    private static final Logger LOG = LoggerFactory.getLogger(RateLimits.class);

    /** The remaining units of one limit after a request, and the seconds until it is full again. */
    public record Remaining(Limit limit, long remaining, long resetSeconds) {

        /** The one with fewer remaining units; if equal, the one that refills more slowly. */
        private static Remaining lower(Remaining one, Remaining other) {
            boolean slower = other.limit.windowSeconds() * one.limit.limit() > one.limit.windowSeconds() * other.limit.limit();
            return other.remaining < one.remaining || other.remaining == one.remaining && slower ? other : one;
        }
    }

    /**
     * The outcome of a request's spending.
     *
     * @param violated the limit that refuses the request; null if none does
     * @param left every limit of the caller
     * @param waitSeconds until the violated limit admits a request of this cost, rounded up
     */
    public record Decision(@Nullable Limit violated, List<Remaining> left, long waitSeconds) {

        /** The {@code RateLimit-Policy} and {@code RateLimit} headers of the IETF draft. */
        public Map<String, String> headers() {
            var policies = new StringBuilder(64);
            var rest = new StringBuilder(64);
            for (var one : lowestPerPolicy(left)) {
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
        /** Used by the exchanging thread only. */
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
         * How many of the units spent since the last exchange are still missing in the bucket: all of them shortly after the exchange. After an
         * outage of the database it is what the bucket lacks at most; otherwise the refilled units would count as spent just now.
         */
        long stillUsed(long tokens, long now) {
            return now - exchangedAt < OUTAGE.toNanos() ? tokens : Math.min(tokens, Math.max(0, limit.limit() - bucket.getAvailableTokens()));
        }

        /**
         * True if this bucket can be removed without letting a caller pass who is limited now: nothing is unsent, and no request has used
         * it since the last exchange.
         */
        boolean isIdle(long now) {
            return spent.get() == 0 && now - usedAt > EXCHANGE.toNanos();
        }

        boolean isFull() {
            return bucket.getAvailableTokens() >= limit.limit();
        }

        boolean isHalfFull() {
            return bucket.getAvailableTokens() * 2 >= limit.limit();
        }

        /** The time in which the limit refills the tokens. */
        double seconds(long tokens) {
            return (double) tokens * limit.windowSeconds() / limit.limit();
        }

        long tokens(double seconds) {
            return Math.round(seconds * limit.limit() / limit.windowSeconds());
        }

        /** Lowers the bucket to the target, possibly below zero: an overshoot must refill before any request passes. */
        void lowerTo(long target) {
            long above = bucket.getAvailableTokens() - target;
            if (above > 0) {
                bucket.consumeIgnoringRateLimits(above);
            }
        }
    }

    private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock();
    private final RateTotals totals;
    private final int bucketsMax;
    private final Thread exchanger;
    /** When making room failed last. Guarded by the lock. */
    private long noRoomAt = System.nanoTime() - EXCHANGE.toNanos();
    private volatile boolean closed;
    private volatile boolean early;

    public RateLimits(RateTotals totals) {
        this(totals, BUCKETS_MAX);
    }

    /** @param bucketsMax the maximal number of buckets */
    RateLimits(RateTotals totals, int bucketsMax) {
        this.totals = totals;
        this.bucketsMax = bucketsMax;
        this.exchanger = Thread.ofPlatform().name("rate-limits").daemon().start(this::run);
    }

    /** Spends the cost from every limit, or from none if one has too little left. */
    public Decision spend(List<Limit> limits, int cost) {
        var left = new ArrayList<Remaining>(limits.size());
        var taken = new ArrayList<Entry>(limits.size());
        for (var limit : limits) {
            var entry = entry(limit);
            var probe = entry.bucket.tryConsumeAndReturnRemaining(cost);
            left.add(new Remaining(limit, probe.getRemainingTokens(), seconds(probe.getNanosToWaitForReset())));
            if (!probe.isConsumed()) {
                taken.forEach(earlier -> giveBack(earlier, cost));
                return new Decision(limit, left(limits), Math.max(1, seconds(probe.getNanosToWaitForRefill())));
            }
            taken.add(entry);
            if (entry.spent.addAndGet(cost) >= Math.max(1, limit.limit() / EARLY_EXCHANGE_DIVISOR) && !early) {
                early = true;
                LockSupport.unpark(exchanger);
            }
        }
        return new Decision(null, left, 0);
    }

    /** The state of the limits as a decision, without spending. */
    public Decision show(List<Limit> limits) {
        return new Decision(null, left(limits), 0);
    }

    /** The state of the limits, without spending. */
    public List<Remaining> left(List<Limit> limits) {
        return limits.stream().map(limit -> {
            var probe = entry(limit).bucket.estimateAbilityToConsume(1);
            long tokens = probe.getRemainingTokens();
            double missing = limit.limit() - tokens;
            return new Remaining(limit, tokens, (long) Math.ceil(missing * limit.windowSeconds() / limit.limit()));
        }).toList();
    }

    /** The limits that a caller sees. Of two with one name, such as the tenant's own and the platform's maximum, the lower one. */
    public static List<Remaining> lowestPerPolicy(List<Remaining> left) {
        var lowest = new LinkedHashMap<String, Remaining>();
        left.forEach(one -> lowest.merge(one.limit.policy(), one, Remaining::lower));
        return List.copyOf(lowest.values());
    }

    private Entry entry(Limit limit) {
        var entry = entries.get(limit.key());
        if (entry == null || !entry.limit.equals(limit)) {
            entry = added(limit);
        }
        entry.usedAt = System.nanoTime();
        return entry;
    }

    /**
     * The stored bucket, or a new one. If there is no room, the new one isn't stored: then this limit refuses nothing that it would admit
     * from a full bucket, and the caller's other limits still hold.
     */
    private Entry added(Limit limit) {
        changing.lock();
        try {
            var present = entries.get(limit.key());
            if (present != null && present.limit.equals(limit)) {
                return present;
            }
            var entry = new Entry(limit);
            if (present != null || entries.size() < bucketsMax || makeRoom()) {
                entries.put(limit.key(), entry);
            }
            return entry;
        } finally {
            changing.unlock();
        }
    }

    /**
     * Removes full buckets, which lose nothing. If that isn't enough, removes buckets that are at least half full: the totals of all nodes
     * still contain what was spent, and a new bucket is lowered to them at its first exchange.
     *
     * @return false if every bucket is in use
     */
    private boolean makeRoom() {
        long now = System.nanoTime();
        if (now - noRoomAt < EXCHANGE.toNanos()) {
            return false;
        }
        int wanted = Math.max(1, bucketsMax / ROOM_DIVISOR);
        int removed = remove(wanted, entry -> entry.isIdle(now) && entry.isFull());
        if (removed < wanted) {
            removed += remove(wanted - removed, entry -> entry.isIdle(now) && entry.isHalfFull());
        }
        if (removed == 0) {
            noRoomAt = now;
            LOG.warn("{} rate limits are in use; further ones are not counted until one of them is idle", bucketsMax);
        }
        return removed > 0;
    }

    private int remove(int most, Predicate<Entry> removable) {
        int removed = 0;
        for (var all = entries.values().iterator(); removed < most && all.hasNext(); ) {
            if (removable.test(all.next())) {
                all.remove();
                removed++;
            }
        }
        return removed;
    }

    /** The number of stored buckets. */
    int buckets() {
        return entries.size();
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

    /** The thread survives every failure. */
    private void exchangeOrWait() {
        try {
            exchange();
        } catch (RuntimeException away) {
            // Without the database each node continues with its own buckets. The spent units stay counted for the next exchange.
            LOG.debug("rate limits could not be exchanged", away);
        } catch (Error failed) {
            LOG.error("rate limits could not be exchanged", failed);
        }
    }

    /** Returns true while the exchanging thread is alive. */
    public boolean runs() {
        return exchanger.isAlive();
    }

    /** An interrupt ends the thread, as {@link #close} does. */
    private void pause() {
        try {
            Thread.sleep(EXCHANGE_MIN);
        } catch (InterruptedException stopped) {
            closed = true;
        }
    }

    /** Sends what this node spent, and lowers its buckets to what all nodes have used. */
    void exchange() {
        removeFull();
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

    /** Removes the full buckets before the maximum is reached, so that a request seldom has to. */
    private void removeFull() {
        if (entries.size() < bucketsMax / 2) {
            return;
        }
        changing.lock();
        try {
            long now = System.nanoTime();
            remove(bucketsMax, entry -> entry.isIdle(now) && entry.isFull());
        } finally {
            changing.unlock();
        }
    }

    /** Exchanges a last time, so that other nodes learn what was spent. */
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
