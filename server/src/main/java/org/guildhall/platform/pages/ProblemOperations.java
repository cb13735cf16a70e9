package org.guildhall.platform.pages;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.guildhall.core.problem.Problem;

/** The operations that can answer with a problem, by the document. */
final class ProblemOperations {

    /**
     * An operation in a page's list.
     *
     * @param reference its path in the explorer
     */
    record Entry(String method, String path, String summary, String reference) {}

    /**
     * The operations of one problem.
     *
     * @param naming the operations whose own response names the problem
     * @param others the operations with a shared response that names it
     * @param total the number of all operations
     */
    record OperationGroups(List<Entry> naming, List<Entry> others, int total) {}

    private final Map<Problem, OperationGroups> groups = new EnumMap<>(Problem.class);

    /** @param document the explorer's document, for its groups; it is not kept in memory */
    ProblemOperations(JsonNode document) {
        for (var problem : Problem.values()) {
            groups.put(problem, find(document, problem));
        }
    }

    OperationGroups of(Problem problem) {
        return groups.get(problem);
    }

    private static OperationGroups find(JsonNode document, Problem problem) {
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
        return new OperationGroups(naming, others, total);
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
