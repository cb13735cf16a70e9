package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits in tests for what background work does. */
public final class Eventually {

    private static final long PAUSE_MILLIS = 20;

    private Eventually() {}

    /** Fails unless a condition holds within a time. @param what the condition, in words */
    public static void await(String what, Duration most, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + most.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, what);
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** Lets the current thread wait. */
    public static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }
}
