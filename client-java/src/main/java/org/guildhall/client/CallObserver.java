package org.guildhall.client;

/**
 * Is told of every attempt, for logs and metrics. It is called on the thread that makes the call, and by several threads at once. What it
 * throws goes to the log of the client and doesn't disturb the call.
 */
@FunctionalInterface
public interface CallObserver {

    /** Called after each attempt, whatever came of it. */
    void attempted(Attempt attempt);
}
