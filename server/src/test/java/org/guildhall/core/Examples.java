package org.guildhall.core;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.guildhall.api.Operation;

/** The examples of all rooms, one for each operation. {@link EveryOperationTest} fails for an operation without one. */
final class Examples {

    private static final Map<Operation, Example> ALL = joined(List.of(
            PlatformExamples.ALL, CatalogExamples.ALL, RuntimeExamples.ALL, TasksExamples.ALL, ProvidersExamples.ALL,
            BillingExamples.ALL, ScheduleExamples.ALL, OverviewExamples.ALL));

    private Examples() {}

    private static Map<Operation, Example> joined(List<List<Example>> rooms) {
        var joined = new EnumMap<Operation, Example>(Operation.class);
        for (var room : rooms) {
            for (var example : room) {
                if (joined.put(example.operation, example) != null) {
                    throw new AssertionError(example.operation + " has two examples");
                }
            }
        }
        return joined;
    }

    static Collection<Example> all() {
        return ALL.values();
    }

    static boolean has(Operation operation) {
        return ALL.containsKey(operation);
    }

    static Example of(Operation operation) {
        var example = ALL.get(operation);
        if (example == null) {
            throw new AssertionError(operation + " has no example");
        }
        return example;
    }

    /** The operation that creates resources whose ids have this prefix. */
    static Operation maker(String prefix) {
        return ALL.values().stream()
                .filter(example -> prefix.equals(example.makes))
                .map(example -> example.operation)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no example makes a " + prefix));
    }
}
