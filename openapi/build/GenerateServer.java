import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openapitools.codegen.CodegenModel;
import org.openapitools.codegen.CodegenOperation;
import org.openapitools.codegen.CodegenParameter;
import org.openapitools.codegen.CodegenProperty;
import org.openapitools.codegen.model.OperationsMap;

/** Generates the server's side: records, enumerations and ids, one interface per resource, {@code Operation} and {@code Scopes}. */
final class GenerateServer extends JavaCode {

    private final List<String> scopes;

    GenerateServer(ObjectNode joined, Map<String, Policy> policies, Path out, Path templates) {
        super(View.forServer(joined, policies), policies, out, templates, "org.guildhall.api");
        List<String> all = new ArrayList<>();
        joined.at("/components/schemas/Scope/enum").forEach(scope -> all.add(scope.asText()));
        scopes = all;
    }

    @Override
    public String getHelp() {
        return "Generates interfaces and records of a server whose handlers return values.";
    }

    @Override
    void prepare() {
        modelTemplateFiles.put("model.mustache", ".java");
        apiTemplateFiles.put("api.mustache", ".java");
        String folder = apiPackage.replace('.', '/');
        supportingFile("operation.mustache", folder, "Operation.java");
        supportingFile("scopes.mustache", folder, "Scopes.java");
        additionalProperties.put("x-operations", policies.values().stream().map(GenerateServer::operation).toList());
        additionalProperties.put("x-scopes", scopes.stream().map(scope -> Map.of("x-value", scope)).toList());
    }

    private static Map<String, Object> operation(Policy policy) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("x-constant", policy.constant());
        entry.put("x-doc", policy.method() + " {@code " + policy.path() + "}");
        entry.put("x-arguments", String.join(", ",
                text(policy.id()), text(policy.tag()), text(policy.method()), text(policy.path()), String.valueOf(policy.status()),
                text(policy.scope()), "Access." + policy.access(), String.valueOf(policy.mutation()), text(policy.auditAction()),
                "IfMatch." + policy.ifMatch(), String.valueOf(policy.rateCost()), String.valueOf(policy.secret()),
                String.valueOf(policy.allowedWhenSuspended()), String.valueOf(policy.dryRun()), String.valueOf(policy.list()),
                expands(policy.expands()), text(policy.requestType()), text(policy.responseType()), texts(policy.streamTypes()),
                policy.streamBytesMax() + "L", texts(policy.downloadTypes())));
        return entry;
    }

    private static String texts(List<String> texts) {
        return "List.of(" + String.join(", ", texts.stream().map(JavaCode::text).toList()) + ")";
    }

    private static String expands(Map<String, String> expands) {
        List<String> pairs = new ArrayList<>();
        expands.forEach((name, scope) -> pairs.add("Map.entry(" + text(name) + ", " + text(scope) + ")"));
        return pairs.isEmpty() ? "Map.of()" : "Map.ofEntries(" + String.join(", ", pairs) + ")";
    }

    @Override
    String group(Policy policy) {
        return policy.tag() + "/" + Names.type(policy.handler()) + "Api";
    }

    @Override
    void model(CodegenModel model, JsonNode schema) {
        Map<String, Object> facts = model.getVendorExtensions();
        Map<String, String> variants = variants(schema);
        List<String> implemented = new ArrayList<>(unionsOf(model.name));
        if (schema.path("x-versioned").asBoolean()) {
            implemented.add("Versioned");
        }
        String word = variants.isEmpty() ? " implements " : " extends ";
        facts.put("x-implements", implemented.isEmpty() ? "" : word + String.join(", ", implemented));
        facts.put("x-permits", String.join(", ", variants.values()));
        List<Map<String, Object>> subtypes = new ArrayList<>();
        variants.forEach((value, type) -> subtypes.add(Map.of("x-value", text(value), "x-type", type)));
        facts.put("x-subtypes", subtypes);
        facts.put("x-components", String.join(",\n", model.vars.stream().map(variable -> component(schema, variable)).toList()));
    }

    private static String component(JsonNode schema, CodegenProperty variable) {
        JsonNode property = property(schema, variable);
        boolean optional = !variable.required || property.path("x-null").asBoolean() || schema.path("x-merge-patch").asBoolean();
        String type = optional ? "@Nullable " + variable.dataType : PRIMITIVES.getOrDefault(variable.dataType, variable.dataType);
        String personal = property.path("x-personal").asBoolean() ? "@Personal " : "";
        return "        @JsonProperty(" + text(variable.baseName) + ") " + personal + type + " " + variable.name;
    }

    @Override
    void api(OperationsMap api, List<CodegenOperation> operations) {
        String group = group(policies.get(operations.getFirst().operationId));
        Policy first = policies.get(operations.getFirst().operationId);
        api.put("x-package", apiPackage + "." + first.tag());
        api.put("x-interface", group.substring(group.indexOf('/') + 1));
        api.put("x-resource", first.handler());
        operations.sort(Comparator.comparing(operation -> policies.get(operation.operationId), Policy.LITERAL_FIRST));
        List<Map<String, Object>> bindings = new ArrayList<>();
        for (CodegenOperation operation : operations) {
            bindings.add(describe(operation));
        }
        api.put("x-bindings", bindings);
    }

    private Map<String, Object> describe(CodegenOperation operation) {
        Policy policy = policies.get(operation.operationId);
        List<String> parameters = new ArrayList<>(List.of("C call"));
        List<String> arguments = new ArrayList<>(List.of("call"));
        for (String name : Names.braces(policy.path())) {
            CodegenParameter parameter = operation.pathParams.stream().filter(one -> one.baseName.equals(name)).findFirst().orElseThrow();
            parameters.add(parameter.dataType + " " + parameter.paramName);
            arguments.add("in.path(" + text(name) + ", " + parse(parameter) + ")");
        }
        String query = options(operation);
        if (query != null) {
            parameters.add(query + " query");
            arguments.add("in.query(" + query + ".class)");
        }
        body(operation, policy, parameters, arguments);
        String answer = answer(operation);
        Map<String, Object> facts = operation.vendorExtensions;
        facts.put("x-returns", "Reply<" + (policy.list() ? "Page<" + answer + ">" : answer) + ">");
        facts.put("x-parameters", String.join(", ", parameters));
        facts.put("x-doc", doc(operation, policy));
        return Map.of("x-constant", policy.constant(), "x-method", policy.id(), "x-arguments", String.join(", ", arguments));
    }

    private static void body(CodegenOperation operation, Policy policy, List<String> parameters, List<String> arguments) {
        if (!policy.streamTypes().isEmpty()) {
            parameters.add("Upload body");
            arguments.add("in.upload()");
        }
        if (policy.requestType() == null) {
            return;
        }
        String type = operation.bodyParam.dataType;
        if (policy.requestType().equals("application/merge-patch+json")) {
            parameters.add("Patch<" + type + "> patch");
            arguments.add("in.patch(" + type + ".class)");
        } else if (policy.requestType().equals("application/json")) {
            parameters.add(type + " body");
            arguments.add("in.body(" + type + ".class)");
        } else {
            parameters.add("byte[] body");
            arguments.add("in.raw()");
        }
    }

    /** The conversion of a path parameter's text to its type: an id, a number or an enumeration; any other type stays text. */
    private static String parse(CodegenParameter parameter) {
        return switch (parameter.dataType) {
            case "String" -> "text -> text";
            case "Integer", "Long" -> parameter.dataType + "::valueOf";
            case "LocalDate", "Instant", "UUID" -> parameter.dataType + (parameter.dataType.equals("UUID") ? "::fromString" : "::parse");
            default -> parameter.dataType + (parameter.isEnumRef ? "::fromValue" : "::parse");
        };
    }

    private static String doc(CodegenOperation operation, Policy policy) {
        String asks = policy.scope() == null ? "" : " Requires the scope {@code " + policy.scope() + "}.";
        String summary = operation.summary == null ? policy.id() : operation.summary.strip();
        String text = Javadoc.of((summary.endsWith(".") ? summary : summary + ".") + "\n\n"
                + (operation.unescapedNotes == null ? "" : operation.unescapedNotes), 4);
        return text + "\n     *\n     * <p>{@code " + policy.method() + " " + policy.path() + "}." + asks;
    }
}
