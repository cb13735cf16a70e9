package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.guildhall.client.model.Problem;
import org.guildhall.client.model.ProblemItem;

/**
 * The server refused a request, or failed, and answered with a problem (RFC 9457). Programs should use {@link #code()}; codes are permanent.
 *
 * <p>An answer that is not a problem, perhaps from a proxy, has the code {@code http_} followed by its status.
 */
public final class ProblemException extends GuildhallException {

    private static final long serialVersionUID = 1;

    /** Not serializable itself; {@link #document} replaces it. */
    private transient Problem problem;
    private final String document;
    private final Duration retryAfter;
    private final ResponseHeaders headers;
    private final int status;
    private final String code;
    private final String requestId;

    ProblemException(Problem problem, int status, String requestId, Duration retryAfter, ResponseHeaders headers) {
        super(message(problem, status, requestId), null);
        this.problem = problem;
        this.status = status;
        this.code = problem.code();
        this.requestId = requestId;
        this.retryAfter = retryAfter;
        this.headers = headers;
        this.document = written(problem);
    }

    /** A refusal, for tests that fake the client. */
    public static ProblemException of(int status, String code, String detail) {
        return new ProblemException(
                Problems.of(status, code, detail, Json.MAPPER), status, null, null, ResponseHeaders.of(Map.of()));
    }

    private static String written(Problem problem) {
        try {
            return Json.MAPPER.writeValueAsString(problem);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A problem that was read can't be written", e);
        }
    }

    private void readObject(ObjectInputStream stream) throws IOException, ClassNotFoundException {
        stream.defaultReadObject();
        problem = Json.MAPPER.readValue(document, Problem.class);
    }

    /** The whole problem. Members unknown to this client are in {@code additional}. */
    public Problem problem() {
        return problem;
    }

    /** The code, for programs: {@code already_exists}, {@code insufficient_scope}, … */
    public String code() {
        return code;
    }

    /** True if the problem has this code. */
    public boolean is(String other) {
        return code.equals(other);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** All mistakes in the input, each with its place; empty if the problem is not about the input. */
    public List<ProblemItem> errors() {
        return problem.errors() == null ? List.of() : problem.errors();
    }

    /** The id by which the server's operators find the request; null if the answer had none. */
    public String requestId() {
        return requestId;
    }

    /** The header fields of the answer, including the rate limits. */
    public ResponseHeaders headers() {
        return headers;
    }

    /** The wait before the next attempt, if the server asks for one. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    private static String message(Problem problem, int status, String requestId) {
        var text = new StringBuilder().append(status).append(' ').append(problem.code()).append(": ")
                .append(problem.detail() == null ? problem.title() : problem.detail());
        if (problem.errors() != null) {
            for (ProblemItem error : problem.errors()) {
                text.append(" [").append(where(error)).append(error.detail()).append(']');
            }
        }
        return requestId == null ? text.toString() : text.append(" (request ").append(requestId).append(')').toString();
    }

    private static String where(ProblemItem error) {
        if (error.pointer() != null) {
            return error.pointer() + ": ";
        }
        if (error.parameter() != null) {
            return "parameter " + error.parameter() + ": ";
        }
        return error.header() == null ? "" : "header " + error.header() + ": ";
    }
}
