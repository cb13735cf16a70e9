package org.guildhall.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/** How an operation is called so that it succeeds: a row of {@link Examples}. */
final class Example {

    final Operation operation;
    final Map<String, Function<SampleData, Object>> members = new LinkedHashMap<>();
    final List<String> absent = new ArrayList<>();
    final List<Operation> before = new ArrayList<>();
    final List<Operation> once = new ArrayList<>();
    final Map<String, Function<SampleData, String>> path = new LinkedHashMap<>();
    @Nullable String makes;

    Example(Operation operation) {
        this.operation = operation;
    }

    /** What it creates has ids with this prefix: whatever needs such an id gets a new one from here. */
    Example makes(String prefix) {
        makes = prefix;
        return this;
    }

    /** A member of the body, at a JSON Pointer, in place of what the document's example has there. */
    Example with(String pointer, Function<SampleData, Object> value) {
        members.put(pointer, value);
        return this;
    }

    /** A member that must be another one each time. */
    Example unique(String pointer) {
        return with(pointer, SampleData::word);
    }

    /** A member of the document's example that is left out. */
    Example without(String pointer) {
        absent.add(pointer);
        return this;
    }

    /** A path parameter that is no new id. */
    Example at(String parameter, Function<SampleData, String> value) {
        path.put(parameter, value);
        return this;
    }

    /** What is to be done to the same resource before, such as publishing what is to be retired. */
    Example after(Operation step) {
        before.add(step);
        return this;
    }

    /** What is to be created once in the tenant before, as the document's example has it. */
    Example given(Operation creation) {
        once.add(creation);
        return this;
    }
}
