import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The request header fields of the document, with the bounds that the client checks before sending. */
final class RequestHeaders {

    /** The bound of a field for which the document sets none. */
    private static final String LENGTH_MAX = "8192";
    private static final String PRINTABLE = "^[ -~]+$";

    private RequestHeaders() {}

    /** One entry per field, as the template expects it. */
    static List<Map<String, String>> of(JsonNode document) {
        Map<String, JsonNode> schemas = new TreeMap<>();
        collect(document, document, schemas);
        List<Map<String, String>> rules = new ArrayList<>();
        schemas.forEach((name, schema) -> rules.add(Map.of(
                "x-name", JavaCode.text(name),
                "x-length-min", schema.path("minLength").asText("0"),
                "x-length-max", schema.path("maxLength").asText(LENGTH_MAX),
                "x-pattern", JavaCode.text(schema.path("pattern").asText(PRINTABLE)))));
        return rules;
    }

    private static void collect(JsonNode document, JsonNode node, Map<String, JsonNode> schemas) {
        if (node.path("in").asText().equals("header") && node.path("name").isTextual()) {
            JsonNode schema = Schemas.follow(document, node.path("schema"));
            JsonNode other = schemas.putIfAbsent(node.path("name").asText(), schema);
            if (other != null && !other.equals(schema)) {
                throw new SpecMistakes(node.path("name").asText() + " has two different schemas");
            }
        }
        node.forEach(member -> collect(document, member, schemas));
    }
}
