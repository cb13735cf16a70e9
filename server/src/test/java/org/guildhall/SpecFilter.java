package org.guildhall;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.guildhall.api.Operation;
import org.guildhall.core.json.Spec;
import org.opentest4j.AssertionFailedError;

/** Checks every response of a test against the document: its status, its media type and its body must be documented. */
public final class SpecFilter implements Filter {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Schemas that can have members beyond the documented ones. */
    private static final Set<String> OPEN = Set.of("Problem", "ExceededEntitlement");

    public static final SpecFilter INSTANCE = new SpecFilter();

    private static final List<String> OF_HTTP =
            List.of("Content-Type", "Content-Length", "Content-Encoding", "Date", "Connection", "Transfer-Encoding", "Vary");

    private final Spec spec = closed(new Spec());
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

    /** The document with all open schemas closed: clients must accept unknown members, but the server sends documented ones only. */
    private static Spec closed(Spec spec) {
        try {
            var document = JSON.readTree(spec.json());
            document.at("/components/schemas").properties().stream().filter(schema -> !OPEN.contains(schema.getKey())).forEach(schema -> close(schema.getValue()));
            return new Spec(JSON.writeValueAsBytes(document), spec.yaml());
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode schema && schema.path("x-extensible-enum") instanceof ArrayNode known) {
            var values = schema.putArray("enum").addAll(known);
            if (schema.path("type").isArray()) {
                values.addNull();
            }
        }
        if (node instanceof ObjectNode schema && schema.has("properties") && schema.path("additionalProperties").asBoolean()) {
            schema.put("additionalProperties", false);
        }
        node.forEach(SpecFilter::close);
    }

    @Override
    public Response filter(FilterableRequestSpecification request, FilterableResponseSpecification answer, FilterContext context) {
        var response = context.next(request, answer);
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        response.headers().forEach(header -> headers.put(header.getName(), header.getValue()));
        check(request.getMethod(), java.net.URI.create(request.getURI()), response.statusCode(), headers, response.asByteArray());
        return response;
    }

    /** Refuses an undocumented response. Paths and methods outside the document aren't checked. */
    public void check(String method, java.net.URI uri, int status, Map<String, String> headers, byte[] body) {
        var path = uri.getRawPath();
        var template = templates.entrySet().stream()
                .filter(entry -> entry.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .min(java.util.Comparator.comparingInt(found -> found.contains("{") ? 1 : 0))
                .orElse(null);
        if (template != null && document.path("paths").path(template).has(method.toLowerCase())) {
            boolean narrowed = uri.getRawQuery() != null && uri.getRawQuery().contains("fields=");
            check(method, template, status, headers.getOrDefault("Content-Type", ""), body, narrowed);
            headers(method, template, status, headers);
        }
    }

    /** Every header must be documented for the status, except those of HTTP, CORS and caching. */
    private void headers(String method, String template, int status, Map<String, String> headers) {
        var responses = document.at("/paths/" + template.replace("/", "~1") + "/" + method.toLowerCase() + "/responses");
        var known = new TreeSet<String>(String.CASE_INSENSITIVE_ORDER);
        known.addAll(OF_HTTP);
        // A 304 has the headers of the 200 that it replaces (RFC 9110).
        for (var code : status == 304 ? List.of("304", "200") : List.of(String.valueOf(status))) {
            var response = responses.path(code);
            var documented = response.has("$ref") ? document.at(response.get("$ref").asText().substring(1)) : response;
            documented.path("headers").fieldNames().forEachRemaining(known::add);
        }
        headers.forEach((name, value) -> {
            boolean usual = name.equalsIgnoreCase("Cache-Control") && value.equals("private, no-cache");
            if (!usual && !known.contains(name) && !name.toLowerCase().startsWith("access-control-")) {
                throw new AssertionFailedError(method + " " + template + " " + status + " sends " + name + ": " + value + ", which isn't documented");
            }
        });
    }

    private void check(String method, String template, int status, String contentType, byte[] body, boolean narrowed) {
        var what = method + " " + template + " " + status;
        var pointer = "/paths/" + template.replace("/", "~1") + "/" + method.toLowerCase() + "/responses/" + status;
        var node = document.at(pointer);
        if (node.isMissingNode()) {
            throw new AssertionFailedError(what + " isn't documented: " + new String(body, UTF_8));
        }
        if (node.has("$ref")) {
            pointer = node.get("$ref").asText().substring(1);
            node = document.at(pointer);
        }
        if (!node.has("content")) {
            if (body.length > 0) {
                throw new AssertionFailedError(what + " has a body, the document has none");
            }
            return;
        }
        var type = contentType.split(";")[0];
        if (!node.get("content").has(type)) {
            throw new AssertionFailedError(what + " is " + type + ", the document says " + node.get("content").fieldNames().next());
        }
        if (!type.matches(".*[/+]json") || narrowed && status < 300) {
            return;
        }
        var schema = schemas.computeIfAbsent(pointer + "/content/" + type.replace("/", "~1") + "/schema", spec::schema);
        try {
            List<?> errors = schema.validate(JSON.readTree(body));
            if (!errors.isEmpty()) {
                throw new AssertionFailedError(what + " isn't as documented: " + errors + "\n" + new String(body, UTF_8));
            }
        } catch (IOException notJson) {
            throw new AssertionFailedError(what + " isn't JSON: " + new String(body, UTF_8), notJson);
        }
    }
}
