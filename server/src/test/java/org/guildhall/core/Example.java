package org.guildhall.core;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/**
 * A call of an operation that succeeds. The body is the document's own example. Every id in body and path becomes a new resource of the
 * tenant, and every {@code external_id} a new one. An example states only what is particular to its operation.
 */
final class Example {

    final Operation operation;
    final Map<String, Function<SampleData, Object>> members = new LinkedHashMap<>();
    final List<String> absent = new ArrayList<>();
    final List<Operation> before = new ArrayList<>();
    final Map<String, Function<SampleData, String>> path = new LinkedHashMap<>();
    @Nullable BiFunction<SampleData, String, List<String>> headers;
    String entryPointer = "/id";
    @Nullable Function<SampleData, String> entry;
    @Nullable String makes;

    private Example(Operation operation) {
        this.operation = operation;
    }

    static Example example(Operation operation) {
        return new Example(operation);
    }

    /** The prefix of the ids that the operation gives: other examples get new resources of that kind from it. */
    Example makes(String prefix) {
        makes = prefix;
        return this;
    }

    /** A member of the body, at a JSON Pointer, that replaces the one of the document's example. */
    Example with(String pointer, Function<SampleData, Object> value) {
        members.put(pointer, value);
        return this;
    }

    /** A member of the body that needs a new value in each call. */
    Example unique(String pointer) {
        return with(pointer, SampleData::word);
    }

    /** A member of the document's example that is left out. */
    Example without(String pointer) {
        absent.add(pointer);
        return this;
    }

    /** A path parameter that isn't the id of a new resource. */
    Example at(String parameter, Function<SampleData, String> value) {
        path.put(parameter, value);
        return this;
    }

    /** An operation on the same resource that must come before, as publishing comes before retiring. */
    Example after(Operation step) {
        before.add(step);
        return this;
    }

    /** Headers of the request, from its body. */
    Example headers(BiFunction<SampleData, String, List<String>> made) {
        headers = made;
        return this;
    }

    /** The id of an entry of the list, if no example makes it at the path of the list. The path is made first. */
    Example entry(Function<SampleData, String> id) {
        entry = id;
        return this;
    }

    /** An entry of a list whose entries have no {@code id}. */
    Example entry(String pointer, Function<SampleData, String> value) {
        entryPointer = pointer;
        return entry(value);
    }
}
