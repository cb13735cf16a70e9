package org.guildhall.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.guildhall.Http;
import org.guildhall.api.Operation;
import org.guildhall.core.json.Spec;
import org.jspecify.annotations.Nullable;

/** The document's description of an operation, the source of its example. */
final class Documented {

    static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final JsonNode DOCUMENT = document();

    private Documented() {}

    private static JsonNode document() {
        try {
            return Http.JSON.readTree(new Spec().json());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The id prefix of each path parameter. */
    static Map<String, String> prefixes(Operation operation) {
        var prefixes = new TreeMap<String, String>();
        var names = PARAMETER.matcher(operation.path());
        while (names.find()) {
            prefixes.put(names.group(1), prefix(operation, names.group(1)));
        }
        return prefixes;
    }

    static String prefix(Operation operation, String parameter) {
        var item = DOCUMENT.at("/paths/" + operation.path().replace("/", "~1"));
        var lists = List.of(item.path(operation.method().toLowerCase(Locale.ROOT)).path("parameters"), item.path("parameters"));
        for (var list : lists) {
            for (var entry : list) {
                var resolved = resolved(entry);
                if (resolved.path("in").asText().equals("path") && resolved.path("name").asText().equals(parameter)) {
                    return resolved(resolved.path("schema")).path("x-id-prefix").asText("");
                }
            }
        }
        throw new AssertionError(operation + " has no path parameter " + parameter);
    }

    /** The query parameters of an operation. */
    static List<JsonNode> queryParameters(Operation operation) {
        var item = DOCUMENT.at("/paths/" + operation.path().replace("/", "~1"));
        var found = new ArrayList<JsonNode>();
        for (var list : List.of(item.path(operation.method().toLowerCase(Locale.ROOT)).path("parameters"), item.path("parameters"))) {
            list.forEach(entry -> found.add(resolved(entry)));
        }
        found.removeIf(parameter -> !parameter.path("in").asText().equals("query"));
        return found;
    }

    static JsonNode resolved(JsonNode node) {
        var reference = node.path("$ref").asText("");
        return reference.isEmpty() ? node : resolved(DOCUMENT.at(reference.substring(1)));
    }

    static JsonNode media(Operation operation, String type) {
        return DOCUMENT.at("/paths/" + operation.path().replace("/", "~1") + "/" + operation.method().toLowerCase(Locale.ROOT)
                + "/requestBody/content/" + type.replace("/", "~1"));
    }

    static String samePlace(Operation from, String path, Operation to) {
        var shared = from.path().substring(0, from.path().lastIndexOf('}') + 1).split("/").length;
        var kept = String.join("/", List.of(path.split("/")).subList(0, shared));
        return kept + to.path().substring(to.path().lastIndexOf('}') + 1);
    }

    /** The operation that reads the resource of another one: a GET of its path up to the last id. */
    static @Nullable Operation reader(Operation operation) {
        var path = operation.path();
        var resource = path.contains("}") ? path.substring(0, path.lastIndexOf('}') + 1) : path;
        return Arrays.stream(Operation.values())
                .filter(other -> other.method().equals("GET") && !other.list() && other.path().equals(resource))
                .findFirst()
                .orElse(null);
    }

    /** True unless an operation answers with another kind of resource than its path names: a check-in at a session changes a booking. */
    static boolean changesWhatItsPathNames(Operation operation) {
        var reader = reader(operation);
        return reader != null && (operation.status() != 200 || idPrefix(operation).equals(idPrefix(reader)));
    }

    /** The id prefix of the answer 200; empty if it has no id. */
    private static String idPrefix(Operation operation) {
        return resolved(answer(operation).at("/properties/id")).path("x-id-prefix").asText();
    }

    /** The schema of the answer 200. */
    private static JsonNode answer(Operation operation) {
        var method = "/" + operation.method().toLowerCase(Locale.ROOT);
        var answer = resolved(DOCUMENT.at("/paths/" + operation.path().replace("/", "~1") + method + "/responses/200"));
        return resolved(answer.at("/content/application~1json/schema"));
    }

    /** The id prefix of a list's entries. */
    static String entryPrefix(Operation list) {
        var entry = resolved(resolved(answer(list).at("/properties/data")).path("items"));
        return resolved(entry.at("/properties/id")).path("x-id-prefix").asText();
    }
}
