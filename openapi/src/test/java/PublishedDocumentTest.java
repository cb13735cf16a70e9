import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.path.PathType;
import io.swagger.v3.parser.OpenAPIV3Parser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The real document is valid OpenAPI, and each of its examples matches its schema. */
class PublishedDocumentTest {

    private static final String ID = "https://guildhall.example/openapi.json";
    private static final ObjectNode DOCUMENT = published();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDialect(Dialects.getOpenApi31(), registry -> registry
            .schemas(Map.of(ID, DocumentText.json(DOCUMENT)))
            .schemaRegistryConfig(SchemaRegistryConfig.builder().formatAssertionsEnabled(true).pathType(PathType.JSON_POINTER).build()));

    private final List<String> wrong = new ArrayList<>();
    private int examples;

    private static ObjectNode published() {
        ObjectNode joined = Bundle.join(Path.of(".").toAbsolutePath().normalize());
        ObjectNode published = PublishedDocument.published(joined, Policy.read(joined));
        // The validator's list of top-level domains doesn't include .example, which is reserved for examples.
        published.findParents("format").stream().filter(schema -> schema.get("format").asText().endsWith("email"))
                .forEach(schema -> ((ObjectNode) schema).remove("format"));
        return published;
    }

    @Test
    void document_otherParser_reportsNoErrors() {
        assertEquals(List.of(), new OpenAPIV3Parser().readContents(DocumentText.yaml(DOCUMENT), null, null).getMessages());
    }

    @Test
    void examples_allMatchTheirSchemas() {
        check(DOCUMENT, "");
        assertEquals("", String.join("\n", wrong));
        assertTrue(examples > 0);
    }

    @Test
    void responses_haveNoClosedEnumeration() {
        for (JsonNode item : DOCUMENT.path("paths")) {
            for (JsonNode operation : item) {
                for (JsonNode response : operation.path("responses")) {
                    for (var media : Schemas.follow(DOCUMENT, response).path("content").properties()) {
                        if (media.getKey().endsWith("json") && !media.getKey().endsWith("ndjson")) {
                            var reached = new HashSet<String>();
                            Schemas.reach(DOCUMENT, media.getValue(), reached);
                            reached.stream().filter(name -> !DOCUMENT.at(name.substring(1)).findValues("enum").isEmpty()).forEach(wrong::add);
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void knownValues_matchPatternAndMaxLength() {
        DOCUMENT.findParents("x-extensible-enum").forEach(schema -> schema.path("x-extensible-enum").forEach(value -> {
            if (!value.asText().matches(schema.path("pattern").asText()) || value.asText().length() > schema.path("maxLength").asInt()) {
                wrong.add(value.asText());
            }
        }));
        assertEquals(List.of(), wrong);
    }

    @Test
    void objects_allDeclareAdditionalProperties() {
        for (JsonNode schema : DOCUMENT.findParents("type")) {
            if (schema.path("type").toString().contains("\"object\"") && !schema.has("additionalProperties")) {
                wrong.add(schema.toString());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void description_listsAllIdPrefixes() {
        var said = new TreeSet<String>();
        String text = DOCUMENT.at("/info/description").asText();
        var ids = Pattern.compile("`([a-z]{3})` [a-zA-Z]").matcher(text.substring(text.indexOf("Ids are TypeIDs"), text.indexOf("`external_id` is")));
        while (ids.find()) {
            said.add(ids.group(1));
        }
        var there = new TreeSet<>(DOCUMENT.findValuesAsText("x-id-prefix"));
        assertEquals(there, said);
    }

    /** Checks examples next to a schema (media types, parameters, headers) and inside one. */
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
        // By a reference, since the registry reads the whole document again for each schema that it is asked for by its place.
        var reference = DOCUMENT.objectNode().put("$ref", ID + "#" + schema.replace("{", "%7B").replace("}", "%7D"));
        SCHEMAS.getSchema(reference)
                .validate(example.toString(), InputFormat.JSON)
                .forEach(error -> wrong.add(pointer + " " + error.getInstanceLocation() + ": " + error.getMessage()));
    }
}
