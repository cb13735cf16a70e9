package org.guildhall.core.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.format.DateTimeFormat;
import com.networknt.schema.format.Format;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/** The published document at run time: the schemas of each operation's parameters and body. */
public final class Spec {

    private static final String ID = "https://guildhall.invalid/openapi.json";

    /** A query parameter: the type that its text is parsed as, and the schema of the value. */
    public record Parameter(String name, String type, @Nullable String itemType, Schema schema, @Nullable JsonNode fallback) {}

    /**
     * The inputs of an operation.
     *
     * @param query the query parameters by name
     * @param body the body's schema; null without a body
     * @param bodyOpen true if the schema allows members that it doesn't name, since the body has the form of its sender
     * @param fields the names allowed in {@code fields}: the members of the resource, or of a list's entries
     */
    public record Inputs(Map<String, Parameter> query, @Nullable Schema body, boolean bodyRequired, boolean bodyOpen, List<String> fields) {}

    private final byte[] json;
    private final byte[] yaml;
    private final JsonNode document;
    private final Schema whole;
    private final Map<Operation, Inputs> inputs = new EnumMap<>(Operation.class);
    private final Map<String, String> prefixes = new HashMap<>();

    /** Reads the document bundled with the generated code. */
    public Spec() {
        this(resource("/openapi/openapi.json"), resource("/openapi/openapi.yaml"));
    }

    /** Reads another version of the document with the same operations. */
    public Spec(byte[] json, byte[] yaml) {
        this.json = json;
        this.yaml = yaml;
        try {
            this.document = Json.WIRE.readTree(json);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        var registry = SchemaRegistry.withDialect(
                Dialect.builder(Dialects.getOpenApi31())
                        .keyword(LengthFirst.pattern())
                        .formatKeywordFactory(LengthFirst::format)
                        .format(new EmailFormat())
                        .format(new InstantFormat())
                        .build(),
                builder -> builder.schemaRegistryConfig(SchemaRegistryConfig.builder()
                        .formatAssertionsEnabled(true)
                        .pathType(PathType.JSON_POINTER)
                        .locale(Locale.ENGLISH)
                        .build()));
        // One schema of the whole document, with all others as parts of it. Requested one by one, the library would parse and keep the
        // document once for each.
        this.whole = registry.getSchema(SchemaLocation.of(ID), document);
        requireShortTexts();
        for (var operation : Operation.values()) {
            inputs.put(operation, read(operation));
        }
        document.at("/components/schemas").properties().forEach(schema -> {
            var prefix = schema.getValue().path("x-id-prefix").asText("");
            if (!prefix.isEmpty()) {
                prefixes.put(entityType(schema.getKey()), prefix);
            }
        });
    }

    /** The format {@code date-time}, checked by the parser that later reads the value: every valid value can be read. */
    private static final class InstantFormat extends DateTimeFormat {
        @Override
        public boolean matches(ExecutionContext context, String value) {
            return Instants.parse(value) != null;
        }
    }

    /** The format {@code idn-email} (RFC 6531), which also allows addresses in other scripts. */
    private static final class EmailFormat implements Format {
        @Override
        public String getName() {
            return "idn-email";
        }

        @Override
        public String getMessageKey() {
            return "format.idn-email";
        }

        @Override
        public boolean matches(ExecutionContext context, String value) {
            return EmailAddresses.isValid(value);
        }
    }

    private void requireShortTexts() {
        document.findParents("maxLength").stream()
                // Streamed bodies are not texts in JSON.
                .filter(schema -> !schema.path("format").asText().equals("binary"))
                // Encoded bytes are in answers only.
                .filter(schema -> !schema.has("contentEncoding"))
                .mapToInt(schema -> schema.get("maxLength").asInt())
                .max().ifPresent(longest -> {
            if (longest > Validation.TEXT_CHARACTERS_MAX) {
                throw new IllegalStateException("the document allows a text of " + longest + " characters, more than the validation");
            }
        });
    }

    private static byte[] resource(String name) {
        try (InputStream in = Spec.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the openapi jar has no file " + name);
            }
            return in.readAllBytes();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The document as JSON, as it is served. */
    public byte[] json() {
        return json;
    }

    /** The document as YAML, as it is served. */
    public byte[] yaml() {
        return yaml;
    }

    /** The version of the document. */
    public String version() {
        return document.at("/info/version").asText();
    }

    /** The entity type in the audit trail: {@code org_type} for {@code OrgTypeId}. */
    public static String entityType(String idSchema) {
        var name = idSchema.endsWith("Id") ? idSchema.substring(0, idSchema.length() - 2) : idSchema;
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /** The TypeID prefix of each entity type. */
    public Map<String, String> prefixes() {
        return prefixes;
    }

    public Inputs inputs(Operation operation) {
        return inputs.get(operation);
    }

    private Inputs read(Operation operation) {
        var escaped = operation.path().replace("~", "~0").replace("/", "~1");
        var pointer = "/paths/" + escaped + "/" + operation.method().toLowerCase(Locale.ROOT);
        var node = document.at(pointer);
        if (node.isMissingNode()) {
            throw new IllegalStateException("the document has no operation " + operation);
        }
        var query = new LinkedHashMap<String, Parameter>();
        parameters(pointer + "/parameters", query);
        parameters("/paths/" + escaped + "/parameters", query);
        Schema body = null;
        boolean required = false;
        boolean open = false;
        if (operation.requestType() != null) {
            var at = pointer + "/requestBody/content/" + operation.requestType().replace("/", "~1") + "/schema";
            body = schema(at);
            open = named(document.at(at)).path("additionalProperties").asBoolean(false);
            required = node.at("/requestBody/required").asBoolean(false);
        }
        return new Inputs(query, body, required, open, fields(node, operation));
    }

    /** The schema that a reference names; another one as it is. */
    private JsonNode named(JsonNode schema) {
        var reference = schema.path("$ref").asText("");
        return reference.isEmpty() ? schema : document.at(reference.substring(1));
    }

    private void parameters(String pointer, Map<String, Parameter> query) {
        var list = document.at(pointer);
        for (int at = 0; at < list.size(); at++) {
            var entry = list.get(at);
            var reference = entry.path("$ref").asText("");
            var where = reference.isEmpty() ? pointer + "/" + at : reference.substring(1);
            var parameter = document.at(where);
            if (parameter.path("in").asText().equals("query")) {
                var schema = resolved(parameter.path("schema"));
                query.put(parameter.get("name").asText(), new Parameter(
                        parameter.get("name").asText(), type(schema), type(resolved(schema.path("items"))),
                        schema(where + "/schema"), schema.get("default")));
            }
        }
    }

    private List<String> fields(JsonNode operation, Operation which) {
        var schema = resolved(operation.at("/responses/" + which.status() + "/content/application~1json/schema"));
        if (which.list()) {
            schema = resolved(resolved(schema.at("/properties/data")).path("items"));
        }
        var names = new ArrayList<String>();
        schema.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private JsonNode resolved(JsonNode schema) {
        var reference = schema.path("$ref").asText("");
        return reference.isEmpty() ? schema : resolved(document.at(reference.substring(1)));
    }

    private static String type(JsonNode schema) {
        var type = schema.path("type");
        return type.isArray() ? type.get(0).asText() : type.asText("string");
    }

    /** A component schema, for values that aren't request bodies. */
    public ComponentSchema form(String component) {
        if (document.at("/components/schemas/" + component).isMissingNode()) {
            throw new IllegalStateException("the document has no schema " + component);
        }
        return new ComponentSchema(schema("/components/schemas/" + component));
    }

    /** The schema at a JSON Pointer into the document. */
    public Schema schema(String pointer) {
        return whole.getRefSchema(SchemaLocation.of(ID + "#" + pointer).getFragment());
    }
}
