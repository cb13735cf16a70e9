package org.guildhall.core.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A problem that happened: thrown wherever it is found, written in one place. It carries no stack trace, since it is an answer. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** One thing that is wrong, and where: in the body, in a parameter or in a header; exactly one of the three is there. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Item(@Nullable String pointer, @Nullable String parameter, @Nullable String header, String code, String detail) {

        /** @param pointer a JSON Pointer (RFC 6901) into the body */
        public static Item pointer(String pointer, String code, String detail) {
            return new Item(pointer, null, null, code, detail);
        }

        /** @param name of a path or query parameter */
        public static Item parameter(String name, String code, String detail) {
            return new Item(null, name, null, code, detail);
        }

        /** @param name of a header */
        public static Item header(String name, String code, String detail) {
            return new Item(null, null, name, code, detail);
        }
    }

    private final transient Problem problem;
    private final transient List<Item> items = new ArrayList<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();
    private final transient Map<String, Object> members = new LinkedHashMap<>();
    private @Nullable Integer retryAfterSeconds;

    ProblemException(Problem problem, String detail) {
        super(detail, null, false, false);
        this.problem = problem;
    }

    /** Refuses a body with everything that a handler found wrong with it at once; does nothing if that is nothing. */
    public static void ifAny(List<Item> wrong) {
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED
                    .because(wrong.size() == 1 ? wrong.getFirst().detail() : wrong.size() + " mistakes; each entry of errors names a member.")
                    .withAll(wrong);
        }
    }

    /** The same with one more thing that is wrong. */
    public ProblemException with(Item item) {
        items.add(item);
        return this;
    }

    /** The same with more things that are wrong. */
    public ProblemException withAll(List<Item> more) {
        items.addAll(more);
        return this;
    }

    /** The same with a header of the answer. */
    public ProblemException header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** The same with a member of its own in the problem. */
    public ProblemException member(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /** The same with when to come back. */
    public ProblemException retryAfter(int seconds) {
        retryAfterSeconds = seconds;
        return header("Retry-After", Integer.toString(seconds));
    }

    public Problem problem() {
        return problem;
    }

    public List<Item> items() {
        return items;
    }

    public Map<String, String> headers() {
        return headers;
    }

    public Map<String, Object> members() {
        return members;
    }

    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
