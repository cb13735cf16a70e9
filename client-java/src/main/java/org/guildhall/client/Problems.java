package org.guildhall.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.guildhall.client.model.Problem;

/** Reads answers that are not successes. */
final class Problems {

    private Problems() {}

    /** The problem of an answer. An echoed token is removed. */
    static ProblemException read(HttpResponse<?> answer, byte[] body, String token, ObjectMapper json) {
        int status = answer.statusCode();
        Problem problem = problem(answer, Secrets.hide(new String(body, StandardCharsets.UTF_8), token), token, json);
        ResponseHeaders headers = ResponseHeaders.of(answer.headers().map(), token);
        String requestId = answer.headers().firstValue("Request-Id").orElse(problem.requestId());
        Duration retryAfter = answer.headers().firstValue("Retry-After").map(Problems::wait).orElse(null);
        if (retryAfter == null && problem.retryAfter() != null) {
            retryAfter = Duration.ofSeconds(problem.retryAfter());
        }
        return new ProblemException(problem, status, requestId, retryAfter, headers);
    }

    /** Proxies between client and server may answer in their own format. */
    private static Problem problem(HttpResponse<?> answer, String body, String token, ObjectMapper json) {
        String mediaType = answer.headers().firstValue("Content-Type").orElse("");
        if (mediaType.startsWith("application/problem+json")) {
            try {
                Problem problem = json.readValue(body, Problem.class);
                if (problem != null && problem.code() != null) {
                    return problem;
                }
            } catch (JsonProcessingException e) {
                return foreign(answer.statusCode(), Excerpt.of(body, mediaType, token), json);
            }
        }
        return foreign(answer.statusCode(), Excerpt.of(body, mediaType, token), json);
    }

    /** A problem for an answer that is none. */
    private static Problem foreign(int status, String excerpt, ObjectMapper json) {
        return of(status, "http_" + status, "The answer isn't the API's. " + excerpt, json);
    }

    /** Made through JSON, so that new members of the model need no change here. */
    static Problem of(int status, String code, String detail, ObjectMapper json) {
        var members = Map.of("type", "about:blank", "title", code, "status", status, "code", code, "detail", detail);
        return json.convertValue(members, Problem.class);
    }

    /** A number of seconds or a date (RFC 9110); null for anything else. */
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
