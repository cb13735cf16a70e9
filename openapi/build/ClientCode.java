import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.openapitools.codegen.CodegenModel;
import org.openapitools.codegen.CodegenOperation;
import org.openapitools.codegen.CodegenParameter;
import org.openapitools.codegen.CodegenProperty;
import org.openapitools.codegen.model.OperationsMap;

/**
 * The client's half: models that lose nothing which they don't know, and for each tag an interface with a method per operation, and the class that sends its requests.
 *
 * <p>A model that only requests use has no unknown members, and its required numbers are primitive. A model that answers use keeps unknown
 * members in {@code additional}, and all its members may be null, since {@code fields} leaves members out.
 */
final class ClientCode extends JavaCode {

    private static final String COMPONENTS = "#/components/schemas/";

    private final Set<String> sent = new HashSet<>();
    private final Set<String> received = new HashSet<>();

    ClientCode(ObjectNode joined, Map<String, Policy> policies, Path out, Path templates) {
        super(GeneratorView.forClient(joined, policies), policies, out, templates, "org.guildhall.client");
        additionalProperties.put("x-headers", RequestHeaders.of(joined));
        for (JsonNode path : view.path("paths")) {
            for (JsonNode operation : path) {
                reach(operation.path("requestBody"), sent);
                reach(operation.path("responses"), received);
            }
        }
        for (String name : List.of("Problem", "DryRunResult")) {
            reach(JsonNodeFactory.instance.objectNode().put("$ref", COMPONENTS + name), received);
        }
    }

    private void reach(JsonNode node, Set<String> reached) {
        if (node.isTextual() && node.asText().startsWith(COMPONENTS)) {
            String name = node.asText().substring(COMPONENTS.length());
            if (reached.add(name)) {
                reach(view.path("components").path("schemas").path(name), reached);
            }
        }
        node.forEach(member -> reach(member, reached));
    }

    @Override
    public String getHelp() {
        return "Generates a client whose models keep unknown members.";
    }

    @Override
    void prepare() {
        modelTemplateFiles.put("model.mustache", ".java");
        apiTemplateFiles.put("api.mustache", ".java");
        apiTemplateFiles.put("client.mustache", "Client.java");
        supportingFile("apis.mustache", apiPackage.replace('.', '/'), "Apis.java");
        supportingFile("clients.mustache", apiPackage.replace('.', '/'), "ApiClients.java");
        supportingFile("headers.mustache", apiPackage.replace('.', '/'), "HeaderRules.java");
        typeMapping.put("object", "JsonNode");
        typeMapping.put("AnyType", "JsonNode");
        supportingFile("domains.mustache", apiPackage.replace('.', '/'), "Domains.java");
        Map<String, Set<String>> tags = new TreeMap<>();
        policies.values().forEach(policy -> tags.computeIfAbsent(policy.domain(), domain -> new TreeSet<>()).add(policy.tag()));
        List<Map<String, Object>> domains = new ArrayList<>();
        tags.forEach((domain, resources) -> domains.add(Map.of(
                "x-type", Names.type(domain),
                "x-name", Names.member(domain),
                "x-resources", resources.stream().map(tag -> Map.of("x-type", Names.type(tag) + "Api", "x-name", Names.member(tag))).toList())));
        additionalProperties.put("x-domains", domains);
    }

    @Override
    String group(Policy policy) {
        return Names.type(policy.tag()) + "Api";
    }

    @Override
    void model(CodegenModel model, JsonNode schema) {
        Map<String, Object> facts = model.getVendorExtensions();
        Map<String, String> variants = variants(schema);
        facts.put("x-permits", String.join("", variants.values().stream().map(variant -> variant + ", ").toList()) + model.classname + ".Unknown");
        List<Map<String, Object>> subtypes = new ArrayList<>();
        variants.forEach((value, type) -> subtypes.add(Map.of("x-value", text(value), "x-type", type)));
        facts.put("x-subtypes", subtypes);
        if (!schema.has("enum") && variants.isEmpty()) {
            record(model, schema, facts);
        }
    }

    private void record(CodegenModel model, JsonNode schema, Map<String, Object> facts) {
        boolean options = schema.path("x-query").asBoolean();
        boolean patch = schema.path("x-merge-patch").asBoolean();
        boolean open = received.contains(model.name);
        List<Member> members = model.vars.stream().map(variable -> member(variable, property(schema, variable), patch, options, open)).toList();
        List<String> components = new ArrayList<>(members.stream().map(Member::component).toList());
        List<String> arguments = new ArrayList<>(members.stream().map(Member::name).toList());
        if (open) {
            components.add("        @JsonAnySetter @JsonAnyGetter Map<String, JsonNode> additional");
            arguments.add("additional");
        }
        facts.put("x-components", String.join(",\n", components));
        facts.put("x-open", open);
        facts.put("x-wire", !options);
        facts.put("x-patch-members", patch ? members.stream().map(member -> Map.of("x-name", member.name())).toList() : List.of());
        discriminator(model, facts);
        if (!open || sent.contains(model.name)) {
            List<Member> required = members.stream().filter(Member::required).toList();
            if (required.size() < components.size()) {
                facts.put("x-required", constructor(model, members, required, open));
            }
            List<Map<String, String>> withers = new ArrayList<>(members.stream().map(member -> wither(member, arguments)).toList());
            if (open) {
                withers.add(Map.of("x-name", "Additional", "x-parameter", "Map<String, JsonNode> additional",
                        "x-doc", "Members that are unknown to this client.", "x-arguments", String.join(", ", arguments)));
            }
            facts.put("x-withers", withers);
        }
    }

    /** A variant of a union writes its discriminator. When reading, the union has already used it. */
    private void discriminator(CodegenModel model, Map<String, Object> facts) {
        List<String> unions = unionsOf(model.name);
        facts.put("x-implements", unions.isEmpty() ? "" : " implements " + String.join(", ", unions));
        for (String union : unions) {
            JsonNode schema = view.at("/components/schemas/" + union);
            variants(schema).forEach((value, name) -> {
                if (name.equals(model.name)) {
                    String property = schema.path("x-sealed").asText();
                    facts.put("x-discriminator", Map.of("x-property", property, "x-name", Names.member(property), "x-value", text(value)));
                }
            });
        }
    }

    /** A component of a record. */
    private record Member(String name, String wire, String type, String taken, boolean required, boolean patch, boolean removable, String doc, String component) {}

    private static Member member(CodegenProperty variable, JsonNode property, boolean patch, boolean options, boolean open) {
        String type = variable.dataType;
        boolean nullable = property.path("x-null").asBoolean();
        boolean required = variable.required && !patch;
        if (patch) {
            type = "JsonNullable<" + type + ">";
        } else if (required && !nullable && !open) {
            type = PRIMITIVES.getOrDefault(type, type);
        }
        String include = patch ? "@JsonInclude(JsonInclude.Include.NON_ABSENT) " : required ? "" : "@JsonInclude(JsonInclude.Include.NON_NULL) ";
        String annotations = options ? "" : "@JsonProperty(" + text(variable.baseName) + ") " + include;
        boolean list = options && variable.dataType.startsWith("List<");
        String taken = list ? variable.dataType.substring(5, variable.dataType.length() - 1) + "..." : patch ? variable.dataType : type;
        String doc = Javadoc.line(property.path("description").asText(""));
        return new Member(variable.name, variable.baseName, type, taken, required, patch, nullable, doc,
                "        " + annotations + type + " " + variable.name);
    }

    private static Map<String, String> constructor(CodegenModel model, List<Member> members, List<Member> required, boolean open) {
        List<String> arguments = new ArrayList<>();
        for (Member member : members) {
            arguments.add(member.required() ? member.name() : member.patch() ? "JsonNullable.undefined()" : "null");
        }
        if (open) {
            arguments.add("Map.of()");
        }
        String documented = String.join("", required.stream().filter(member -> !member.doc().isBlank())
                .map(member -> "\n     * @param " + member.name() + " " + member.doc()).toList());
        return Map.of(
                "x-doc", required.isEmpty() ? "     * Sets no member." : "     * Sets the required members only." + (documented.isEmpty() ? "" : "\n     *" + documented),
                "x-parameters", String.join(", ", required.stream().map(member -> member.type() + " " + member.name()).toList()),
                "x-arguments", String.join(", ", arguments));
    }

    private static Map<String, String> wither(Member member, List<String> all) {
        String name = member.name();
        String given = member.taken().endsWith("...") ? "List.of(" + name + ")" : name;
        String value = !member.patch() ? given : "JsonNullable.of(" + (member.removable() ? name : "Objects.requireNonNull(" + name + ")") + ")";
        String says = member.doc().isBlank() ? "Sets {@code " + member.wire() + "}." : member.doc();
        boolean told = member.doc().toLowerCase(Locale.ROOT).contains("null");
        String removes = member.patch() && member.removable() && !told ? " Null removes it." : "";
        return Map.of(
                "x-name", Names.type(name),
                "x-parameter", member.taken() + " " + name,
                "x-doc", says + removes,
                "x-arguments", String.join(", ", all.stream().map(one -> one.equals(name) ? value : one).toList()));
    }

    @Override
    void api(OperationsMap api, List<CodegenOperation> operations) {
        Policy first = policies.get(operations.getFirst().operationId);
        api.put("x-class", group(first));
        api.put("x-tag", first.tag());
        List<Map<String, Object>> methods = new ArrayList<>();
        operations.sort(Comparator.comparing(operation -> policies.get(operation.operationId), Policy.LITERAL_FIRST));
        operations.forEach(operation -> methods.addAll(methods(operation)));
        api.put("x-methods", methods);
    }

    private List<Map<String, Object>> methods(CodegenOperation operation) {
        Policy policy = policies.get(operation.operationId);
        var parameters = new LinkedHashMap<String, String>();
        var docs = new LinkedHashMap<String, String>();
        List<String> segments = new ArrayList<>();
        for (String name : Names.braces(policy.path())) {
            CodegenParameter parameter = operation.pathParams.stream().filter(one -> one.baseName.equals(name)).findFirst().orElseThrow();
            parameters.put(parameter.paramName, parameter.dataType);
            docs.put(parameter.paramName, parameter.unescapedDescription);
            segments.add(parameter.paramName);
        }
        StringBuilder request = new StringBuilder("Request." + (policy.mutation() ? "change" : "read") + "(" + text(policy.method()) + ", "
                + String.join(", ", prepend(text(policy.path()), segments)) + ")");
        if (!policy.downloadTypes().isEmpty()) {
            request.append(".accept(").append(text(String.join(", ", policy.downloadTypes()))).append(")");
        } else if (policy.responseType() != null && !isJson(policy.responseType())) {
            request.append(".accept(").append(text(policy.responseType())).append(")");
        }
        if (!policy.streamTypes().isEmpty()) {
            parameters.put("body", "Upload");
            docs.put("body", "the body, as " + String.join(" or ", policy.streamTypes().stream().map(type -> "{@code " + type + "}").toList()));
            request.append(".upload(body)");
        }
        if (policy.requestType() != null) {
            String body = policy.requestType().equals("application/merge-patch+json") ? "patch" : "body";
            parameters.put(body, operation.bodyParam.dataType);
            docs.put(body, body.equals("patch") ? "the members to change" : "the body");
            request.append(".body(").append(text(policy.requestType())).append(", ").append(body).append(")");
        }
        String options = options(operation);
        if (policy.ifMatch().equals("REQUIRED") && options == null) {
            parameters.put("ifMatch", "String");
            docs.put("ifMatch", "the {@code ETag} of the resource when it was last read; {@code *} for any version");
            request.append(".ifMatch(ifMatch)");
        }
        return overloads(operation, policy, parameters, docs, request.toString());
    }

    /** Two methods, with and without options, if there are options and none of them is required. */
    private List<Map<String, Object>> overloads(
            CodegenOperation operation, Policy policy, Map<String, String> parameters, Map<String, String> docs, String request) {
        String options = options(operation);
        JsonNode schema = options == null ? null : view.path("components").path("schemas").path(options);
        if (options == null) {
            options = policy.mutation() ? "WriteOptions" : policy.resource() || !policy.expands().isEmpty() ? "ReadOptions" : null;
        }
        List<Map<String, Object>> methods = new ArrayList<>();
        if (options == null || schema == null || schema.path("required").isEmpty()) {
            String plain = options == null ? null
                    : policy.call() + "(" + String.join(", ", append(parameters.keySet(), "new " + options + "()")) + ")";
            methods.add(method(operation, policy, parameters, docs, plain == null ? send(operation, policy, request) : plain));
        }
        if (options != null) {
            parameters.put("options", options);
            docs.put("options", "further options");
            methods.add(method(operation, policy, parameters, docs, send(operation, policy, request + told(schema))));
        }
        return methods;
    }

    private static String told(JsonNode schema) {
        if (schema == null) {
            return ".with(options)";
        }
        var told = new StringBuilder();
        for (var property : schema.path("properties").properties()) {
            String where = property.getValue().path("x-header").asBoolean() ? "header" : "query";
            told.append("\n                .").append(where).append("(").append(text(property.getKey())).append(", options.")
                    .append(Names.member(property.getKey())).append("())");
        }
        return told.toString();
    }

    private String send(CodegenOperation operation, Policy policy, String request) {
        if (!policy.downloadTypes().isEmpty()) {
            return "transport.download(" + request + ")";
        }
        return "transport." + (policy.list() ? "page" : "send") + "(" + request + ", " + type(operation, policy) + ".class)";
    }

    private String type(CodegenOperation operation, Policy policy) {
        if (policy.responseType() != null && !isJson(policy.responseType())) {
            return "String";
        }
        String type = answer(operation);
        if (type.contains("<")) {
            throw new SpecMistakes(policy.id() + ": the answer needs a schema with a name, or is any object at all");
        }
        return type;
    }

    private static boolean isJson(String mediaType) {
        return mediaType.endsWith("/json") || mediaType.endsWith("+json");
    }

    private Map<String, Object> method(
            CodegenOperation operation, Policy policy, Map<String, String> parameters, Map<String, String> docs, String expression) {
        String type = type(operation, policy);
        var declared = new ArrayList<String>();
        parameters.forEach((name, kind) -> declared.add(kind + " " + name));
        var doc = new StringBuilder(summary(operation, policy));
        docs.forEach((name, text) -> doc.append("\n     * @param ").append(name).append(' ')
                .append(text == null || text.isBlank() ? name : text.contains("{@code") ? text : Javadoc.line(text)));
        doc.append("\n     * @throws ProblemException if the server refuses it");
        return Map.of(
                "x-doc", doc.toString(),
                "x-returns", (policy.list() ? "Page<" : "Response<") + type + ">",
                "x-name", policy.call(),
                "x-operation", policy.id(),
                "x-parameters", String.join(", ", declared),
                "x-sends", expression.startsWith("transport."),
                "x-expression", expression);
    }

    private static String summary(CodegenOperation operation, Policy policy) {
        String summary = operation.summary == null ? policy.id() : operation.summary.strip();
        String text = (summary.endsWith(".") ? summary : summary + ".") + "\n\n" + (operation.unescapedNotes == null ? "" : operation.unescapedNotes);
        String asks = policy.scope() == null ? "" : " Requires the scope {@code " + policy.scope() + "}.";
        return Javadoc.of(text, 4) + "\n     *\n     * <p>{@code " + policy.method() + " " + policy.path() + "}." + asks + "\n     *";
    }

    private static List<String> prepend(String first, List<String> others) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private static List<String> append(Set<String> others, String last) {
        List<String> all = new ArrayList<>(others);
        all.add(last);
        return all;
    }
}
