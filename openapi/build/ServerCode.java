import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.openapitools.codegen.CodegenModel;
import org.openapitools.codegen.CodegenOperation;
import org.openapitools.codegen.CodegenParameter;
import org.openapitools.codegen.CodegenProperty;
import org.openapitools.codegen.model.OperationsMap;

/** The server's half: records, enumerations and ids, one interface per resource, {@code Operation} and {@code Scopes}. */
final class ServerCode extends JavaCode {

    /** The members of the generated {@code Operation}: their types, names, documentation, and the code of each value. */
    private static final List<Member> MEMBERS = List.of(
            new Member("String", "id", "The operationId, {@code createProduct}.", policy -> text(policy.id())),
            new Member("String", "tag", "The resource that it belongs to, {@code plan-ladders}.", policy -> text(policy.tag())),
            new Member("String", "method", "The HTTP method, in upper case.", policy -> text(policy.method())),
            new Member("String", "path", "The whole path, with the braces of its parameters.", policy -> text(policy.path())),
            new Member("int", "status", "The status of its success answer.", policy -> String.valueOf(policy.status())),
            new Member("@Nullable String", "scope", "The one scope that it requires; null unless its access is SCOPED.", policy -> text(policy.scope())),
            new Member("Access", "access", "The callers that it admits.", policy -> "Access." + policy.access()),
            new Member("boolean", "mutation", "True if it changes data: it takes a key, a transaction and an audit event.",
                    policy -> String.valueOf(policy.mutation())),
            new Member("@Nullable String", "auditAction", "The action of its audit event; null unless it is a mutation.",
                    policy -> text(policy.auditAction())),
            new Member("@Nullable String", "auditCategory", "The category of its audit event; null unless it is a mutation.",
                    policy -> text(policy.auditCategory())),
            new Member("IfMatch", "ifMatch", "Its use of {@code If-Match}.", policy -> "IfMatch." + policy.ifMatch()),
            new Member("int", "rateCost", "The number of requests that one call takes from the rate limit.", policy -> String.valueOf(policy.rateCost())),
            new Member("boolean", "secret", "True if its reply shows a secret, once.", policy -> String.valueOf(policy.secret())),
            new Member("boolean", "external", "True if its reply needs the answer of a call outside, between two transactions.",
                    policy -> String.valueOf(policy.external())),
            new Member("boolean", "publiclyCached", "True if any cache may keep its answer for a short time.",
                    policy -> String.valueOf(policy.publiclyCached())),
            new Member("boolean", "allowedWhenSuspended", "True if a suspended tenant may still call it.",
                    policy -> String.valueOf(policy.allowedWhenSuspended())),
            new Member("boolean", "dryRun", "True if it takes {@code dry_run}.", policy -> String.valueOf(policy.dryRun())),
            new Member("boolean", "list", "True if it answers a page of a list.", policy -> String.valueOf(policy.list())),
            new Member("Map<String, String>", "expands", "The references that {@code expand} may name, with the scope that each needs.",
                    policy -> expands(policy.expands())),
            new Member("@Nullable String", "requestType", "The media type of its JSON body; null without one.", policy -> text(policy.requestType())),
            new Member("@Nullable String", "responseType", "The media type of its success answer; null without a body, and for a download.",
                    policy -> text(policy.responseType())),
            new Member("List<String>", "streamTypes", "The media types of a body that is streamed instead of held as JSON; empty otherwise.",
                    policy -> texts(policy.streamTypes())),
            new Member("long", "streamBytesMax", "The most bytes that such a body may have; 0 without one.", policy -> policy.streamBytesMax() + "L"),
            new Member("List<String>", "downloadTypes", "The media types of an answer that is streamed; empty otherwise.",
                    policy -> texts(policy.downloadTypes())));

    private record Member(String type, String name, String doc, Function<Policy, String> code) {}

    private final List<String> scopes;

    ServerCode(ObjectNode joined, Map<String, Policy> policies, Path out, Path templates) {
        super(GeneratorView.forServer(joined, policies), policies, out, templates, "org.guildhall.api");
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
        additionalProperties.put("x-operations", policies.values().stream().map(ServerCode::operation).toList());
        additionalProperties.put("x-members", MEMBERS.stream()
                .map(member -> Map.of("x-type", member.type(), "x-name", member.name(), "x-doc", member.doc())).toList());
        additionalProperties.put("x-scopes", scopes.stream().map(scope -> Map.of("x-value", scope)).toList());
    }

    private static Map<String, Object> operation(Policy policy) {
        return Map.of(
                "x-constant", policy.constant(),
                "x-doc", policy.method() + " {@code " + policy.path() + "}",
                "x-arguments", String.join(", ", MEMBERS.stream().map(member -> member.code().apply(policy)).toList()));
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
        return policy.domain() + "/" + Names.type(policy.tag()) + "Api";
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
        api.put("x-package", apiPackage + "." + first.domain());
        api.put("x-interface", group.substring(group.indexOf('/') + 1));
        api.put("x-resource", first.tag());
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
        } else if (policy.requestType().equals("application/json") && !type.contains("<")) {
            parameters.add(type + " body");
            arguments.add("in.body(" + type + ".class)");
        } else {
            // A body of any form, such as an event of a payment provider, is handed over as it was sent.
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
