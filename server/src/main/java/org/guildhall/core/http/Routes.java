package org.guildhall.core.http;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.api.Router;

/** The handler of each operation. The server doesn't start while an operation of the spec has none. */
public final class Routes implements Router<Call> {

    private final Map<Operation, Endpoint<Call>> endpoints = new EnumMap<>(Operation.class);

    @Override
    public void bind(Operation operation, Endpoint<Call> endpoint) {
        if (endpoints.put(operation, endpoint) != null) {
            throw new IllegalStateException(operation + " has two handlers");
        }
    }

    Endpoint<Call> endpoint(Operation operation) {
        return endpoints.get(operation);
    }

    /** All operations. @throws IllegalStateException if one has no handler */
    List<Operation> operations() {
        for (var operation : Operation.values()) {
            if (!endpoints.containsKey(operation)) {
                throw new IllegalStateException(operation + " is in the spec but has no handler");
            }
        }
        return List.of(Operation.values());
    }
}
