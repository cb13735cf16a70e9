import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Queries on the schemas of a joined document, whose references all lead to components. */
final class Schemas {

    private Schemas() {}

    /** The node itself, or the target of its reference. */
    static JsonNode follow(JsonNode document, JsonNode node) {
        JsonNode at = node;
        Set<String> seen = new HashSet<>();
        while (at.path("$ref").isTextual()) {
            String reference = at.get("$ref").asText();
            if (!seen.add(reference)) {
                throw new SpecMistakes("the reference " + reference + " leads back to itself");
            }
            at = document.at(reference.substring(1));
        }
        return at;
    }

    /** The name of the component that a node refers to, also within a nullable or described schema; null if none. */
    static String name(JsonNode node) {
        String reference = node.path("$ref").asText(null);
        if (reference == null && node.path("allOf").size() == 1) {
            reference = node.path("allOf").path(0).path("$ref").asText(null);
        }
        return reference == null ? null : reference.substring(reference.lastIndexOf('/') + 1);
    }

    /** All parameters of an operation, including those of its path. */
    static List<JsonNode> parameters(JsonNode document, JsonNode item, JsonNode operation) {
        List<JsonNode> all = new ArrayList<>();
        item.path("parameters").forEach(parameter -> all.add(follow(document, parameter)));
        operation.path("parameters").forEach(parameter -> all.add(follow(document, parameter)));
        return all;
    }

    /** The schema of a list of strings. */
    static JsonNode texts() {
        ObjectNode texts = JsonNodeFactory.instance.objectNode().put("type", "array");
        texts.putObject("items").put("type", "string");
        return texts;
    }

    /** True for {@code {data: [...], page: PageInfo}}, the answer of every list. */
    static boolean isList(JsonNode document, JsonNode schema) {
        JsonNode properties = follow(document, schema).path("properties");
        return properties.size() == 2
                && follow(document, properties.path("data")).path("type").asText().equals("array")
                && "PageInfo".equals(name(properties.path("page")));
    }

    /** True for a resource, which has a required integer {@code version}. */
    static boolean isVersioned(JsonNode document, JsonNode schema) {
        JsonNode found = follow(document, schema);
        if (found.path("oneOf").size() > 1) {
            for (JsonNode variant : found.get("oneOf")) {
                if (!isVersioned(document, variant)) {
                    return false;
                }
            }
            return true;
        }
        JsonNode version = property(document, found, "version");
        return version != null && version.path("type").asText().equals("integer") && requires(document, found, "version");
    }

    /** The property of this name, also within an allOf; null if there is none. */
    private static JsonNode property(JsonNode document, JsonNode schema, String name) {
        JsonNode own = schema.path("properties").get(name);
        if (own != null) {
            return follow(document, own);
        }
        for (JsonNode part : schema.path("allOf")) {
            JsonNode inherited = property(document, follow(document, part), name);
            if (inherited != null) {
                return inherited;
            }
        }
        return null;
    }

    private static boolean requires(JsonNode document, JsonNode schema, String name) {
        for (JsonNode required : schema.path("required")) {
            if (required.asText().equals(name)) {
                return true;
            }
        }
        for (JsonNode part : schema.path("allOf")) {
            if (requires(document, follow(document, part), name)) {
                return true;
            }
        }
        return false;
    }

    /** Removes every component that neither the rest of the document nor a kept component refers to. */
    static void prune(ObjectNode document, Set<String> keep) {
        Set<String> reached = new HashSet<>();
        document.properties().stream().filter(member -> !member.getKey().equals("components")).forEach(member -> reach(document, member.getValue(), reached));
        for (String reference : keep) {
            if (!document.at(reference.substring(1)).isMissingNode() && reached.add(reference)) {
                reach(document, document.at(reference.substring(1)), reached);
            }
        }
        var components = (ObjectNode) document.path("components");
        for (String section : new ArrayList<>(names(components))) {
            if (ComponentKind.ofSection(section) != null) {
                var members = (ObjectNode) components.get(section);
                members.retain(names(members).stream().filter(name -> reached.contains("#/components/" + section + "/" + name)).toList());
                if (members.isEmpty()) {
                    components.remove(section);
                }
            }
        }
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Adds every component that a node refers to, directly or indirectly. */
    static void reach(JsonNode document, JsonNode node, Set<String> reached) {
        if (node.isTextual() && node.asText().startsWith("#/components/")) {
            // A discriminator's mapping has such text without $ref. Other text that looks like it only keeps a component too many.
            if (reached.add(node.asText())) {
                reach(document, document.at(node.asText().substring(1)), reached);
            }
            return;
        }
        node.forEach(member -> reach(document, member, reached));
    }
}
