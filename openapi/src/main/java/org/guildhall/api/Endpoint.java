package org.guildhall.api;

/**
 * The code of an operation. It runs after the operation's policy has admitted the request.
 *
 * @param <C> the server's context for a handler: the caller and the transaction
 */
@FunctionalInterface
public interface Endpoint<C> {

    /** Answers one request, or throws a problem. */
    Reply<?> handle(C call, Input in);
}
