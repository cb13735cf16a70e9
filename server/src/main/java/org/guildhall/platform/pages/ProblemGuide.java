package org.guildhall.platform.pages;

import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.core.problem.Problem;

/** Usual causes and an example answer for each problem's page, beside the catalogue's texts. Read from {@code problems.json}. */
final class ProblemGuide {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DefaultPrettyPrinter LAYOUT =
            new DefaultPrettyPrinter(Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER));

    private final JsonNode guide;

    ProblemGuide() {
        try {
            guide = JSON.readTree(Assets.resource("/pages/problems.json"));
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The usual causes, the most frequent first. Text between backticks is code. */
    List<String> causes(Problem problem) {
        var causes = new ArrayList<String>();
        guide.path(problem.code()).path("causes").forEach(cause -> causes.add(cause.asText()));
        return causes;
    }

    /** The request of the example, as {@code METHOD path}. */
    String request(Problem problem) {
        return guide.path(problem.code()).at("/example/request").asText();
    }

    /** The answer of the example: status line, headers and body. */
    String answer(Problem problem) {
        var example = guide.path(problem.code()).path("example");
        var lines = new StringBuilder("HTTP/1.1 ").append(problem.status()).append("\nContent-Type: application/problem+json\n");
        example.path("headers").forEach(header -> lines.append(header.asText()).append('\n'));
        try {
            return lines.append('\n').append(JSON.writer(LAYOUT).writeValueAsString(body(problem, example))).toString();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static ObjectNode body(Problem problem, JsonNode example) {
        var request = example.path("request").asText();
        var body = JSON.createObjectNode()
                .put("type", "https://guildhall.example/problems/" + problem.code())
                .put("title", problem.title())
                .put("status", problem.status())
                .put("detail", example.path("detail").asText())
                .put("instance", request.substring(request.indexOf(' ') + 1).replaceFirst("\\?.*", ""))
                .put("code", problem.code())
                .put("request_id", "req_01a2264c4dfccee048e9c8caf8b0");
        if (example.has("errors")) {
            body.set("errors", example.get("errors"));
        }
        example.path("members").properties().forEach(member -> body.set(member.getKey(), member.getValue()));
        return body.put("hint", problem.remedy());
    }
}
