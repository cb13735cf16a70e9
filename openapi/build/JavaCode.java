import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openapitools.codegen.ClientOptInput;
import org.openapitools.codegen.CodegenModel;
import org.openapitools.codegen.CodegenOperation;
import org.openapitools.codegen.CodegenProperty;
import org.openapitools.codegen.DefaultGenerator;
import org.openapitools.codegen.SupportingFile;
import org.openapitools.codegen.languages.AbstractJavaCodegen;
import org.openapitools.codegen.model.ModelMap;
import org.openapitools.codegen.model.ModelsMap;
import org.openapitools.codegen.model.OperationMap;
import org.openapitools.codegen.model.OperationsMap;

/**
 * The common part of the server's and the client's generator. openapi-generator reads the view, names the types and fills the templates.
 * All decisions are made here, in Java, and passed to the templates as text, so that templates contain no logic.
 */
abstract class JavaCode extends AbstractJavaCodegen {

    protected static final Map<String, String> PRIMITIVES =
            Map.of("Integer", "int", "Long", "long", "Boolean", "boolean", "Double", "double", "Float", "float");

    protected final ObjectNode view;
    protected final Map<String, Policy> policies;

    /**
     * @param view the document of {@link GeneratorView}
     * @param out where packages begin
     * @param templates the folder with the templates
     * @param basePackage the package of the generated code; models are in {@code .model} below it
     */
    JavaCode(ObjectNode view, Map<String, Policy> policies, Path out, Path templates, String basePackage) {
        this.view = view;
        this.policies = policies;
        setOutputDir(out.toString());
        setSourceFolder("");
        setTemplateDir(templates.toString());
        embeddedTemplateDir = templates.toString();
        setModelPackage(basePackage + ".model");
        setApiPackage(basePackage);
        setDateLibrary("java8");
        setUseOneOfInterfaces(false);
        setOpenApiNullable(false);
        setHideGenerationTimestamp(true);
        useBeanValidation = false;
        supportsInheritance = false;
        // Type names are never reserved words, since those are in lower case. Names handles members.
        reservedWords.clear();
    }

    @Override
    public String getName() {
        return "guildhall";
    }

    @Override
    public void processOpts() {
        super.processOpts();
        modelTemplateFiles.clear();
        apiTemplateFiles.clear();
        modelTestTemplateFiles.clear();
        apiTestTemplateFiles.clear();
        modelDocTemplateFiles.clear();
        apiDocTemplateFiles.clear();
        supportingFiles.clear();
        typeMapping.put("DateTime", "Instant");
        typeMapping.put("date", "LocalDate");
        typeMapping.put("URI", "String");
        additionalProperties.put("basePackage", apiPackage);
        additionalProperties.put("modelPackage", modelPackage);
        prepare();
    }

    /** Sets the templates and their global values. */
    abstract void prepare();

    /** Adds the template values of one model. */
    abstract void model(CodegenModel model, JsonNode schema);

    /** Adds the template values of one API class and its operations. */
    abstract void api(OperationsMap api, List<CodegenOperation> operations);

    /** The name and folder of the API class that an operation belongs to. */
    abstract String group(Policy policy);

    /** Writes all files. */
    final void run() {
        var options = new ParseOptions();
        options.setResolve(true);
        var parsed = new OpenAPIV3Parser().readContents(view.toString(), null, options);
        if (!parsed.getMessages().isEmpty()) {
            throw new SpecMistakes(parsed.getMessages());
        }
        OpenAPI document = parsed.getOpenAPI();
        var generator = new DefaultGenerator();
        generator.setGenerateMetadata(false);
        generator.opts(new ClientOptInput().openAPI(document).config(this)).generate();
    }

    /** Suppresses the generator's messages. */
    @Override
    public void postProcess() {}

    protected final void supportingFile(String template, String folder, String file) {
        supportingFiles.add(new SupportingFile(template, folder, file));
    }

    @Override
    public String toVarName(String name) {
        return Names.member(name);
    }

    @Override
    public String toParamName(String name) {
        return Names.member(name);
    }

    @Override
    public String toEnumVarName(String value, String datatype) {
        return Names.constant(value);
    }

    @Override
    public String toOperationId(String operationId) {
        return operationId;
    }

    @Override
    public String toApiName(String group) {
        return group;
    }

    @Override
    public String apiFilename(String template, String group) {
        return getOutputDir() + "/" + apiPackage.replace('.', '/') + "/" + group + apiTemplateFiles.get(template);
    }

    @Override
    public void addOperationToGroup(
            String tag, String path, Operation operation, CodegenOperation code, Map<String, List<CodegenOperation>> groups) {
        super.addOperationToGroup(group(policies.get(code.operationId)), path, operation, code, groups);
    }

    @Override
    public Map<String, ModelsMap> postProcessAllModels(Map<String, ModelsMap> models) {
        Map<String, ModelsMap> processed = super.postProcessAllModels(models);
        JsonNode schemas = view.at("/components/schemas");
        processed.keySet().removeIf(name -> name.equals("PageInfo") || schemas.path(name).path("x-list").asBoolean());
        for (var entry : processed.entrySet()) {
            for (ModelMap map : entry.getValue().getModels()) {
                CodegenModel model = map.getModel();
                JsonNode schema = schemas.path(entry.getKey());
                model.getVendorExtensions().put("x-doc", doc(model, schema));
                if (model.vars.stream().anyMatch(variable -> isSecret(schema, variable))) {
                    model.getVendorExtensions().put("x-masked", masked(model, schema));
                }
                model(model, schema);
            }
        }
        return processed;
    }

    private static boolean isSecret(JsonNode schema, CodegenProperty variable) {
        return property(schema, variable).path("format").asText().equals("password");
    }

    /** The {@code toString} of a record without values that must not be logged. */
    private static String masked(CodegenModel model, JsonNode schema) {
        List<String> members = model.vars.stream()
                .map(variable -> variable.name + "=" + (isSecret(schema, variable) ? "***" : "\" + " + variable.name + " + \""))
                .toList();
        return "\"" + model.classname + "[" + String.join(", ", members) + "]\"";
    }

    /** The Javadoc of a model and its members, from the document. */
    private static String doc(CodegenModel model, JsonNode schema) {
        String text = schema.path("description").asText(model.classname + ".");
        List<String> members = schema.has("x-id-prefix") || schema.has("x-sealed") ? List.of() : model.vars.stream()
                .filter(variable -> !property(schema, variable).path("description").asText().isBlank())
                .map(variable -> " * @param " + variable.name + " " + Javadoc.line(property(schema, variable).path("description").asText()))
                .toList();
        return Javadoc.of(text, 0) + (members.isEmpty() ? "" : "\n *\n" + String.join("\n", members));
    }

    @Override
    public OperationsMap postProcessOperationsWithModels(OperationsMap objects, List<ModelMap> models) {
        OperationsMap processed = super.postProcessOperationsWithModels(objects, models);
        OperationMap operations = processed.getOperations();
        api(processed, operations.getOperation());
        return processed;
    }

    /** A Java literal. */
    protected static String text(String value) {
        return value == null ? "null" : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** The record with an operation's parameters other than path parameters; null if it has none. */
    protected static String options(CodegenOperation operation) {
        String reference = (String) operation.vendorExtensions.get("x-query");
        return reference == null ? null : reference.substring(reference.lastIndexOf('/') + 1);
    }

    /** The view's schema of a property. */
    protected static JsonNode property(JsonNode schema, CodegenProperty variable) {
        return schema.path("properties").path(variable.baseName);
    }

    /** The Java type of an answer: for a list its entries' type, {@code Download} for a streamed answer, {@code Void} without a body. */
    protected final String answer(CodegenOperation operation) {
        Policy policy = policies.get(operation.operationId);
        if (!policy.downloadTypes().isEmpty()) {
            return "Download";
        }
        if (policy.responseType() == null) {
            return "Void";
        }
        if (!policy.list()) {
            return operation.returnType;
        }
        String list = Schemas.name(response(policy));
        JsonNode items = view.at("/components/schemas/" + list + "/properties/data/items");
        String item = Schemas.name(items);
        if (item == null) {
            throw new SpecMistakes(policy.id() + ": the entries of a list need a schema with a name");
        }
        return toModelName(item);
    }

    private JsonNode response(Policy policy) {
        return view.path("paths").path(policy.path()).path(policy.method().toLowerCase(Locale.ROOT)).path("responses")
                .path(String.valueOf(policy.status())).path("content").path(policy.responseType()).path("schema");
    }

    /** The names of the unions that a model is a variant of. */
    protected final List<String> unionsOf(String name) {
        return view.at("/components/schemas").properties().stream()
                .filter(schema -> variants(schema.getValue()).containsValue(name))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The variants of a union, from the discriminator's value to the model's name; empty if the schema is no union. */
    protected static Map<String, String> variants(JsonNode schema) {
        var variants = new LinkedHashMap<String, String>();
        for (JsonNode variant : schema.path("x-variants")) {
            String reference = variant.path("type").asText();
            variants.put(variant.path("value").asText(), reference.substring(reference.lastIndexOf('/') + 1));
        }
        return variants;
    }
}
