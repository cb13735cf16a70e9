package org.guildhall.api;

/**
 * What an operation does, once its policy let the request pass.
 *
 * @param <C> what the server hands to every handler: the caller and the transaction
 */
@FunctionalInterface
public interface Endpoint<C> {

    /** Answers one request. Problems are thrown. */
    Reply<?> handle(C call, Input in);
}
