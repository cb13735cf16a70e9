package org.guildhall.core;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/** A tenant of its own, a token that may do everything there, and whatever an example needs in it. */
final class SampleData {

    private static final Pattern ID = Pattern.compile("([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}");
    private static final AtomicLong WORDS = new AtomicLong();
    private static final Set<String> GOING_ON = Set.of("queued", "running");

    /** A call that succeeds. @param type of its body */
    record Request(Operation operation, String path, @Nullable String body, @Nullable String type, @Nullable String etag) {

        /** The same with another body. */
        Request with(String other) {
            return new Request(operation, path, other, type, etag);
        }

        /** The same on another path. */
        Request at(String other) {
            return new Request(operation, other, body, type, etag);
        }
    }

    final TestServer.Tenant tenant;
    final Http http;
    private final List<String> order = new ArrayList<>();
    private final Set<Operation> given = EnumSet.noneOf(Operation.class);
    private @Nullable String event;
    private @Nullable String siteMaker;
    private @Nullable String storageKey;
    private @Nullable String waitingImport;

    SampleData(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.http = new Http(tenant.guild(), tenant.token());
    }

    /** A word that nobody has used. */
    String word() {
        return "w" + WORDS.incrementAndGet();
    }

    /** A rate limit that nobody has had, and that no test reaches. */
    Map<String, Object> roomyLimit() {
        return Map.of("limit", 100_000 + WORDS.incrementAndGet(), "window_seconds", 1);
    }

    /** An instant that is still to come, whenever this runs. */
    String nextMonth() {
        return Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An idempotency key of the caller's own consumer under which something was committed. */
    String committedKey() {
        var key = word();
        send(request(Operation.CREATE_CONSUMER), "Idempotency-Key", key).expect(201);
        return key;
    }

    /** An audit event of the tenant; the same one each time, since nothing changes it. */
    String event() {
        if (event == null) {
            id("con");
            event = http.get("/api/v1/platform/audit-events?limit=1&action=consumer.created").expect(200).at("/data/0/id");
        }
        return java.util.Objects.requireNonNull(event);
    }

    /** A new review of that event. */
    String review() {
        return java.util.Objects.requireNonNull(send(request(Operation.CREATE_AUDIT_REVIEW)).expect(201).at("/id"));
    }

    /** Who somebody is at an identity provider who is to be made a person, which needs a default organization type. */
    String newcomer() {
        var types = "/api/v1/catalog/org-types";
        if (http.get(types + "?is_default=true").expect(200).json().get("data").isEmpty()) {
            http.post(types, Http.JSON.createObjectNode().put("key", word()).put("name", "Personal").put("is_default", true).toString()).expect(201);
        }
        return word();
    }

    /** An address that nobody else has. */
    String address() {
        return word() + "@members.example";
    }

    /** The token of a new invitation. */
    String invitationToken() {
        return java.util.Objects.requireNonNull(send(request(Operation.CREATE_INVITATION)).expect(201).at("/token"));
    }

    /** A resource key of the kind "limit" that an integration made for it registers. */
    String resourceKey() {
        var integration = word();
        var manifest = Map.of("key", integration, "name", "Sites", "resource_keys",
                List.of(Map.of("key", integration + ".sites", "display_name", "Sites", "kind", "limit")));
        http.post("/api/v1/catalog/integrations", Http.JSON.valueToTree(manifest).toString()).expect(201);
        return integration + ".sites";
    }

    /** A new product that can be granted. */
    String publishedProduct() {
        var product = id("prd");
        http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** What a new grant gave. */
    String provision() {
        return String.valueOf(http.get("/api/v1/runtime/provisions?grant_id=" + id("gra")).expect(200).at("/data/0/id"));
    }

    /** A new tier that organizations can reach. */
    String reachableTier() {
        var tier = Map.of("name", word(), "product_id", publishedProduct());
        return String.valueOf(
                http.post("/api/v1/catalog/plan-ladders/" + id("lad") + "/tiers", Http.JSON.valueToTree(tier).toString()).expect(201).at("/id"));
    }

    /** A transition that is still to come. */
    String scheduledTransition() {
        var move = Map.of("kind", "initiate", "target_tier_id", reachableTier(), "effective_at", nextMonth());
        return String.valueOf(http.post("/api/v1/runtime/organizations/" + id("org") + "/transitions", Http.JSON.valueToTree(move).toString())
                .expect(201).at("/id"));
    }

    /** An organization that is entitled to sites and storage of an integration that was made for it; {@link #siteMaker} is that one. */
    String siteHolder() {
        var key = word();
        var sites = Map.of("key", key + ".sites", "display_name", "Sites", "kind", "limit");
        var storage = Map.of("key", key + ".storage_mb", "display_name", "Storage", "kind", "limit");
        siteMaker = made("/api/v1/catalog/integrations", Map.of("key", key, "name", "Farm", "resource_keys", List.of(sites, storage)));
        storageKey = key + ".storage_mb";
        var set = made("/api/v1/catalog/entitlement-sets", Map.of("name", word()));
        for (var resource : List.of(sites, storage)) {
            made("/api/v1/catalog/entitlement-sets/" + set + "/rules", Map.of(
                    "resource_key", resource.get("key"), "kind", "limit", "limit_value", 100,
                    "threshold_percents", resource.equals(storage) ? List.of(1) : List.of()));
        }
        var product = made("/api/v1/catalog/products", Map.of("name", word(), "entitlement_set_id", set));
        http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        var organization = id("org");
        made("/api/v1/runtime/grants", Map.of("organization_id", organization, "product_id", product));
        return organization;
    }

    /** The integration of the last {@link #siteHolder}. */
    String siteMaker() {
        return String.valueOf(siteMaker);
    }

    /** A host name that nobody has used. */
    String hostName() {
        return word() + ".example";
    }

    /** One usage event. */
    List<Map<String, Object>> usage() {
        var organization = siteHolder();
        return List.of(Map.of("external_id", word(), "organization_id", organization, "resource_key", String.valueOf(storageKey), "quantity", 1));
    }

    /** A usage event that was recorded. */
    String usageEvent() {
        return String.valueOf(http.get("/api/v1/runtime/usage-events?usage_report_id=" + id("urp")).expect(200).at("/data/0/id"));
    }

    /** A threshold that was reached. */
    String usageThreshold() {
        return String.valueOf(http.post("/api/v1/runtime/usage-reports", Http.JSON.valueToTree(Map.of("events", usage())).toString())
                .expect(201).at("/thresholds/0/id"));
    }

    private String made(String path, Map<String, ?> body) {
        return String.valueOf(http.post(path, Http.JSON.valueToTree(body).toString()).expect(201).at("/id"));
    }

    /** A new ladder with two tiers. */
    String ladder() {
        var ladder = id("lad");
        order.clear();
        for (int rank = 0; rank < 2; rank++) {
            var tier = Map.of("name", word(), "product_id", id("prd"));
            order.addFirst(http.post("/api/v1/catalog/plan-ladders/" + ladder + "/tiers", Http.JSON.valueToTree(tier).toString()).expect(201).at("/id"));
        }
        return ladder;
    }

    /** The tiers of that ladder, the other way round. */
    List<String> otherOrder() {
        return List.copyOf(order);
    }

    /** An import that waits for its turn, and gets it never. */
    String waitingImport() {
        var last = waitingImport;
        if (last == null || !"queued".equals(http.get("/api/v1/runtime/imports/" + last).at("/state"))) {
            var id = org.guildhall.core.data.Ids.next();
            try {
                tenant.sql("insert into runtime.imports (tenant_id, id, format, mode, actor_type) values (?, ?, 'csv', 'run', 'operator')", tenant.id(), id);
            } catch (SQLException failed) {
                throw new IllegalStateException(failed);
            }
            last = org.guildhall.api.TypeIds.format("imp", id);
            waitingImport = last;
        }
        return last;
    }

    /** A token of the same consumer that may do as much, with a limit of its own. */
    String limited(long requests, int windowSeconds) {
        var me = http.get("/api/v1/auth/status").expect(200).json();
        var token = Http.JSON.createObjectNode().put("consumer_id", me.at("/consumer/id").asText()).put("name", "Limited");
        token.set("scopes", me.get("scopes"));
        token.putObject("rate_limit").put("limit", requests).put("window_seconds", windowSeconds);
        return java.util.Objects.requireNonNull(http.post("/api/v1/platform/tokens", token.toString()).expect(201).at("/token"));
    }

    /** A call of the operation on resources made for it. */
    Request request(Operation operation) {
        var example = Examples.of(operation);
        example.once.stream().filter(given::add).forEach(creation -> send(request(creation)).expect(creation.status()));
        var path = path(example);
        for (var step : example.before) {
            var before = new Request(step, Documented.samePlace(operation, path, step), content(Examples.of(step)), type(step), "*");
            send(before).expect(step.status());
        }
        boolean compares = operation.ifMatch() == Operation.IfMatch.REQUIRED;
        return new Request(operation, path, content(example), type(operation), compares ? etag(path) : null);
    }

    private @Nullable String content(Example example) {
        var streamed = example.operation.streamTypes();
        if (!streamed.isEmpty()) {
            return Documented.media(example.operation, streamed.getFirst()).path("example").textValue();
        }
        var body = body(example);
        return body == null ? null : body.toString();
    }

    private static @Nullable String type(Operation operation) {
        return operation.streamTypes().isEmpty() ? operation.requestType() : operation.streamTypes().getFirst();
    }

    /** Sends it as it is. */
    Http.Reply send(Request request, String... headers) {
        return send(http, request, headers);
    }

    Http.Reply send(Http as, Request request, String... headers) {
        var all = new ArrayList<>(List.of(headers));
        if (request.etag != null && !all.contains("If-Match")) {
            all.addAll(List.of("If-Match", request.etag));
        }
        if (request.body != null && !all.contains("Content-Type")) {
            all.addAll(List.of("Content-Type", String.valueOf(request.type)));
        }
        var reply = as.send(request.operation.method(), request.path, request.body, all.toArray(String[]::new));
        // A dry run has begun nothing.
        if (reply.status() == 202 && reply.header("Location") != null) {
            awaitEnd(String.valueOf(reply.header("Location")));
        }
        return reply;
    }

    /** What was accepted goes on behind the answer; whoever looks at the tenant next must not see it in the midst of that. */
    private void awaitEnd(String location) {
        for (int attempt = 0; attempt < 600; attempt++) {
            if (!GOING_ON.contains(String.valueOf(http.get(location).expect(200).at("/state")))) {
                return;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stopped);
            }
        }
        throw new AssertionError(http.get(location).text());
    }

    /** The id of a new resource. */
    String id(String prefix) {
        var maker = Examples.maker(prefix);
        return send(request(maker)).expect(maker.status()).json().get("id").asText();
    }

    private String path(Example example) {
        return Documented.PARAMETER.matcher(example.operation.path()).replaceAll(found -> {
            var name = found.group(1);
            var particular = example.path.get(name);
            return particular != null ? particular.apply(this) : id(Documented.prefix(example.operation, name));
        });
    }

    private @Nullable JsonNode body(Example example) {
        var operation = example.operation;
        if (operation.requestType() == null) {
            return null;
        }
        var media = Documented.media(operation, operation.requestType());
        var documented = media.path("example");
        if (documented.isMissingNode()) {
            documented = Documented.resolved(media.path("schema")).path("example");
        }
        JsonNode body = documented.deepCopy();
        example.absent.forEach(pointer -> owner(body, pointer).remove(last(pointer)));
        // What a line gives isn't made in vain.
        example.members.keySet().forEach(pointer -> owner(body, pointer).putNull(last(pointer)));
        if (body instanceof ObjectNode object && object.hasNonNull("external_id")) {
            object.put("external_id", word());
        }
        var ready = own(body);
        example.members.forEach((pointer, value) ->
                owner(ready, pointer).set(last(pointer), Http.JSON.valueToTree(value.apply(this))));
        return ready;
    }

    private static ObjectNode owner(JsonNode body, String pointer) {
        return (ObjectNode) body.at(JsonPointer.compile(pointer).head());
    }

    private static String last(String pointer) {
        return JsonPointer.compile(pointer).last().getMatchingProperty();
    }

    /** The same with each id replaced by one of this tenant's own. */
    private JsonNode own(JsonNode node) {
        if (node.isTextual()) {
            var id = ID.matcher(node.textValue());
            return id.matches() ? Http.JSON.getNodeFactory().textNode(id(id.group(1))) : node;
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> member.setValue(own(member.getValue())));
        } else if (node instanceof ArrayNode array) {
            for (int at = 0; at < array.size(); at++) {
                array.set(at, own(array.get(at)));
            }
        }
        return node;
    }

    /** The ETag of the resource that the path is about: of what is read at the path up to its last id. */
    private String etag(String path) {
        var parts = List.of(path.split("/"));
        for (int length = parts.size(); length > 0; length--) {
            if (ID.matcher(parts.get(length - 1)).matches()) {
                var etag = http.get(String.join("/", parts.subList(0, length))).expect(200).header("ETag");
                return java.util.Objects.requireNonNull(etag, "no ETag at " + path);
            }
        }
        throw new AssertionError("no id in " + path);
    }

    /** Everything that the database holds of this tenant, but for when a token was last used and how far a job has looked. */
    Map<String, String> everything() throws SQLException {
        var found = new TreeMap<String, String>();
        try (var connection = tenant.guild().superuser();
                var statement = connection.createStatement()) {
            var tables = new ArrayList<String>();
            try (var rows = statement.executeQuery("""
                    select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
                    where c.relkind = 'r' and n.nspname not like 'pg%' and c.relname <> 'surplus_looks' order by 1""")) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
            for (var table : tables) {
                try (var rows = statement.executeQuery("select count(*) || ' ' || coalesce(md5(string_agg(r, '|' order by r)), '') from (select (to_jsonb(t) - 'last_used_at')::text r from "
                        + table + " t where tenant_id = '" + tenant.id() + "') x")) {
                    rows.next();
                    found.put(table, rows.getString(1));
                }
            }
        }
        return found;
    }
}
