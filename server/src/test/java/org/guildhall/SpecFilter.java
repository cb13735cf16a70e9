package org.guildhall;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.guildhall.api.Operation;
import org.guildhall.core.http.Spec;
import org.opentest4j.AssertionFailedError;

/** Holds every answer of a test against the document: its status must be documented, its media type and its body must be as said there. */
public final class SpecFilter implements Filter {

    private static final ObjectMapper JSON = new ObjectMapper();

    public static final SpecFilter INSTANCE = new SpecFilter();

    private final Spec spec = new Spec();
    private final JsonNode document;
    private final Map<Pattern, String> templates = new HashMap<>();
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private SpecFilter() {
        try {
            document = JSON.readTree(spec.json());
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
        for (var operation : Operation.values()) {
            templates.put(Pattern.compile(operation.path().replaceAll("\\{[^}]+}", "[^/]+").replace(".", "\\.")), operation.path());
        }
    }

    @Override
    public Response filter(FilterableRequestSpecification request, FilterableResponseSpecification answer, FilterContext context) {
        var response = context.next(request, answer);
        var path = java.net.URI.create(request.getURI()).getRawPath();
        var template = templates.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .min(java.util.Comparator.comparingInt(found -> found.contains("{") ? 1 : 0))
                .orElse(null);
        if (template != null && document.path("paths").path(template).has(request.getMethod().toLowerCase())) {
            check(request, template, response);
        }
        return response;
    }

    private void check(FilterableRequestSpecification request, String template, Response response) {
        var what = request.getMethod() + " " + template + " " + response.statusCode();
        var pointer = "/paths/" + template.replace("/", "~1") + "/" + request.getMethod().toLowerCase() + "/responses/" + response.statusCode();
        var node = document.at(pointer);
        if (node.isMissingNode()) {
            throw new AssertionFailedError(what + " isn't documented: " + response.asString());
        }
        if (node.has("$ref")) {
            pointer = node.get("$ref").asText().substring(1);
            node = document.at(pointer);
        }
        var body = response.asByteArray();
        if (!node.has("content")) {
            if (body.length > 0) {
                throw new AssertionFailedError(what + " has a body, the document has none");
            }
            return;
        }
        var type = response.contentType().split(";")[0];
        if (!node.get("content").has(type)) {
            throw new AssertionFailedError(what + " is " + type + ", the document says " + node.get("content").fieldNames().next());
        }
        if (!type.endsWith("json") || request.getQueryParams().containsKey("fields") || request.getURI().contains("fields=")) {
            return;
        }
        var schema = schemas.computeIfAbsent(pointer + "/content/" + type.replace("/", "~1") + "/schema", spec::schema);
        try {
            List<?> errors = schema.validate(JSON.readTree(body));
            if (!errors.isEmpty()) {
                throw new AssertionFailedError(what + " isn't as documented: " + errors + "\n" + response.asString());
            }
        } catch (IOException notJson) {
            throw new AssertionFailedError(what + " isn't JSON: " + response.asString(), notJson);
        }
    }
}
