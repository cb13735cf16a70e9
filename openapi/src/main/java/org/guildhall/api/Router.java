package org.guildhall.api;

/**
 * Where generated interfaces bind their operations.
 *
 * @param <C> what the server hands to every handler
 */
@FunctionalInterface
public interface Router<C> {

    /**
     * Binds one operation. Called once for each, literal paths before those with parameters, so that a server which takes the
     * first route that fits is right.
     */
    void bind(Operation operation, Endpoint<C> endpoint);
}
