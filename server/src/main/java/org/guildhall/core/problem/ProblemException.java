package org.guildhall.core.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** One occurrence of a problem. Any code may throw it; {@code Problems} turns it into the answer. It has no stack trace, since it is an answer. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** One mistake and its place: exactly one of {@code pointer}, {@code parameter} and {@code header} is set. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Item(@Nullable String pointer, @Nullable String parameter, @Nullable String header, String code, String detail) {

        /** @param pointer a JSON Pointer (RFC 6901) into the body */
        public static Item pointer(String pointer, String code, String detail) {
            return new Item(pointer, null, null, code, detail);
        }

        /** @param name the name of a path or query parameter */
        public static Item parameter(String name, String code, String detail) {
            return new Item(null, name, null, code, detail);
        }

        /** @param name the name of a header */
        public static Item header(String name, String code, String detail) {
            return new Item(null, null, name, code, detail);
        }
    }

    private final transient Problem problem;
    private final transient List<Item> items = new ArrayList<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();
    private final transient Map<String, Object> members = new LinkedHashMap<>();
    private @Nullable Integer retryAfterSeconds;
    private transient @Nullable BiConsumer<Tx, ProblemException> completion;

    ProblemException(Problem problem, String detail) {
        super(detail, null, false, false);
        this.problem = problem;
    }

    /** Throws {@code validation_failed} with all items; does nothing if there are none. */
    public static void ifAny(List<Item> wrong) {
        if (!wrong.isEmpty()) {
            throw Problem.VALIDATION_FAILED
                    .because(wrong.size() == 1 ? wrong.getFirst().detail() : wrong.size() + " mistakes; each entry of errors names a member.")
                    .withAll(wrong);
        }
    }

    /** Adds an item to {@code errors}. */
    public ProblemException with(Item item) {
        items.add(item);
        return this;
    }

    /** Adds items to {@code errors}. */
    public ProblemException withAll(List<Item> more) {
        items.addAll(more);
        return this;
    }

    /** Adds a header to the answer. */
    public ProblemException header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** Adds an extension member (RFC 9457, section 3.2) to the problem. */
    public ProblemException member(String name, Object value) {
        members.put(name, value);
        return this;
    }

    /**
     * Sets what completes the problem once the changes of its request are rolled back, such as members that take long to read. It is run in a read, which
     * holds none of the request's locks, and isn't run if the refusal is no answer.
     */
    public ProblemException completed(BiConsumer<Tx, ProblemException> more) {
        completion = more;
        return this;
    }

    /** True if {@link #complete} has something to do. */
    public boolean isIncomplete() {
        return completion != null;
    }

    /** Completes the problem, once. */
    public void complete(Tx tx) {
        var more = completion;
        completion = null;
        if (more != null) {
            more.accept(tx, this);
        }
    }

    /** Sets {@code retry_after} and the {@code Retry-After} header, in seconds. */
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
