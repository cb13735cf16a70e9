package org.guildhall.client;

import java.util.Map;
import java.util.Optional;
import org.guildhall.client.model.DryRunResult;

/**
 * An answer that is no problem.
 *
 * @param <T> what it holds
 */
public final class Response<T> {

    private static final int OK = 200;
    private static final int NOT_MODIFIED = 304;

    private final int status;
    private final ResponseHeaders headers;
    private final T value;
    private final DryRunResult dryRun;

    Response(int status, ResponseHeaders headers, T value, DryRunResult dryRun) {
        this.status = status;
        this.headers = headers;
        this.value = value;
        this.dryRun = dryRun;
    }

    /** An answer with this value and status 200, for tests that fake the client. */
    public static <T> Response<T> of(T value) {
        return of(OK, ResponseHeaders.of(Map.of()), value);
    }

    /** An answer, for tests that fake the client. */
    public static <T> Response<T> of(int status, ResponseHeaders headers, T value) {
        return new Response<>(status, headers, value, null);
    }

    /** What was answered; null where an answer has no body. */
    public T value() {
        return value;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The version of what was answered, to be sent as {@code ifMatch} or {@code ifNoneMatch}; null for what has none. */
    public String etag() {
        return header("ETag").orElse(null);
    }

    /** The id by which the server's operators find this request. */
    public String requestId() {
        return headers.requestId();
    }

    /** The path of what was created; null if nothing was. */
    public String location() {
        return header("Location").orElse(null);
    }

    /** Whether this is the kept answer of an earlier request with the same idempotency key. */
    public boolean replayed() {
        return header("Idempotency-Replayed").filter("true"::equals).isPresent();
    }

    /** Whether the answer would have been the one that {@code ifNoneMatch} named; there is no value then. */
    public boolean notModified() {
        return status == NOT_MODIFIED;
    }

    /** Of a dry run, whose value is what would have been answered: every resource that would have changed. Empty where an answer has no body. */
    public Optional<DryRunResult> dryRun() {
        return Optional.ofNullable(dryRun);
    }

    /** All header fields of the answer, with what is left of the rate limits. */
    public ResponseHeaders headers() {
        return headers;
    }

    /** The first value of a header field. */
    public Optional<String> header(String name) {
        return headers.first(name);
    }
}
