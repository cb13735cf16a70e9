import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Completes the published document: adds the parameters, headers and problems that follow from each operation's policy, so that no source
 * repeats or forgets them. Members that a source has itself are kept.
 */
final class PublishedDocument {

    /** The media type of a dry run's answer that lists all changes. */
    static final String DRY_RUN = "application/vnd.guildhall.dry-run+json";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final ObjectNode document;
    private final List<String> missing = new ArrayList<>();

    private PublishedDocument(ObjectNode document) {
        this.document = document;
    }

    /**
     * The published document.
     *
     * @param joined the joined document, which is not changed
     */
    static ObjectNode published(ObjectNode joined, Map<String, Policy> policies) {
        var published = new PublishedDocument(joined.deepCopy());
        for (Policy policy : policies.values()) {
            var item = (ObjectNode) published.document.path("paths").path(policy.path());
            published.complete(item, (ObjectNode) item.path(policy.method().toLowerCase(Locale.ROOT)), policy);
        }
        if (!published.missing.isEmpty()) {
            throw new SpecMistakes(published.missing.stream().distinct().sorted().toList());
        }
        published.document.path("tags").forEach(tag -> ((ObjectNode) tag).remove("x-audit-category"));
        OpenAnswers.open(published.document);
        Schemas.prune(published.document, Set.of("#/components/schemas/Scope"));
        return published.document;
    }

    private void complete(ObjectNode item, ObjectNode operation, Policy policy) {
        parametersOf(policy).forEach(name -> parameter(item, operation, name));
        var responses = (ObjectNode) operation.get("responses");
        success(responses, policy);
        problems(responses, policy);
        var sorted = new TreeMap<String, JsonNode>();
        responses.properties().forEach(response -> sorted.put(response.getKey(), response.getValue()));
        responses.removeAll();
        responses.setAll(sorted);
    }

    /** The names of the shared parameters that follow from an operation's policy. */
    static List<String> parametersOf(Policy policy) {
        Map<String, Boolean> wanted = new LinkedHashMap<>();
        wanted.put("DryRun", policy.dryRun());
        wanted.put("Limit", policy.list());
        wanted.put("Cursor", policy.list());
        wanted.put("Fields", policy.list() || policy.resource());
        wanted.put("IdempotencyKey", policy.mutation());
        wanted.put("AuditReason", policy.mutation());
        wanted.put("IfMatch", policy.ifMatch().equals("OPTIONAL"));
        wanted.put("IfMatchRequired", policy.ifMatch().equals("REQUIRED"));
        wanted.put("IfNoneMatch", policy.resource() || policy.publiclyCached());
        wanted.values().removeIf(want -> !want);
        return List.copyOf(wanted.keySet());
    }

    private void parameter(ObjectNode item, ObjectNode operation, String name) {
        JsonNode shared = Schemas.follow(document, reference("parameters", name));
        for (JsonNode own : Schemas.parameters(document, item, operation)) {
            if (own.path("name").equals(shared.path("name")) && own.path("in").equals(shared.path("in"))) {
                return;
            }
        }
        operation.withArrayProperty("parameters").add(reference("parameters", name));
    }

    private void success(ObjectNode responses, Policy policy) {
        String status = String.valueOf(policy.status());
        ObjectNode response = answer(responses, status, policy);
        header(response, policy.versioned() && !policy.list() || policy.publiclyCached(), "ETag", "ETag");
        header(response, policy.status() == 201 || policy.status() == 202, "Location", "Location");
        header(response, policy.list(), "Link", "Link");
        // A creation that finds its resource in place answers 200 beside 201, with the same body and without an ETag.
        if (policy.status() == 201 && responses.has("200")) {
            answer(responses, "200", policy);
        }
    }

    private ObjectNode answer(ObjectNode responses, String status, Policy policy) {
        ObjectNode response = Schemas.follow(document, responses.get(status)).deepCopy();
        responses.set(status, response);
        headers(response, policy);
        header(response, policy.mutation(), "Idempotency-Replayed", "IdempotencyReplayed");
        header(response, policy.secret(), "Cache-Control", "CacheNever");
        header(response, policy.publiclyCached(), "Cache-Control", "CacheBriefly");
        if (policy.dryRun()) {
            dryRun(response, policy);
        }
        return response;
    }

    /**
     * A dry run has the same answer as the real call, so that every generated client can read it. The list of changes is a second media type of
     * that answer. Generators use the first media type, which remains the ordinary one.
     */
    private void dryRun(ObjectNode response, Policy policy) {
        header(response, true, "Dry-Run", "DryRunHeader");
        if (policy.responseType() != null) {
            response.withObjectProperty("content").putObject(DRY_RUN).set("schema", reference("schemas", "DryRunResult"));
        }
    }

    private void headers(ObjectNode response, Policy policy) {
        header(response, true, "Request-Id", "RequestId");
        header(response, !policy.open(), "RateLimit", "RateLimit");
        header(response, !policy.open(), "RateLimit-Policy", "RateLimitPolicy");
    }

    private void header(ObjectNode response, boolean wanted, String name, String component) {
        if (wanted && !response.path("headers").has(name)) {
            response.withObjectProperty("headers").set(name, reference("headers", component));
        }
    }

    private void problems(ObjectNode responses, Policy policy) {
        boolean body = policy.takesBody();
        problem(responses, policy.resource() || policy.publiclyCached(), "304", "NotModified");
        problem(responses, true, "400", "BadRequest");
        problem(responses, !policy.open() || policy.signed(), "401", "Unauthorized");
        problem(responses, !policy.open(), "403", "Forbidden");
        problem(responses, policy.path().contains("{"), "404", "NotFound");
        problem(responses, policy.answersBody(), "406", "NotAcceptable");
        problem(responses, body, "408", "RequestTimeout");
        problem(responses, policy.mutation(), "409", "Conflict");
        problem(responses, !policy.ifMatch().equals("NONE"), "412", "PreconditionFailed");
        problem(responses, body, "413", "BodyTooLarge");
        problem(responses, body, "415", "UnsupportedMediaType");
        problem(responses, policy.mutation() || body, "422", "UnprocessableContent");
        problem(responses, policy.ifMatch().equals("REQUIRED"), "428", "PreconditionRequired");
        problem(responses, true, "429", "RateLimited");
        problem(responses, true, "500", "InternalError");
        problem(responses, true, "503", "Unavailable");
    }

    private void problem(ObjectNode responses, boolean wanted, String status, String component) {
        if (wanted && !responses.has(status)) {
            responses.set(status, reference("responses", component));
        }
    }

    private ObjectNode reference(String section, String name) {
        if (!document.path("components").path(section).has(name)) {
            missing.add("shared/" + section + ".yaml has no " + name);
        }
        return JSON.objectNode().put("$ref", "#/components/" + section + "/" + name);
    }
}
