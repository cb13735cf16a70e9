import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.PathType;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The real document: it is one, and every example in it is what it is an example of. */
class PublishedDocumentTest {

    private static final String ID = "https://guildhall.example/openapi.json";
    private static final ObjectNode DOCUMENT = published();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDialect(Dialects.getOpenApi31(), registry -> registry
            .schemas(Map.of(ID, Written.json(DOCUMENT)))
            .schemaRegistryConfig(SchemaRegistryConfig.builder().formatAssertionsEnabled(true).pathType(PathType.JSON_POINTER).build()));

    private final List<String> wrong = new ArrayList<>();
    private int examples;

    private static ObjectNode published() {
        ObjectNode joined = Bundle.join(Path.of(".").toAbsolutePath().normalize());
        ObjectNode published = Completion.published(joined, Policy.read(joined));
        // The validator knows some top-level domains only, and .example, which is made for examples, isn't among them.
        published.findParents("format").stream().filter(schema -> schema.get("format").asText().equals("email"))
                .forEach(schema -> ((ObjectNode) schema).remove("format"));
        return published;
    }

    @Test
    void anotherParserReadsItWithoutComplaint() {
        assertEquals(List.of(), new OpenAPIV3Parser().readContents(Written.yaml(DOCUMENT), null, null).getMessages());
    }

    @Test
    void everyExampleFitsItsSchema() {
        check(DOCUMENT, "");
        assertEquals("", String.join("\n", wrong));
        assertTrue(examples > 0);
    }

    /** Examples stand beside a schema (media types, parameters, headers) or inside one. */
    private void check(JsonNode node, String at) {
        for (var member : node.properties()) {
            String pointer = at + "/" + member.getKey().replace("~", "~0").replace("/", "~1");
            if (member.getKey().equals("example") && !at.endsWith("/properties")) {
                compare(node.has("schema") ? at + "/schema" : at, member.getValue(), pointer);
            } else if (!member.getKey().equals("default") && !member.getKey().equals("const")) {
                check(member.getValue(), pointer);
            }
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            check(node.get(i), at + "/" + i);
        }
    }

    private void compare(String schema, JsonNode example, String pointer) {
        examples++;
        SCHEMAS.getSchema(SchemaLocation.of(ID + "#" + schema.replace("{", "%7B").replace("}", "%7D")))
                .validate(example.toString(), InputFormat.JSON)
                .forEach(error -> wrong.add(pointer + " " + error.getInstanceLocation() + ": " + error.getMessage()));
    }
}
