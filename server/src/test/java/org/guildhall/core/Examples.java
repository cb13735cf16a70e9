package org.guildhall.core;

import static org.guildhall.api.Operation.CREATE_PRODUCT;
import static org.guildhall.api.Operation.GET_AUTH_STATUS;
import static org.guildhall.api.Operation.GET_HEALTH;
import static org.guildhall.api.Operation.GET_OPEN_API_JSON;
import static org.guildhall.api.Operation.GET_OPEN_API_YAML;
import static org.guildhall.api.Operation.GET_PRODUCT;
import static org.guildhall.api.Operation.GET_READINESS;
import static org.guildhall.api.Operation.LIST_PRODUCTS;
import static org.guildhall.api.Operation.PUBLISH_PRODUCT;
import static org.guildhall.api.Operation.RETIRE_PRODUCT;
import static org.guildhall.api.Operation.UPDATE_PRODUCT;

import java.util.EnumMap;
import java.util.Map;
import org.guildhall.api.Operation;

/**
 * One line for each operation: how to call it so that it succeeds. The body is the document's own example, every id in it and in the path
 * a new resource of the tenant, every {@code external_id} another one; a line says only what is particular. {@link EveryOperationTest}
 * fails for an operation without a line.
 */
final class Examples {

    private static final Map<Operation, Example> ROWS = new EnumMap<>(Operation.class);

    private Examples() {}

    private static Example row(Operation operation) {
        var example = new Example(operation);
        ROWS.put(operation, example);
        return example;
    }

    static {
        row(GET_HEALTH);
        row(GET_READINESS);
        row(GET_OPEN_API_JSON);
        row(GET_OPEN_API_YAML);
        row(GET_AUTH_STATUS);

        row(CREATE_PRODUCT).makes("prd").unique("/provider_references/stripe");
        row(LIST_PRODUCTS);
        row(GET_PRODUCT);
        row(UPDATE_PRODUCT);
        row(PUBLISH_PRODUCT);
        row(RETIRE_PRODUCT).after(PUBLISH_PRODUCT);
    }

    static boolean has(Operation operation) {
        return ROWS.containsKey(operation);
    }

    static Example of(Operation operation) {
        var example = ROWS.get(operation);
        if (example == null) {
            throw new AssertionError(operation + " has no line in Examples");
        }
        return example;
    }

    /** The operation that makes resources whose ids have this prefix. */
    static Operation maker(String prefix) {
        return ROWS.values().stream()
                .filter(example -> prefix.equals(example.makes))
                .map(example -> example.operation)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line in Examples makes a " + prefix));
    }
}
