package org.guildhall.core.http;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.api.Router;

/** Which handler answers which operation. Every operation of the spec has one, or the server doesn't start. */
public final class Routes implements Router<Call> {

    private final Map<Operation, Endpoint<Call>> endpoints = new EnumMap<>(Operation.class);

    @Override
    public void bind(Operation operation, Endpoint<Call> endpoint) {
        if (endpoints.put(operation, endpoint) != null) {
            throw new IllegalStateException(operation + " is bound twice");
        }
    }

    Endpoint<Call> endpoint(Operation operation) {
        return endpoints.get(operation);
    }

    /** All operations; now each must be bound. */
    List<Operation> operations() {
        for (var operation : Operation.values()) {
            if (!endpoints.containsKey(operation)) {
                throw new IllegalStateException(operation + " is in the spec and bound nowhere");
            }
        }
        return List.of(Operation.values());
    }
}
