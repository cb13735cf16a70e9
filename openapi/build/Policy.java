import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The policy of one operation, read from the document for the generated {@code Operation} and for the completion of the document.
 *
 * @param method in upper case
 * @param path in full, with its braces
 * @param domain the group of its tag in {@code x-tagGroups}: the package of its interface, the accessor of the client
 * @param tag its resource: all operations with one tag share a server interface and a class of the client
 * @param status of the success answer
 * @param scope the only scope that it asks for; null unless {@code access} is SCOPED
 * @param access PUBLIC, OPTIONAL, AUTHENTICATED or SCOPED
 * @param signed true for a public POST whose body is signed by a secret of a resource; its handler makes the change and its audit event
 * @param auditAction what the audit trail calls the change; null for a read
 * @param auditCategory {@code x-audit-category} of its tag; null for a read
 * @param external true if the reply needs the answer of a call outside, which is made between two transactions
 * @param publiclyCached true if any cache may keep the answer for a short time; it has an ETag, also as a list
 * @param ifMatch NONE, OPTIONAL or REQUIRED
 * @param list true if the answer is a page of a list
 * @param versioned true if the answer is a resource with a version, and so has an ETag
 * @param expands the references that {@code expand} can include, with the scope that each requires
 * @param requestType the media type of the JSON body; null without one
 * @param responseType the media type of the success answer; null without a body, and for a download
 * @param streamTypes the media types of a streamed body; empty without one
 * @param streamBytesMax the maximal size of a streamed body; 0 without one
 * @param downloadTypes the media types of a streamed answer; empty without one
 */
record Policy(
        String id, String domain, String tag, String method, String path, int status, String scope, String access, boolean signed, boolean mutation, String auditAction,
        String auditCategory, String ifMatch, int rateCost, boolean secret, boolean external, boolean publiclyCached,
        boolean allowedWhenSuspended, boolean dryRun, boolean list,
        boolean versioned, Map<String, String> expands, String requestType, String responseType, List<String> streamTypes, long streamBytesMax,
        List<String> downloadTypes) {

    /** Orders literal segments before parameters: {@code /tokens/current} precedes {@code /tokens/{token_id}}. */
    static final Comparator<Policy> LITERAL_FIRST = Comparator
            .comparing((Policy policy) -> policy.path().replace('{', '~'))
            .thenComparing(policy -> List.of("GET", "POST", "PUT", "PATCH", "DELETE").indexOf(policy.method()));

    /** The members of an operation that this class reads. Any other one that starts with {@code x-} is a mistake. */
    static final Set<String> MEMBERS = Set.of(
            "x-audit", "x-if-match", "x-rate-cost", "x-reads", "x-signed", "x-secret", "x-external", "x-public-cache", "x-suspended", "x-expand",
            "x-dry-run",
            "x-stream-max-bytes", "x-download");

    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");

    /**
     * Reads every operation of a joined document.
     *
     * @return by operationId, in the order of the document
     * @throws SpecMistakes with every mistake that was found
     */
    static Map<String, Policy> read(ObjectNode document) {
        List<String> mistakes = new ArrayList<>();
        Set<String> scopes = new TreeSet<>();
        document.at("/components/schemas/Scope/enum").forEach(scope -> scopes.add(scope.asText()));
        Map<String, Tag> tags = Tag.read(document, mistakes);
        Map<String, Policy> policies = new LinkedHashMap<>();
        for (var path : document.path("paths").properties()) {
            for (var member : path.getValue().properties()) {
                if (ComponentKind.PATH_ITEM.child(member.getKey()) == ComponentKind.OPERATION) {
                    var reader = new Reader(document, scopes, tags, path.getKey(), path.getValue(), member.getKey(), member.getValue());
                    Policy policy = reader.read();
                    mistakes.addAll(reader.mistakes);
                    policies.put(policy.id, policy);
                }
            }
        }
        if (!mistakes.isEmpty()) {
            throw new SpecMistakes(mistakes);
        }
        return policies;
    }

    /** The constant's name: CREATE_PRODUCT for createProduct. */
    String constant() {
        return Names.constant(id);
    }

    /**
     * The method of the client's class for its tag: the operationId without the resource's name, where that follows the verb.
     * {@code createPlanLadder} and {@code listPlanLadders} of {@code plan-ladders} are {@code create} and {@code list}.
     */
    String call() {
        String plural = Names.type(tag);
        String singular = plural.endsWith("ies") ? plural.substring(0, plural.length() - 3) + "y" : plural.replaceFirst("s$", "");
        Matcher named = Pattern.compile("([a-z]+)(?:" + plural + "|" + singular + ")(?![a-z])(.*)").matcher(id);
        return named.matches() ? Names.member(named.group(1) + named.group(2)) : id;
    }

    /** Anybody may call it. */
    boolean open() {
        return access.equals("PUBLIC");
    }

    /** True if the operation has a body of any kind. */
    boolean takesBody() {
        return requestType != null || !streamTypes.isEmpty();
    }

    /** True if the success answer has a body, whose media type {@code Accept} may exclude. */
    boolean answersBody() {
        return responseType != null || !downloadTypes.isEmpty();
    }

    /** True if the operation reads one resource: it supports {@code If-None-Match} and {@code fields}. */
    boolean resource() {
        return method.equals("GET") && versioned && !list;
    }

    private static final class Reader {

        private final List<String> mistakes = new ArrayList<>();
        private final ObjectNode document;
        private final Set<String> scopes;
        private final Map<String, Tag> tags;
        private final String path;
        private final JsonNode item;
        private final String method;
        private final JsonNode operation;

        private Reader(
                ObjectNode document, Set<String> scopes, Map<String, Tag> tags, String path, JsonNode item, String method, JsonNode operation) {
            this.document = document;
            this.scopes = scopes;
            this.tags = tags;
            this.path = path;
            this.item = item;
            this.method = method.toUpperCase(Locale.ROOT);
            this.operation = operation;
        }

        private Policy read() {
            boolean reads = flag("x-reads", "true");
            refuse(reads && !method.equals("POST"), "x-reads is for a POST that only reads");
            boolean signed = flag("x-signed", "true");
            refuse(signed && !(method.equals("POST") && operation.path("security").isArray() && operation.path("security").isEmpty()),
                    "x-signed is for a POST with security: []");
            boolean mutation = CHANGING.contains(method) && !reads && !signed;
            String audit = operation.path("x-audit").asText(null);
            refuse(mutation && audit == null, "is a mutation without x-audit");
            refuse(!mutation && audit != null, "has x-audit, but changes nothing");
            refuse(audit != null && !audit.matches("[a-z][a-z_]*(\\.[a-z][a-z_]*)+"), "x-audit must be like product.created, not " + audit);
            String ifMatch = operation.path("x-if-match").asText("none");
            refuse(!Set.of("none", "optional", "required").contains(ifMatch), "x-if-match is optional or required, not " + ifMatch);
            boolean external = flag("x-external", "true");
            refuse(external && !method.equals("POST"), "x-external is for a POST");
            refuse(external && operation.has("x-dry-run"), "is x-external, so it takes dry_run");
            for (String name : List.of("x-if-match", "x-suspended", "x-dry-run", "x-external")) {
                refuse(!mutation && operation.has(name), "has " + name + ", but changes nothing");
            }
            int cost = operation.path("x-rate-cost").asInt(1);
            refuse(operation.has("x-rate-cost") && !operation.get("x-rate-cost").canConvertToInt() || cost < 1, "x-rate-cost is 1 or more");
            String access = access();
            JsonNode answers = Schemas.follow(document, success()).path("content");
            boolean download = flag("x-download", "true");
            refuse(!download && answers.size() > 1, "answers more than one media type without x-download");
            refuse(download && !isStream(answers), "x-download is for answers of other media types than JSON, whose schema is a string");
            var media = download ? null : answers.properties().stream().findFirst().orElse(null);
            JsonNode schema = media == null ? null : media.getValue().path("schema");
            long streamMax = streamMax();
            pathParameters();
            return new Policy(
                    operation.path("operationId").asText(), domain(), tag(), method, path, status(), scope(access), access, signed, mutation, audit,
                    category(mutation), ifMatch.toUpperCase(Locale.ROOT), cost, flag("x-secret", "true"), external, publiclyCached(), flag("x-suspended", "allowed"),
                    mutation && !flag("x-dry-run", "none"), schema != null && Schemas.isList(document, schema),
                    schema != null && Schemas.isVersioned(document, schema), expands(), streamMax > 0 ? null : requestType(),
                    schema == null ? null : media.getKey(), streamMax > 0 ? names(bodies()) : List.of(), streamMax,
                    download ? names(answers) : List.of());
        }

        /** Reads {@code x-public-cache}. Only answers that anybody may see can be in a cache that several callers share. */
        private boolean publiclyCached() {
            boolean cached = flag("x-public-cache", "true");
            refuse(cached && !(method.equals("GET") && operation.at("/security/0/bearer/0").asText().endsWith(":public")),
                    "x-public-cache is for a GET with a scope that ends in :public");
            return cached;
        }

        private JsonNode bodies() {
            return Schemas.follow(document, operation.path("requestBody")).path("content");
        }

        private long streamMax() {
            if (!operation.has("x-stream-max-bytes")) {
                return 0;
            }
            long most = operation.get("x-stream-max-bytes").asLong();
            refuse(most < 1, "x-stream-max-bytes is 1 or more");
            refuse(!isStream(bodies()), "x-stream-max-bytes is for bodies of other media types than JSON, whose schema is a string");
            return most;
        }

        /** True if every media type is streamed: not JSON, with the schema of a plain string. */
        private boolean isStream(JsonNode content) {
            for (var media : content.properties()) {
                JsonNode schema = Schemas.follow(document, media.getValue().path("schema"));
                if (media.getKey().endsWith("/json") || media.getKey().endsWith("+json") || !schema.path("type").asText().equals("string")) {
                    return false;
                }
            }
            return !content.isEmpty();
        }

        private static List<String> names(JsonNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            return names;
        }

        private void refuse(boolean wrong, String reason) {
            if (wrong) {
                mistakes.add(method + " " + path + ": " + reason);
            }
        }

        private boolean flag(String name, String only) {
            refuse(operation.has(name) && !operation.get(name).asText().equals(only), name + " can only be " + only);
            return operation.has(name);
        }

        private String tag() {
            JsonNode own = operation.path("tags");
            refuse(own.size() != 1, "must have exactly one tag");
            String tag = own.path(0).asText();
            refuse(own.size() == 1 && !tags.containsKey(tag), "the tag " + tag + " isn't declared");
            return tag;
        }

        private String category(boolean mutation) {
            Tag tag = tags.get(operation.path("tags").path(0).asText());
            return mutation && tag != null ? tag.category() : null;
        }

        /** The domain of the tag, which is also the first segment of the path unless the path stands outside the domains. */
        private String domain() {
            Tag tag = tags.get(operation.path("tags").path(0).asText());
            if (tag == null) {
                return "";
            }
            String first = path.replaceFirst("^/api/v[0-9]+/", "").replaceFirst("/.*", "");
            boolean below = tags.values().stream().anyMatch(other -> other.domain().equals(first));
            refuse(below && !tag.domain().equals(first), "its tag " + tag.name() + " is of the domain " + tag.domain());
            return tag.domain();
        }

        private String access() {
            JsonNode security = operation.has("security") ? operation.get("security") : document.path("security");
            if (security.isMissingNode()) {
                refuse(true, "doesn't say who may call it (security)");
                return "PUBLIC";
            }
            boolean anonymous = false;
            int asked = 0;
            for (JsonNode way : security) {
                anonymous |= way.isEmpty();
                refuse(!way.isEmpty() && (way.size() != 1 || !way.has("bearer")), "security knows the scheme bearer only");
                asked += way.path("bearer").size();
            }
            refuse(asked > 1, "asks for more than one scope");
            refuse(anonymous && asked > 0, "asks for a scope and lets anybody in");
            if (security.isEmpty()) {
                return "PUBLIC";
            }
            return anonymous ? "OPTIONAL" : asked == 0 ? "AUTHENTICATED" : "SCOPED";
        }

        private String scope(String access) {
            if (!access.equals("SCOPED")) {
                return null;
            }
            String scope = operation.path("security").path(0).path("bearer").path(0).asText();
            refuse(!scopes.contains(scope), "the scope " + scope + " isn't in Scope");
            return scope;
        }

        private JsonNode success() {
            int status = status();
            refuse(status == 0, "has no success response");
            return operation.path("responses").path(String.valueOf(status));
        }

        /** The first 2xx status of the operation. */
        private int status() {
            for (var response : operation.path("responses").properties()) {
                if (response.getKey().matches("2[0-9][0-9]")) {
                    return Integer.parseInt(response.getKey());
                }
            }
            return 0;
        }

        private Map<String, String> expands() {
            Map<String, String> expands = new LinkedHashMap<>();
            for (var entry : operation.path("x-expand").properties()) {
                String scope = entry.getValue().asText();
                refuse(!scopes.contains(scope), "x-expand: the scope " + scope + " isn't in Scope");
                expands.put(entry.getKey(), scope);
            }
            Set<String> offered = new TreeSet<>();
            for (JsonNode parameter : Schemas.parameters(document, item, operation)) {
                if (parameter.path("name").asText().equals("expand")) {
                    Schemas.follow(document, Schemas.follow(document, parameter.path("schema")).path("items")).path("enum")
                            .forEach(name -> offered.add(name.asText()));
                }
            }
            refuse(!offered.equals(new TreeSet<>(expands.keySet())), "x-expand names " + expands.keySet() + ", the parameter expand " + offered);
            return expands;
        }

        private String requestType() {
            var types = bodies().properties();
            refuse(types.size() > 1, "takes more than one media type");
            String type = types.isEmpty() ? null : types.iterator().next().getKey();
            boolean merge = "application/merge-patch+json".equals(type);
            refuse(method.equals("PATCH") && !merge, "is a PATCH, so its body must be application/merge-patch+json");
            if (merge) {
                JsonNode schema = Schemas.follow(document, types.iterator().next().getValue().path("schema"));
                refuse(!schema.path("x-merge-patch").asBoolean(), "the schema of a merge patch must say x-merge-patch: true");
            }
            return type;
        }

        private void pathParameters() {
            Set<String> declared = new TreeSet<>();
            Set<String> seen = new TreeSet<>();
            for (JsonNode parameter : Schemas.parameters(document, item, operation)) {
                String name = parameter.path("name").asText();
                refuse(!seen.add(parameter.path("in").asText() + " " + name), "the parameter " + name + " is declared twice");
                if (parameter.path("in").asText().equals("path")) {
                    declared.add(name);
                    refuse(!parameter.path("required").asBoolean(), "the path parameter " + name + " must be required");
                }
            }
            Set<String> used = new TreeSet<>(Names.braces(path));
            refuse(!declared.equals(used), "the path has " + used + ", the parameters say " + declared);
        }
    }
}
