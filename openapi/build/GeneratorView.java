import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The document in the form that openapi-generator understands: 3.0.3, every model a flat object or an enumeration with its own name, scalar
 * components inlined. It is only used within the build. The generator's support of 3.1 loses nullability and invents names; with this view
 * it loses nothing.
 *
 * <p>Members that start with {@code x-} carry to the templates what 3.0.3 can't express: {@code x-null}, {@code x-versioned},
 * {@code x-list}, {@code x-sealed}, {@code x-implements}, {@code x-id-prefix}, {@code x-query}.
 */
final class GeneratorView {

    /** Query parameters that the pipeline handles. All others are filters for the handler. */
    private static final Set<String> MACHINERY = Set.of("limit", "cursor", "sort", "expand", "fields", "dry_run", "include_total");

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode joined;
    private final Map<String, Policy> policies;
    private final boolean server;
    private final Map<String, ObjectNode> models = new LinkedHashMap<>();

    private GeneratorView(ObjectNode joined, Map<String, Policy> policies, boolean server) {
        this.joined = joined.deepCopy();
        // Scopes stay strings, since each domain adds some.
        if (this.joined.at("/components/schemas/Scope") instanceof ObjectNode scope) {
            scope.remove("enum");
        }
        this.policies = policies;
        this.server = server;
    }

    /** The server's view: ids as types, records of query filters, no expanded members. */
    static ObjectNode forServer(ObjectNode joined, Map<String, Policy> policies) {
        Set<String> keep = new TreeSet<>();
        for (var schema : joined.at("/components/schemas").properties()) {
            if (schema.getValue().has("x-id-prefix")) {
                keep.add("#/components/schemas/" + schema.getKey());
            }
        }
        return new GeneratorView(joined, policies, true).document(keep);
    }

    /** The client's view: ids as strings, all parameters, and the problems. */
    static ObjectNode forClient(ObjectNode joined, Map<String, Policy> policies) {
        return new GeneratorView(joined, policies, false).document(Set.of("#/components/schemas/Problem", "#/components/schemas/DryRunResult"));
    }

    private ObjectNode document(Set<String> keep) {
        for (var schema : joined.at("/components/schemas").properties()) {
            if (isModel(schema.getValue())) {
                model(schema.getKey(), schema.getValue());
            }
        }
        ObjectNode document = JSON.objectNode().put("openapi", "3.0.3");
        copy(joined.path("info"), document.putObject("info"), "title", "version");
        ObjectNode paths = document.putObject("paths");
        for (Policy policy : policies.values()) {
            JsonNode item = joined.path("paths").path(policy.path());
            String method = policy.method().toLowerCase(Locale.ROOT);
            paths.withObjectProperty(policy.path()).set(method, operation(policy, item, item.path(method)));
        }
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        models.forEach(schemas::set);
        Schemas.prune(document, keep);
        for (var schema : document.at("/components/schemas").properties()) {
            if (server && schema.getValue().path("x-open").asBoolean()) {
                throw new SpecMistakes(schema.getKey() + " allows members beside its own ones: a record would lose them");
            }
        }
        return document;
    }

    private ObjectNode operation(Policy policy, JsonNode item, JsonNode source) {
        ObjectNode operation = JSON.objectNode().put("operationId", policy.id());
        operation.putArray("tags").add(policy.tag());
        copy(source, operation, "summary", "description");
        parameters(policy, item, source, operation);
        JsonNode body = Schemas.follow(joined, source.path("requestBody"));
        if (policy.requestType() != null) {
            JsonNode schema = body.path("content").path(policy.requestType()).path("schema");
            operation.putObject("requestBody").put("required", true).putObject("content").putObject(policy.requestType())
                    .set("schema", use(schema, Names.type(policy.id()) + "Request"));
        }
        String status = String.valueOf(policy.status());
        ObjectNode response = operation.putObject("responses").putObject(status).put("description", "Success.");
        if (policy.responseType() != null) {
            JsonNode found = Schemas.follow(joined, source.path("responses").path(status));
            JsonNode schema = found.path("content").path(policy.responseType()).path("schema");
            response.putObject("content").putObject(policy.responseType()).set("schema", use(schema, Names.type(policy.id()) + "Response"));
        }
        return operation;
    }

    /** Path parameters stay parameters. The others become one record: the filters for the server, all options for the client. */
    private void parameters(Policy policy, JsonNode item, JsonNode source, ObjectNode operation) {
        ArrayNode parameters = operation.putArray("parameters");
        ObjectNode record = JSON.objectNode().put("type", "object").put("x-query", true)
                .put("description", (server ? "The filters of " : "The options of ") + policy.id() + ".");
        ObjectNode properties = record.putObject("properties");
        boolean filters = false;
        for (JsonNode parameter : Schemas.parameters(joined, item, source)) {
            String name = parameter.path("name").asText();
            // References to expand are strings, since paths of several references can't be enumerated.
            JsonNode stated = name.equals("expand") ? Schemas.texts() : parameter.path("schema");
            ObjectNode schema = use(stated, Names.type(policy.id()) + Names.type(name));
            if (parameter.path("in").asText().equals("path")) {
                ObjectNode own = parameters.addObject();
                copy(parameter, own, "name", "in", "required", "description");
                own.set("schema", schema);
            } else if (!server || parameter.path("in").asText().equals("query") && !MACHINERY.contains(name)) {
                copy(parameter, schema, "description");
                properties.set(name, schema.put("x-header", parameter.path("in").asText().equals("header")));
                filters |= !name.equals("expand");
                if (parameter.path("required").asBoolean()) {
                    record.withArrayProperty("required").add(name);
                }
            }
        }
        if (filters || !server && policy.list()) {
            String name = Names.type(policy.id()) + (server ? "Query" : "Options");
            if (!server) {
                PublishedDocument.parametersOf(policy).forEach(shared -> shared(shared, record));
            }
            hoist(name, record);
            operation.put("x-query", "#/components/schemas/" + name);
        }
    }

    private void shared(String component, ObjectNode record) {
        JsonNode parameter = joined.at("/components/parameters/" + component);
        String name = parameter.path("name").asText();
        ObjectNode schema = use(parameter.path("schema"), component);
        copy(parameter, schema, "description");
        record.withObjectProperty("properties").set(name, schema.put("x-header", parameter.path("in").asText().equals("header")));
        if (parameter.path("required").asBoolean()) {
            record.withArrayProperty("required").add(name);
        }
    }

    private static void copy(JsonNode from, ObjectNode to, String... names) {
        for (String name : names) {
            if (from.has(name)) {
                to.set(name, from.get(name));
            }
        }
    }

    /** A schema at the place of its use: a scalar, a list, a map, or a reference to a model. */
    private ObjectNode use(JsonNode schema, String suggested) {
        ObjectNode used = unadorned(schema, suggested);
        copy(schema, used, "description", "x-personal", "x-expanded");
        if (used.has("$ref") && used.size() > 1) {
            ObjectNode wrapped = JSON.objectNode();
            wrapped.putArray("allOf").addObject().set("$ref", used.remove("$ref"));
            wrapped.setAll(used);
            return wrapped;
        }
        return used;
    }

    private ObjectNode unadorned(JsonNode schema, String suggested) {
        if (schema.has("$ref")) {
            String name = Schemas.name(schema);
            JsonNode target = joined.path("components").path("schemas").path(name);
            if (!isModel(target)) {
                return use(target, name);
            }
            ObjectNode reference = JSON.objectNode().put("$ref", "#/components/schemas/" + name);
            return isNullable(target) ? reference.put("nullable", true).put("x-null", true) : reference;
        }
        JsonNode only = exceptNull(schema);
        if (only != null) {
            return use(only, suggested).put("nullable", true).put("x-null", true);
        }
        if (schema.path("allOf").size() == 1 && !schema.has("properties")) {
            return use(schema.path("allOf").path(0), suggested);
        }
        ObjectNode used = JSON.objectNode();
        if (isNullable(schema)) {
            used.put("nullable", true).put("x-null", true);
        }
        if (isModel(schema)) {
            hoist(suggested, JSON.objectNode());
            model(suggested, schema);
            return used.put("$ref", "#/components/schemas/" + suggested);
        }
        return plain(schema, used, suggested);
    }

    private ObjectNode plain(JsonNode schema, ObjectNode used, String suggested) {
        String type = type(schema, suggested);
        if (type == null) {
            return used;
        }
        used.put("type", type);
        switch (type) {
            case "array" -> used.set("items", use(schema.path("items"), suggested + "Item"));
            case "object" -> {
                JsonNode values = schema.path("additionalProperties");
                if (!server && !values.isObject()) {
                    return used;
                }
                used.set("additionalProperties", values.isObject() && !values.isEmpty() ? use(values, suggested + "Value") : JSON.booleanNode(true));
            }
            case "integer" -> used.put("format", isLong(schema) ? "int64" : "int32");
            default -> copy(schema, used, "format");
        }
        return used;
    }

    private static boolean isLong(JsonNode schema) {
        long maximum = schema.path("maximum").asLong(schema.path("exclusiveMaximum").asLong(0));
        return schema.path("format").asText().equals("int64") || maximum > Integer.MAX_VALUE;
    }

    private static String type(JsonNode schema, String where) {
        if (schema.has("anyOf") || schema.has("oneOf")) {
            throw new SpecMistakes(where + ": alternatives need oneOf with a discriminator, or one schema and null");
        }
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            Set<String> real = new TreeSet<>();
            type.forEach(one -> real.add(one.asText()));
            real.remove("null");
            if (real.size() != 1) {
                throw new SpecMistakes(where + ": one type, or one and null, not " + type);
            }
            return real.iterator().next();
        }
        return type.asText(schema.path("const").isTextual() ? "string" : null);
    }

    /** The R in {@code oneOf: [R, {type: null}]}; null for any other schema. */
    private static JsonNode exceptNull(JsonNode schema) {
        JsonNode ways = schema.has("oneOf") ? schema.get("oneOf") : schema.path("anyOf");
        if (ways.size() != 2) {
            return null;
        }
        boolean first = ways.path(0).path("type").asText().equals("null");
        boolean second = ways.path(1).path("type").asText().equals("null");
        return first ? ways.get(1) : second ? ways.get(0) : null;
    }

    private static boolean isNullable(JsonNode schema) {
        for (JsonNode type : schema.path("type")) {
            if (type.asText().equals("null")) {
                return true;
            }
        }
        return exceptNull(schema) != null;
    }

    /** True for a schema that becomes a Java type of its own. */
    private boolean isModel(JsonNode schema) {
        if (exceptNull(schema) != null) {
            return false;
        }
        boolean texts = schema.path("enum").size() > 0 && !schema.path("enum").path(0).isNumber();
        boolean parts = schema.path("allOf").size() > 1 || schema.has("allOf") && schema.has("properties");
        return texts || parts || schema.has("discriminator") || schema.path("properties").size() > 0 || server && schema.has("x-id-prefix");
    }

    private void hoist(String name, ObjectNode model) {
        if (models.putIfAbsent(name, model) != null || joined.at("/components/schemas").has(name)) {
            throw new SpecMistakes("a schema without a name would be called " + name + ", but another one is: give it a name of its own");
        }
    }

    private void model(String name, JsonNode schema) {
        ObjectNode model = models.computeIfAbsent(name, key -> JSON.objectNode());
        copy(schema, model, "description", "x-id-prefix", "x-merge-patch");
        if (schema.has("enum")) {
            model.put("type", "string");
            ArrayNode values = model.putArray("enum");
            Map<String, String> constants = new LinkedHashMap<>();
            schema.get("enum").forEach(value -> {
                if (!value.isNull()) {
                    values.add(value);
                    apart(name, constants, Names.constant(value.asText()), value.asText());
                }
            });
        } else if (schema.has("discriminator")) {
            union(model, schema, name);
        } else {
            object(model, schema, name);
        }
    }

    /** Refuses two names of the document that become the same Java name. */
    private static void apart(String owner, Map<String, String> taken, String java, String name) {
        String other = taken.putIfAbsent(java, name);
        if (other != null) {
            throw new SpecMistakes(owner + ": " + other + " and " + name + " would both be called " + java);
        }
    }

    private void object(ObjectNode model, JsonNode schema, String name) {
        model.put("type", "object");
        if (schema.has("x-id-prefix")) {
            model.putObject("properties").putObject("value").put("type", "string").put("format", "uuid");
            return;
        }
        model.put("x-versioned", Schemas.isVersioned(joined, schema)).put("x-list", Schemas.isList(joined, schema));
        members(model, schema, name);
        Map<String, String> taken = new LinkedHashMap<>();
        model.path("properties").fieldNames().forEachRemaining(property -> apart(name, taken, Names.member(property), property));
    }

    /** Adds the members of a schema and of all its parts, flattened. */
    private void members(ObjectNode model, JsonNode schema, String name) {
        for (JsonNode part : schema.path("allOf")) {
            members(model, Schemas.follow(joined, part), name);
        }
        ObjectNode properties = model.withObjectProperty("properties");
        String discriminator = discriminatorOf(name);
        for (var property : schema.path("properties").properties()) {
            boolean expanded = property.getValue().path("x-expanded").asBoolean();
            if (!(server && expanded) && !property.getKey().equals(discriminator)) {
                properties.set(property.getKey(), use(property.getValue(), name + Names.type(property.getKey())));
            }
        }
        for (JsonNode required : schema.path("required")) {
            if (properties.has(required.asText())) {
                model.withArrayProperty("required").add(required);
            }
        }
        JsonNode others = schema.path("additionalProperties");
        if (others.isObject() || others.asBoolean()) {
            model.put("x-open", true);
        }
    }

    /** The discriminator member of a variant. The record doesn't have it, since its type determines it. */
    private String discriminatorOf(String variant) {
        for (var schema : joined.at("/components/schemas").properties()) {
            for (JsonNode way : schema.getValue().path("oneOf")) {
                if (variant.equals(Schemas.name(way)) && schema.getValue().has("discriminator")) {
                    return schema.getValue().path("discriminator").path("propertyName").asText();
                }
            }
        }
        return null;
    }

    private void union(ObjectNode model, JsonNode schema, String name) {
        JsonNode mapping = schema.path("discriminator").path("mapping");
        String property = schema.path("discriminator").path("propertyName").asText();
        if (mapping.size() != schema.path("oneOf").size()) {
            throw new SpecMistakes(name + ": the discriminator's mapping must name each variant once");
        }
        model.put("type", "object").put("x-sealed", property).put("x-versioned", Schemas.isVersioned(joined, schema));
        model.putObject("properties").putObject(property).put("type", "string");
        ArrayNode variants = model.putArray("x-variants");
        for (var entry : mapping.properties()) {
            String reference = entry.getValue().asText();
            variants.addObject().put("value", entry.getKey()).put("type", reference)
                    .put("last", variants.size() == mapping.size());
        }
    }
}
