package org.guildhall.client;

/**
 * A call that came to no good end. Where the server answered with a problem, it is a {@link ProblemException}; otherwise there was no
 * answer, or none that could be read, and {@link #getCause()} says why.
 *
 * <p>Without an answer nobody knows whether a change happened. Sending it again with the same idempotency key is safe: it happens once.
 */
public class GuildhallException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Also for tests that fake the client. */
    public GuildhallException(String message, Throwable cause) {
        super(message, cause);
    }
}
