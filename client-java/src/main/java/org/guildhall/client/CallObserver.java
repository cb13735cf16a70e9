package org.guildhall.client;

/**
 * Receives every attempt, for logs and metrics. It is called on the thread of the call, possibly by several threads at once. Its exceptions
 * are logged and don't affect the call.
 */
@FunctionalInterface
public interface CallObserver {

    /** Called after each attempt, successful or not. */
    void attempted(Attempt attempt);
}
