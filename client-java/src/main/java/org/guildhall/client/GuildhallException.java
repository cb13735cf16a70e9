package org.guildhall.client;

/**
 * A failed call. If the server answered with a problem, it is a {@link ProblemException}. Otherwise there was no readable answer, and
 * {@link #getCause()} has the reason.
 *
 * <p>Without an answer it is unknown whether a change happened. It is safe to send it again with the same idempotency key: it happens once.
 */
public class GuildhallException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Also for tests that fake the client. */
    public GuildhallException(String message, Throwable cause) {
        super(message, cause);
    }
}
