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
 * What the server's and the client's generator share: openapi-generator reads the view, names the types and fills the templates;
 * everything that needs a decision is decided here, in Java, and handed to the templates as text, so that they hold no logic.
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
     * @param basePackage of what is generated; models are in {@code .model} below it
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
        // No type is called by a word of the language, since those are in lower case; Names looks after members.
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

    /** Names the templates and gives them what isn't bound to one model or one interface. */
    abstract void prepare();

    /** Fills in one model. */
    abstract void model(CodegenModel model, JsonNode schema);

    /** Fills in one API class with its operations. */
    abstract void api(OperationsMap api, List<CodegenOperation> operations);

    /** The name of the API class that an operation belongs to, with the folder that it is in. */
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

    /** Says nothing: the build is quiet. */
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

    /** The text of a record without what must not come into a log. */
    private static String masked(CodegenModel model, JsonNode schema) {
        List<String> members = model.vars.stream()
                .map(variable -> variable.name + "=" + (isSecret(schema, variable) ? "***" : "\" + " + variable.name + " + \""))
                .toList();
        return "\"" + model.classname + "[" + String.join(", ", members) + "]\"";
    }

    /** What the document says of a model and of its members. */
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

    /** The record of an operation's parameters that aren't in its path; null if it has none. */
    protected static String options(CodegenOperation operation) {
        String reference = (String) operation.vendorExtensions.get("x-query");
        return reference == null ? null : reference.substring(reference.lastIndexOf('/') + 1);
    }

    /** The schema of the view that a property comes from. */
    protected static JsonNode property(JsonNode schema, CodegenProperty variable) {
        return schema.path("properties").path(variable.baseName);
    }

    /** The Java type of an answer: of a list its entries' type, {@code Download} of what is streamed, {@code Void} where there is no body. */
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

    /** The unions that a model is a variant of, by their names. */
    protected final List<String> unionsOf(String name) {
        return view.at("/components/schemas").properties().stream()
                .filter(schema -> variants(schema.getValue()).containsValue(name))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The variants of a union: the discriminator's value to the model's name; empty for anything else. */
    protected static Map<String, String> variants(JsonNode schema) {
        var variants = new LinkedHashMap<String, String>();
        for (JsonNode variant : schema.path("x-variants")) {
            String reference = variant.path("type").asText();
            variants.put(variant.path("value").asText(), reference.substring(reference.lastIndexOf('/') + 1));
        }
        return variants;
    }
}
