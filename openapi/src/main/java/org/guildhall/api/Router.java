package org.guildhall.api;

/**
 * Receives the operations of the generated interfaces.
 *
 * @param <C> the server's context for a handler
 */
@FunctionalInterface
public interface Router<C> {

    /**
     * Binds one operation. It is called once for each, with literal paths before those with parameters, so a server may take the first
     * matching route.
     */
    void bind(Operation operation, Endpoint<C> endpoint);
}
