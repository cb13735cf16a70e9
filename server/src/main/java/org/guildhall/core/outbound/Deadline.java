package org.guildhall.core.outbound;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.guildhall.core.outbound.OutboundFailure.Code;

/** The end of a whole call, look-up of the name included. */
public final class Deadline {

    private static final ScheduledExecutorService ALARMS =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("outbound-deadlines").factory());

    private final long start = System.nanoTime();
    private final long nanos;

    private Deadline(Duration after) {
        this.nanos = after.toNanos();
    }

    public static Deadline after(Duration duration) {
        return new Deadline(duration);
    }

    /** The time that is left. @throws OutboundFailure {@code timeout} if there is none */
    public Duration left() throws OutboundFailure {
        long left = nanos - (System.nanoTime() - start);
        if (left <= 0) {
            throw timeout();
        }
        return Duration.ofNanos(left);
    }

    /**
     * Runs an action when the deadline passes, unless the alarm is closed before. The action ends what waits for the target, such as a socket: a
     * timeout of each read alone doesn't end a target that sends a byte now and then.
     *
     * @param action must not wait
     */
    public Alarm alarm(Runnable action) {
        var timer = ALARMS.schedule(action, nanos - (System.nanoTime() - start), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    /** An action that is due at a deadline. */
    @FunctionalInterface
    public interface Alarm extends AutoCloseable {

        @Override
        void close();
    }

    /** The time since the beginning. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    static OutboundFailure timeout() {
        return new OutboundFailure(Code.TIMEOUT, "The deadline passed.");
    }
}
