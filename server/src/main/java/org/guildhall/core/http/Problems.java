package org.guildhall.core.http;

import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import org.guildhall.core.data.Failures.Contended;
import org.guildhall.core.data.Failures.Crowded;
import org.guildhall.core.data.Failures.Retryable;
import org.guildhall.core.data.Failures.Unavailable;
import org.guildhall.core.data.Failures.Violation;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Validation;
import org.guildhall.core.problem.Constraints;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes problems (RFC 9457): every failure becomes an answer here. */
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    // The maximal lengths that the document declares.
    private static final int DETAIL_CHARACTERS_MAX = 2_000;
    private static final int ITEM_CHARACTERS_MAX = 1_000;
    private static final int POINTER_CHARACTERS_MAX = 1_024;
    private static final int NAME_CHARACTERS_MAX = 255;
    private static final int PATH_CHARACTERS_MAX = 2_000;
    private static final Pattern STRANGE = Pattern.compile("[^!$%&'()*+,./0-9:;=@A-Z_a-z~-]|%(?![0-9A-Fa-f]{2})");

    private final String publicUrl;
    private final Constraints constraints;

    Problems(String publicUrl, Constraints constraints) {
        this.publicUrl = publicUrl;
        this.constraints = constraints;
    }

    /** The problem of a failure. An unexpected failure becomes {@code internal_error} and reveals only the request id. */
    ProblemException refusal(RuntimeException failed) {
        return switch (failed) {
            case ProblemException refusal -> refusal;
            case Violation violation -> constraints.refusal(violation);
            case Unavailable unavailable -> Problem.UNAVAILABLE.refusal().retryAfter(1);
            case Crowded crowded -> Problem.UNAVAILABLE.because("Too many requests of this tenant are running at once. Try again.").retryAfter(1);
            case Contended contended -> Problem.UNAVAILABLE.because("Another change of the same resource takes too long. Try again.").retryAfter(1);
            case Retryable retryable -> Problem.UNAVAILABLE.because("Too many requests change the same resource at once. Try again.").retryAfter(1);
            default -> Problem.INTERNAL_ERROR.refusal();
        };
    }

    Response answer(Exchange exchange, RuntimeException failed) {
        var refusal = refusal(failed);
        if (refusal.problem() == Problem.INTERNAL_ERROR) {
            LOG.error("request {} failed", exchange.requestId(), failed);
        } else if (refusal.problem() == Problem.UNAVAILABLE) {
            LOG.warn("request {} could not be served: {}", exchange.requestId(), failed.getMessage());
        }
        return answer(refusal, exchange.path(), exchange.requestId());
    }

    /** The answer to a request that Jetty itself refused. */
    Response answer(ProblemException refusal, String instance, String requestId) {
        var problem = refusal.problem();
        var body = new LinkedHashMap<String, Object>();
        body.put("type", publicUrl + "/problems/" + problem.code());
        body.put("title", problem.title());
        body.put("status", problem.status());
        body.put("detail", printable(refusal.getMessage(), DETAIL_CHARACTERS_MAX));
        body.put("instance", reference(instance));
        body.put("code", problem.code());
        body.put("request_id", requestId);
        if (!refusal.items().isEmpty()) {
            body.put("errors", refusal.items().stream().limit(Validation.ITEMS_MAX).map(Problems::printable).toList());
        }
        if (refusal.retryAfterSeconds() != null) {
            body.put("retry_after", refusal.retryAfterSeconds());
        }
        body.put("hint", problem.remedy());
        body.putAll(refusal.members());
        var answer = Response.of(problem.status(), Json.bytes(body), Response.PROBLEM);
        refusal.headers().forEach(answer::with);
        return answer;
    }

    private static ProblemException.Item printable(ProblemException.Item item) {
        return new ProblemException.Item(
                item.pointer() == null ? null : printable(item.pointer(), POINTER_CHARACTERS_MAX),
                item.parameter() == null ? null : printable(item.parameter(), NAME_CHARACTERS_MAX),
                item.header() == null ? null : printable(item.header(), NAME_CHARACTERS_MAX),
                item.code(),
                printable(item.detail(), ITEM_CHARACTERS_MAX));
    }

    /** Replaces control characters and lone surrogates, and cuts the text. It may contain the caller's input. */
    private static String printable(String text, int most) {
        var out = new StringBuilder(Math.min(text.length(), most));
        text.codePoints().limit(most).forEach(character ->
                out.appendCodePoint(character < 0x20 || Character.getType(character) == Character.SURROGATE ? 0xfffd : character));
        return out.toString();
    }

    /** A path as a URI reference (RFC 3986): characters that have no place in one are escaped. */
    private static String reference(String path) {
        var cut = path.length() <= PATH_CHARACTERS_MAX ? path : path.substring(0, PATH_CHARACTERS_MAX).replaceAll("%.?$", "");
        return STRANGE.matcher(cut).replaceAll(found -> "%%%02X".formatted((int) found.group().charAt(0) & 0xff));
    }
}
