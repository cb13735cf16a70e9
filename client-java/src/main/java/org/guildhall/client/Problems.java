package org.guildhall.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.guildhall.client.model.Problem;

/** Reads what isn't a success. */
final class Problems {

    private Problems() {}

    static ProblemException read(HttpResponse<?> answer, byte[] body, ObjectMapper json) {
        int status = answer.statusCode();
        Problem problem = problem(answer, body, json);
        String requestId = answer.headers().firstValue("Request-Id").orElse(problem.requestId());
        Duration retryAfter = answer.headers().firstValue("Retry-After").map(Problems::wait).orElse(null);
        if (retryAfter == null && problem.retryAfter() != null) {
            retryAfter = Duration.ofSeconds(problem.retryAfter());
        }
        return new ProblemException(problem, status, requestId, retryAfter);
    }

    /** What stands between client and server may answer in its own form. */
    private static Problem problem(HttpResponse<?> answer, byte[] body, ObjectMapper json) {
        if (answer.headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json")) {
            try {
                Problem problem = json.readValue(body, Problem.class);
                if (problem != null && problem.code() != null) {
                    return problem;
                }
            } catch (IOException e) {
                return foreign(answer.statusCode(), json);
            }
        }
        return foreign(answer.statusCode(), json);
    }

    /** Made through JSON, so that the model may grow without this. */
    private static Problem foreign(int status, ObjectMapper json) {
        var members = Map.of("type", "about:blank", "title", "An answer that isn't the API's", "status", status, "code", "http_" + status);
        return json.convertValue(members, Problem.class);
    }

    /** Seconds or a date (RFC 9110); null for anything else. */
    private static Duration wait(String value) {
        if (value.matches("[0-9]{1,9}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration left = Duration.between(Instant.now(), until);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
