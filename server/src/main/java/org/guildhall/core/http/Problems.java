package org.guildhall.core.http;

import java.util.LinkedHashMap;
import org.guildhall.core.data.Failures.Contended;
import org.guildhall.core.data.Failures.Retryable;
import org.guildhall.core.data.Failures.Unavailable;
import org.guildhall.core.data.Failures.Violation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes problems (RFC 9457): the one place where a failure becomes an answer. */
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private final String publicUrl;
    private final Constraints constraints;

    Problems(String publicUrl, Constraints constraints) {
        this.publicUrl = publicUrl;
        this.constraints = constraints;
    }

    /** The failure as a refusal. What nobody foresaw is 500, with nothing about it but the request's id. */
    Refusal refusal(RuntimeException failed) {
        return switch (failed) {
            case Refusal refusal -> refusal;
            case Violation violation -> constraints.refusal(violation);
            case Unavailable unavailable -> Problem.UNAVAILABLE.refusal().retryAfter(1);
            case Contended contended -> Problem.UNAVAILABLE.because("Another change of the same resource takes too long.").retryAfter(1);
            case Retryable retryable -> Problem.UNAVAILABLE.because("Too many changes of the same resource at once.").retryAfter(1);
            default -> Problem.INTERNAL_ERROR.refusal();
        };
    }

    Answer answer(Exchange exchange, RuntimeException failed) {
        var refusal = refusal(failed);
        if (refusal.problem() == Problem.INTERNAL_ERROR) {
            LOG.error("request {} failed", exchange.requestId(), failed);
        } else if (refusal.problem() == Problem.UNAVAILABLE) {
            LOG.warn("request {} could not be served: {}", exchange.requestId(), failed.getMessage());
        }
        return answer(refusal, exchange.path(), exchange.requestId());
    }

    /** The same for what the HTTP server refuses before there is an exchange. */
    Answer answer(Refusal refusal, String instance, String requestId) {
        var problem = refusal.problem();
        var body = new LinkedHashMap<String, Object>();
        body.put("type", publicUrl + "/problems/" + problem.code());
        body.put("title", problem.title());
        body.put("status", problem.status());
        body.put("detail", refusal.getMessage());
        body.put("instance", instance);
        body.put("code", problem.code());
        body.put("request_id", requestId);
        if (!refusal.items().isEmpty()) {
            body.put("errors", refusal.items());
        }
        if (refusal.retryAfterSeconds() != null) {
            body.put("retry_after", refusal.retryAfterSeconds());
        }
        body.put("hint", problem.remedy());
        body.putAll(refusal.members());
        var answer = Answer.of(problem.status(), Json.bytes(body), Answer.PROBLEM);
        refusal.headers().forEach(answer::with);
        return answer;
    }
}
