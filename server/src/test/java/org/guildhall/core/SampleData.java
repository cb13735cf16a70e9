package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.jspecify.annotations.Nullable;

/** The samples of one tenant: new resources for every example, made by a token with all scopes. */
final class SampleData {

    private static final Pattern ID = Pattern.compile("([a-z]{3})_[0-7][0-9a-hjkmnp-tv-z]{25}");
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Set<String> GOING_ON = Set.of("queued", "running");

    /** A request that succeeds. @param type the media type of the body */
    record Request(Operation operation, String path, @Nullable String body, @Nullable String type, @Nullable String etag) {

        /** This request with another body. */
        Request with(String other) {
            return new Request(operation, path, other, type, etag);
        }

        /** This request on another path. */
        Request at(String other) {
            return new Request(operation, other, body, type, etag);
        }
    }

    /** A list and one of its entries. @param pointer the member that identifies an entry */
    record Entry(String path, String pointer, String id) {}

    final TestServer.Tenant tenant;
    final Http http;
    private final Map<String, String> remembered = new HashMap<>();

    SampleData(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.http = new Http(tenant.server(), tenant.token());
    }

    /** A new word. */
    String word() {
        return "w" + number();
    }

    /** A new number. */
    long number() {
        return NUMBERS.incrementAndGet();
    }

    /** Keeps a value for another example or another member. */
    void remember(String name, String value) {
        remembered.put(name, value);
    }

    String remembered(String name) {
        return Objects.requireNonNull(remembered.get(name), name);
    }

    /** A value that is made once for the tenant. */
    String once(String name, Supplier<String> made) {
        if (!remembered.containsKey(name)) {
            remember(name, made.get());
        }
        return remembered(name);
    }

    /** An instant in the future. */
    String nextMonth() {
        return Instant.now().plus(30, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** The id of what a POST creates. */
    String made(String path, Map<String, ?> body) {
        return String.valueOf(http.post(path, Http.JSON.valueToTree(body).toString()).expect(201).at("/id"));
    }

    /** A call of the operation on new resources. */
    Request request(Operation operation) {
        var example = Examples.of(operation);
        var path = path(example);
        for (var step : example.before) {
            var before = new Request(step, Documented.samePlace(operation, path, step), content(Examples.of(step)), type(step), "*");
            send(before).expect(step.status());
        }
        boolean compares = operation.ifMatch() == Operation.IfMatch.REQUIRED;
        return new Request(operation, path, content(example), type(operation), compares ? etag(path) : null);
    }

    /** A list with a new entry. */
    Entry entry(Operation list) {
        var example = Examples.of(list);
        if (example.entry != null) {
            var path = path(example);
            return new Entry(path, example.entryPointer, example.entry.apply(this));
        }
        var maker = Examples.maker(Documented.entryPrefix(list));
        if (!maker.path().equals(list.path())) {
            assertFalse(list.path().contains("{"), list + ": an example of its entry is missing");
            return new Entry(list.path(), example.entryPointer, id(Documented.entryPrefix(list)));
        }
        var request = request(maker);
        return new Entry(request.path(), example.entryPointer, send(request).expect(maker.status()).json().get("id").asText());
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

    /** Sends a request and waits until its background work has ended. */
    Http.Reply send(Request request, String... headers) {
        return send(http, request, headers);
    }

    /** Sends a request as another caller. */
    Http.Reply send(Http as, Request request, String... headers) {
        var all = new ArrayList<>(List.of(headers));
        if (request.etag != null && !all.contains("If-Match")) {
            all.addAll(List.of("If-Match", request.etag));
        }
        if (request.body != null && !all.contains("Content-Type")) {
            all.addAll(List.of("Content-Type", String.valueOf(request.type)));
        }
        var made = Examples.of(request.operation).headers;
        if (made != null && request.body != null) {
            all.addAll(made.apply(this, request.body));
        }
        var reply = as.send(request.operation.method(), request.path, request.body, all.toArray(String[]::new));
        // A dry run starts no work and has no Location.
        if (reply.status() == 202 && reply.header("Location") != null) {
            awaitEnd(String.valueOf(reply.header("Location")));
        }
        return reply;
    }

    /** Background work changes the tenant's rows: a test must not read them meanwhile. */
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
        // No new resource is needed for a member that the example sets.
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

    /** Replaces each id by the id of a new resource of this tenant. */
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

    /** The ETag of the resource at the path up to its last id. */
    private String etag(String path) {
        var parts = List.of(path.split("/"));
        for (int length = parts.size(); length > 0; length--) {
            if (ID.matcher(parts.get(length - 1)).matches()) {
                var etag = http.get(String.join("/", parts.subList(0, length))).expect(200).header("ETag");
                return Objects.requireNonNull(etag, "no ETag at " + path);
            }
        }
        throw new AssertionError("no id in " + path);
    }
}
