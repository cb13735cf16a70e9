import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens the answers' enumerations and objects, since both may grow within a version; requests stay closed. In an answer an enumeration
 * becomes a string whose known values are in {@code x-extensible-enum}. It is the only form that all common generators read as open:
 * for {@code anyOf} of the values and a string they generate a wrapper class. Objects allow additional members: generated clients that
 * validate answers would otherwise refuse new members.
 */
final class OpenAnswers {

    private static final String COMPONENTS = "#/components/schemas/";

    /** The maximal length of a value, including future ones. */
    private static final int VALUE_CHARACTERS_MAX = 64;

    private static final String VALUE = "^[a-z0-9][a-z0-9_:.-]*$";

    /** If there are more values, the description doesn't list them. */
    private static final int TOLD_MAX = 12;

    private final ObjectNode document;
    private final Set<String> asked = new HashSet<>();

    private OpenAnswers(ObjectNode document) {
        this.document = document;
    }

    /** Rewrites all answers of a completed document. Schemas that requests use, too, stay closed; answers get opened copies of their enumerations. */
    static void open(ObjectNode document) {
        var open = new OpenAnswers(document);
        Set<String> answered = new HashSet<>();
        for (JsonNode item : document.path("paths")) {
            Schemas.reach(document, item.path("parameters"), open.asked);
            for (JsonNode operation : item) {
                Schemas.reach(document, operation.path("parameters"), open.asked);
                Schemas.reach(document, operation.path("requestBody"), open.asked);
                Schemas.reach(document, operation.path("responses"), answered);
            }
        }
        open.asked.stream().filter(reference -> reference.startsWith(COMPONENTS))
                .forEach(reference -> sayDefaults(document.at(reference.substring(1))));
        for (JsonNode item : document.path("paths")) {
            item.forEach(operation -> operation.path("responses").forEach(open::content));
        }
        document.path("components").path("responses").forEach(open::content);
        for (String reference : answered) {
            if (reference.startsWith(COMPONENTS) && !open.asked.contains(reference)) {
                open.schema((ObjectNode) document.at(reference.substring(1)));
            }
        }
    }

    /** Describes the default in words, since some generators take a member with a default for a required one. */
    private static void sayDefaults(JsonNode schema) {
        for (JsonNode member : schema.path("properties")) {
            if (member instanceof ObjectNode property && property.has("default")) {
                String value = property.remove("default").asText();
                property.put("description", property.path("description").asText() + " Unless given, it is `" + value + "`.");
            }
        }
    }

    private void content(JsonNode response) {
        for (JsonNode media : response.path("content")) {
            if (media.path("schema") instanceof ObjectNode schema) {
                schema(schema);
            }
        }
    }

    private void schema(ObjectNode schema) {
        ObjectNode enumeration = enumeration(schema);
        if (enumeration != null) {
            opened(schema, enumeration, isNullable(enumeration));
            return;
        }
        ObjectNode orNull = orNull(schema);
        if (orNull != null) {
            schema.remove(List.of("oneOf", "anyOf"));
            opened(schema, orNull, true);
            return;
        }
        copied(schema);
        if (schema.has("properties") && schema.path("additionalProperties").isBoolean()) {
            schema.put("additionalProperties", true);
        }
        for (String keyword : List.of("items", "additionalProperties")) {
            if (schema.path(keyword) instanceof ObjectNode part) {
                schema(part);
            }
        }
        for (String keyword : List.of("properties", "allOf", "anyOf", "oneOf")) {
            for (JsonNode part : schema.path(keyword)) {
                schema((ObjectNode) part);
            }
        }
    }

    /** Copies a list of enumeration values that requests use, too, so that the answer can be opened. */
    private void copied(ObjectNode schema) {
        if (asked.contains(schema.path("$ref").asText())) {
            var list = (ObjectNode) Schemas.follow(document, schema);
            if (list.path("items") instanceof ObjectNode items && enumeration(items) != null) {
                JsonNode description = schema.path("description");
                schema.remove("$ref");
                schema.setAll(list.deepCopy());
                if (!description.isMissingNode()) {
                    schema.set("description", description);
                }
            }
        }
    }

    /** The string enumeration that a schema is, or refers to and that requests use, too; null for any other schema. */
    private ObjectNode enumeration(ObjectNode schema) {
        String reference = schema.path("$ref").asText();
        JsonNode found = asked.contains(reference) ? Schemas.follow(document, schema) : schema;
        return found.path("enum").path(0).isTextual() ? (ObjectNode) found : null;
    }

    /** The enumeration in a choice of an enumeration and null; null for any other schema. */
    private ObjectNode orNull(ObjectNode schema) {
        JsonNode ways = schema.has("oneOf") ? schema.get("oneOf") : schema.path("anyOf");
        if (ways.size() != 2 || !ways.get(1).path("type").asText().equals("null")) {
            return null;
        }
        // An enumeration that only answers use is opened in place.
        return enumeration((ObjectNode) ways.get(0));
    }

    private static boolean isNullable(ObjectNode enumeration) {
        for (JsonNode type : enumeration.path("type")) {
            if (type.asText().equals("null")) {
                return true;
            }
        }
        return false;
    }

    private static void opened(ObjectNode schema, ObjectNode enumeration, boolean nullable) {
        String description = (schema.has("description") ? schema : enumeration).path("description").asText("");
        ArrayNode values = JsonNodeFactory.instance.arrayNode();
        List<String> told = new ArrayList<>();
        for (JsonNode value : enumeration.get("enum")) {
            if (value.isTextual()) {
                values.add(value);
                told.add("`" + value.asText() + "`");
            }
        }
        JsonNode example = schema.has("example") ? schema.get("example") : enumeration.get("example");
        schema.remove(List.of("$ref", "enum", "type", "description", "example", "title"));
        if (nullable) {
            schema.putArray("type").add("string").add("null");
        } else {
            schema.put("type", "string");
        }
        String known = told.size() > TOLD_MAX ? "" : "Known values: " + String.join(", ", told) + "; there may be more.";
        schema.put("maxLength", VALUE_CHARACTERS_MAX).put("pattern", VALUE).put("description", (description.strip() + " " + known).strip());
        schema.set("x-extensible-enum", values);
        if (example != null) {
            schema.set("example", example);
        }
    }
}
