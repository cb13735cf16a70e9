package org.guildhall.client;

import java.util.Map;
import java.util.Optional;
import org.guildhall.client.model.DryRunResult;

/**
 * A successful answer.
 *
 * @param <T> the type of its value
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

    /** The value; null for an answer without a body. */
    public T value() {
        return value;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The value's ETag, for {@code ifMatch} or {@code ifNoneMatch}; null without one. */
    public String etag() {
        return header("ETag").orElse(null);
    }

    /** The id by which the server's operators find this request. */
    public String requestId() {
        return headers.requestId();
    }

    /** The path of the created resource; null if none was created. */
    public String location() {
        return header("Location").orElse(null);
    }

    /** True if this is the stored answer to an earlier request with the same idempotency key. */
    public boolean replayed() {
        return header("Idempotency-Replayed").filter("true"::equals).isPresent();
    }

    /** True if the resource still has the ETag in {@code ifNoneMatch}; then there is no value. */
    public boolean notModified() {
        return status == NOT_MODIFIED;
    }

    /** The changes that a dry run would have made; {@link #value()} is its answer. Empty if the answer has no body. */
    public Optional<DryRunResult> dryRun() {
        return Optional.ofNullable(dryRun);
    }

    /** All header fields of the answer, including the rate limits. */
    public ResponseHeaders headers() {
        return headers;
    }

    /** The first value of a header field. */
    public Optional<String> header(String name) {
        return headers.first(name);
    }
}
