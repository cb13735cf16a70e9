package org.guildhall.platform.pages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The document as the explorer shows it: one group per resource, and without examples that a reader could send by accident. Explorers
 * prefill their fields with examples; an example cursor, id or key would be refused or, worse, accepted.
 */
final class ExplorerDocument {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");

    private final ObjectNode document;

    private ExplorerDocument(ObjectNode document) {
        this.document = document;
    }

    static ObjectNode of(byte[] published) {
        try {
            var view = new ExplorerDocument((ObjectNode) JSON.readTree(published));
            view.clear();
            return view.document;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private void clear() {
        document.at("/components/parameters").forEach(parameter -> clear((ObjectNode) parameter));
        for (var path : document.path("paths")) {
            path.path("parameters").forEach(parameter -> clear((ObjectNode) parameter));
            path.properties().stream().filter(member -> METHODS.contains(member.getKey())).forEach(member -> {
                member.getValue().path("parameters").forEach(parameter -> clear((ObjectNode) parameter));
                bodies((ObjectNode) member.getValue());
            });
        }
    }

    /** Removes a parameter's examples and keeps its default. The example of a path parameter moves to the description. */
    private void clear(ObjectNode parameter) {
        if (parameter.has("$ref")) {
            return;
        }
        var schema = inlined(parameter.path("schema"));
        if (parameter.path("in").asText().equals("path")) {
            var example = parameter.has("example") ? parameter.get("example") : example(schema);
            if (example.isValueNode() && !example.isMissingNode()) {
                parameter.put("description", (parameter.path("description").asText() + " For example `" + example.asText() + "`.").strip());
            }
        }
        parameter.remove(List.of("example", "examples"));
        if (schema instanceof ObjectNode object) {
            if (!parameter.path("required").asBoolean()) {
                // Otherwise the explorer would warn about an empty instant.
                object.remove("format");
            }
            parameter.set("schema", withoutExamples(object));
        }
    }

    private static JsonNode example(JsonNode schema) {
        return schema.has("example") ? schema.get("example") : schema.path("examples").path(0);
    }

    /** The schema, or a copy of the one that it refers to. */
    private JsonNode inlined(JsonNode schema) {
        var at = schema;
        for (int depth = 0; depth < 8 && at.has("$ref"); depth++) {
            at = document.at(at.get("$ref").asText().substring(1));
        }
        return at.deepCopy();
    }

    private ObjectNode withoutExamples(ObjectNode schema) {
        schema.remove(List.of("example", "examples"));
        if (schema.has("items")) {
            schema.set("items", withoutExamples((ObjectNode) inlined(schema.get("items"))));
        }
        for (var choice : List.of("allOf", "anyOf", "oneOf")) {
            if (schema.get(choice) instanceof ArrayNode choices) {
                for (int at = 0; at < choices.size(); at++) {
                    choices.set(at, withoutExamples((ObjectNode) inlined(choices.get(at))));
                }
            }
        }
        return schema;
    }

    /** Gives each JSON body two examples: one with the required members, which is prefilled, and the document's own. */
    private void bodies(ObjectNode operation) {
        for (var body : operation.at("/requestBody/content").properties()) {
            var content = (ObjectNode) body.getValue();
            if (content.get("example") instanceof ObjectNode whole) {
                var least = whole.deepCopy().retain(required(content.path("schema")));
                content.remove("example");
                var examples = content.putObject("examples");
                put(examples, "required", "Required members", least);
                if (!least.equals(whole)) {
                    put(examples, "example", "Full example", whole);
                }
            }
        }
    }

    private static void put(ObjectNode examples, String name, String summary, JsonNode value) {
        examples.putObject(name).put("summary", summary).set("value", value);
    }

    private Set<String> required(JsonNode schema) {
        var names = new HashSet<String>();
        var resolved = inlined(schema);
        resolved.path("required").forEach(name -> names.add(name.asText()));
        resolved.path("allOf").forEach(part -> names.addAll(required(part)));
        return names;
    }
}
