package org.guildhall.core.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.guildhall.api.Download;
import org.guildhall.api.Page;
import org.guildhall.api.PageInfo;
import org.guildhall.api.Reply;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.http.RequestReader.Read;
import org.guildhall.core.http.content.Etag;
import org.guildhall.core.http.content.MediaTypes;
import org.guildhall.core.http.content.RawBody;
import org.guildhall.core.http.uri.QueryString;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** Turns a handler's reply into an answer: applies {@code expand} and {@code fields}, adds ETag and Link, or answers 304. */
final class ResponseWriter {

    /** The members of answers that show a secret. */
    private static final List<String> SECRETS = List.of("token", "code", "url");
    /** The list of warnings, whose codes are no secrets. */
    private static final String WARNINGS = "warnings";

    private static final String CACHED_BRIEFLY = "public, max-age=10";

    private final Expansions expansions;

    ResponseWriter(Expansions expansions) {
        this.expansions = expansions;
    }

    Response answer(Exchange exchange, Call call, Read read, Reply<?> reply) {
        if (reply.body() instanceof RawBody document) {
            return document(exchange, document);
        }
        if (reply.body() instanceof Download download) {
            if (!MediaTypes.accepts(exchange.list("Accept"), download.contentType())) {
                throw Problem.NOT_ACCEPTABLE.because("The file is " + download.contentType() + ", but Accept doesn't allow it.");
            }
            return call.operation().publiclyCached() ? cached(exchange, download) : Response.of(download);
        }
        byte[] body = reply.body() == null ? null : Json.bytes(shaped(call, read, reply.body()));
        return answer(exchange, call, reply, body, reply.body() instanceof Page<?> page ? page.page() : null);
    }

    /** A page that is written part by part; {@code handle} reads each part. */
    Response page(Exchange exchange, Read read, Function<PageRequest, Call> calls, Function<Call, Reply<?>> handle) {
        var last = new AtomicReference<Call>();
        var writer = PageWriter.of(
                Objects.requireNonNull(read.page()), !read.expand().isEmpty(),
                part -> {
                    last.set(calls.apply(part));
                    return (Page<?>) Objects.requireNonNull(handle.apply(last.get()).body());
                },
                page -> {
                    var shaped = shaped(last.get(), read, page);
                    return (shaped instanceof JsonNode tree ? tree : Json.WIRE.<JsonNode>valueToTree(shaped)).get("data");
                });
        return answer(exchange, last.get(), new Reply<>(200, null, 0, null), writer.body(), writer.info());
    }

    private static Response answer(Exchange exchange, Call call, Reply<?> reply, byte @Nullable [] body, @Nullable PageInfo info) {
        var answer = Response.of(reply.status(), body, Response.JSON).with("Location", reply.location());
        if (call.operation().secret()) {
            answer.with("Cache-Control", "no-store");
        }
        if (info != null && info.nextCursor() != null) {
            answer.with("Link", "<" + next(exchange, info.nextCursor()) + ">; rel=\"next\"");
        }
        boolean cached = call.operation().publiclyCached();
        if (cached) {
            answer.with("Cache-Control", CACHED_BRIEFLY);
        }
        if (body == null || reply.version() == 0 && !cached) {
            return answer;
        }
        var etag = Etag.of(reply.version(), body);
        if (!call.operation().mutation() && Etag.matches(exchange.list("If-None-Match"), etag)) {
            var same = Response.of(304, null, Response.JSON).with("ETag", etag);
            return cached ? same.with("Cache-Control", CACHED_BRIEFLY) : same;
        }
        return answer.with("ETag", etag);
    }

    /** A small file that any cache can keep; it is sent from memory. */
    private static Response cached(Exchange exchange, Download download) {
        byte[] file = download.part().apply(0);
        var etag = Etag.of(0, file);
        boolean known = Etag.matches(exchange.list("If-None-Match"), etag);
        var answer = Response.of(known ? 304 : 200, known ? null : file, download.contentType())
                .with("ETag", etag)
                .with("Cache-Control", CACHED_BRIEFLY);
        return known ? answer : answer.with("Content-Disposition", "attachment; filename=\"" + download.fileName() + "\"");
    }

    private static Response document(Exchange exchange, RawBody document) {
        var form = document.form(exchange.list("Accept-Encoding"));
        boolean known = Etag.matches(exchange.list("If-None-Match"), form.etag());
        var answer = Response.of(known ? 304 : 200, known ? null : form.bytes(), document.contentType())
                .with("ETag", form.etag())
                .with("Vary", "Authorization, Origin, Accept, Accept-Encoding")
                .with("Cache-Control", "public, max-age=300");
        return known || form.contentEncoding() == null ? answer : answer.with("Content-Encoding", form.contentEncoding());
    }

    private static void withoutSecrets(ObjectNode object) {
        SECRETS.stream().filter(object::has).forEach(secret -> object.putNull(secret));
    }

    /**
     * The answer of a dry run: the mutation's status and body, without {@code Location} and {@code ETag}. On request the body is in an
     * envelope that lists all changes. An answer without a body stays without one.
     */
    Response dryRun(Call call, Read read, Reply<?> reply) {
        byte[] body = null;
        if (reply.body() != null) {
            JsonNode result = Json.WIRE.valueToTree(shaped(call, read, reply.body()));
            if (call.operation().secret() && result instanceof ObjectNode object) {
                // No secret is made in a dry run.
                withoutSecrets(object);
                object.properties().stream().filter(member -> member.getValue().isArray() && !member.getKey().equals(WARNINGS))
                        .forEach(member -> member.getValue().forEach(entry -> {
                            if (entry instanceof ObjectNode each) {
                                withoutSecrets(each);
                            }
                        }));
            }
            body = Json.bytes(read.envelope() ? envelope(call, reply.status(), result) : result);
        }
        var answer = Response.of(reply.status(), body, read.envelope() ? Response.DRY_RUN : Response.JSON).with("Dry-Run", "true");
        return call.operation().secret() ? answer.with("Cache-Control", "no-store") : answer;
    }

    private static Map<String, Object> envelope(Call call, int status, JsonNode result) {
        var changes = call.changes().all().stream().map(change -> {
            var entry = new LinkedHashMap<String, @Nullable Object>();
            entry.put("entity_type", change.entityType());
            entry.put("entity_id", change.idText());
            entry.put("before", change.before());
            entry.put("after", change.after());
            return entry;
        }).toList();
        var envelope = new LinkedHashMap<String, Object>();
        envelope.put("status", status);
        envelope.put("result", result);
        envelope.put("changes", changes);
        return envelope;
    }

    private Object shaped(Call call, Read read, Object body) {
        if (read.expand().isEmpty() && read.fields().isEmpty()) {
            return body;
        }
        JsonNode tree = Json.WIRE.valueToTree(body);
        var resources = call.operation().list() ? tree.get("data") : tree;
        if (!read.expand().isEmpty()) {
            expansions.expand(call.tx(), resources, read.expand());
        }
        if (!read.fields().isEmpty()) {
            (resources.isArray() ? resources : List.of(resources)).forEach(resource -> ((ObjectNode) resource).retain(read.fields()));
        }
        return tree;
    }

    /** The URL of the next page: the same query with another cursor. A cursor is base64url and needs no escaping. */
    private static String next(Exchange exchange, String cursor) {
        var rest = new StringBuilder();
        if (exchange.query() != null) {
            for (var pair : exchange.query().split("&")) {
                if (!pair.isEmpty() && !isCursor(pair)) {
                    rest.append(pair).append('&');
                }
            }
        }
        return exchange.path() + "?" + rest + "cursor=" + cursor;
    }

    /** Compares the decoded name. */
    private static boolean isCursor(String pair) {
        return QueryString.parse(pair, new ArrayList<>()).containsKey("cursor");
    }
}
