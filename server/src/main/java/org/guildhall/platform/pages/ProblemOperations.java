package org.guildhall.platform.pages;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.guildhall.core.problem.Problem;

/** Which operations answer a problem, as the document says. */
final class ProblemOperations {

    /**
     * An operation in the list of a page.
     *
     * @param reference the path of its place in the explorer
     */
    record Entry(String method, String path, String summary, String reference) {}

    /**
     * The operations of one problem.
     *
     * @param naming those whose own words name the problem
     * @param others those that share an answer in which it is named
     * @param total all operations of the document
     */
    record Answering(List<Entry> naming, List<Entry> others, int total) {}

    private final Map<Problem, Answering> answering = new EnumMap<>(Problem.class);

    /** @param document the one that the explorer shows, whose groups the references name; it isn't kept */
    ProblemOperations(JsonNode document) {
        for (var problem : Problem.values()) {
            answering.put(problem, find(document, problem));
        }
    }

    Answering of(Problem problem) {
        return answering.get(problem);
    }

    private static Answering find(JsonNode document, Problem problem) {
        var naming = new ArrayList<Entry>();
        var others = new ArrayList<Entry>();
        int total = 0;
        var name = "`" + problem.code() + "`";
        for (var path : document.path("paths").properties()) {
            for (var member : path.getValue().properties()) {
                if (!member.getValue().has("operationId")) {
                    continue;
                }
                total++;
                var response = member.getValue().path("responses").path(String.valueOf(problem.status()));
                if (member.getValue().path("description").asText().contains(name) || response.path("description").asText().contains(name)) {
                    naming.add(entry(path.getKey(), member.getKey(), member.getValue()));
                } else if (resolved(document, response).path("description").asText().contains(name)) {
                    others.add(entry(path.getKey(), member.getKey(), member.getValue()));
                }
            }
        }
        return new Answering(naming, others, total);
    }

    private static JsonNode resolved(JsonNode document, JsonNode response) {
        return response.has("$ref") ? document.at(response.get("$ref").asText().substring(1)) : response;
    }

    private static Entry entry(String path, String method, JsonNode operation) {
        var name = method.toUpperCase(Locale.ROOT);
        var reference = "/docs#tag/" + operation.path("tags").path(0).asText() + "/" + name + path;
        return new Entry(name, path, operation.path("summary").asText(), reference);
    }
}
