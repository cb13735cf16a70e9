package org.guildhall.core.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.http.content.Etag;
import org.guildhall.core.http.content.MediaTypes;
import org.guildhall.core.http.content.Spool;
import org.guildhall.core.http.uri.QueryString;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Sha256;
import org.guildhall.core.json.Spec;
import org.guildhall.core.json.Validation;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.sql.PageRequest;
import org.jspecify.annotations.Nullable;

/** Reads and validates a request by the document: 406, 415, 413, 400, 422, 428, in this order. */
final class RequestReader {

    private static final int BODY_BYTES_MAX = 1 << 20;
    private static final byte[] NO_FINGERPRINT = {};
    /** Parameters that don't bind a cursor: the sort order is bound separately, the others don't change which entries a list has. */
    private static final Set<String> NOT_BINDING = Set.of("cursor", "limit", "fields", "expand", "include_total", "sort");

    /**
     * A request that was read and validated.
     *
     * @param ifMatch the versions in {@code If-Match}; null for any version
     * @param envelope true if a dry run answers with an envelope that lists all changes
     * @param idempotencyKey null if none was sent or the operation accepts none
     * @param fingerprint the hash of method, path, query and body, by which a replay recognizes its request; empty without a key
     */
    record Read(RequestInput input, @Nullable PageRequest page, @Nullable Set<Long> ifMatch, boolean dryRun, boolean envelope,
            @Nullable String idempotencyKey, @Nullable String reason, List<String> expand, List<String> fields, byte[] fingerprint) {}

    private final Spec spec;
    private final Cursors cursors;
    private final Spool spool = new Spool();

    RequestReader(Spec spec, Cursors cursors) {
        this.spec = spec;
        this.cursors = cursors;
    }

    Read read(Exchange exchange, Operation operation, @Nullable Caller caller) {
        var inputs = spec.inputs(operation);
        var wrong = new ArrayList<Item>();
        var texts = QueryString.parse(exchange.query(), wrong);
        var query = RequestInput.query(texts, inputs.query(), wrong);
        var expand = list(query, "expand");
        requireScopes(expand, operation, caller);
        boolean dryRun = query.path("dry_run").asBoolean(false);
        boolean envelope = envelope(exchange, operation, dryRun);
        byte[] raw = body(exchange, operation, inputs);
        var fields = list(query, "fields");
        for (var field : fields) {
            if (!inputs.fields().contains(field)) {
                wrong.add(Item.parameter("fields", "unknown_field", "The resource has no member " + printable(field) + "."));
            }
        }
        var key = operation.mutation() ? key(exchange, wrong) : null;
        var reason = operation.mutation() ? reason(exchange, wrong) : null;
        var ifMatch = ifMatch(exchange, operation, wrong);
        refuse(wrong);
        var upload = operation.streamTypes().isEmpty() ? null : upload(exchange, operation, caller);
        var page = operation.list() ? page(query, exchange, operation, caller) : null;
        Schema schema = inputs.body();
        JsonNode body = schema == null ? null : tree(raw, operation, inputs, schema);
        boolean patch = operation.requestType() != null && operation.requestType().contains("merge-patch");
        if (body != null && schema != null) {
            var mistakes = patch ? Validation.checkPatch(schema, body) : inputs.bodyOpen() ? Validation.checkOpen(schema, body) : Validation.check(schema, body);
            if (!mistakes.isEmpty()) {
                throw Problem.VALIDATION_FAILED.because(several(mistakes, "member")).withAll(mistakes);
            }
        }
        requireIfMatch(exchange, operation);
        var fingerprint = key == null ? NO_FINGERPRINT : fingerprint(exchange, texts, upload == null ? raw : upload.digest());
        return new Read(new RequestInput(exchange::pathParameter, filters(query), body, schema, raw, upload), page, ifMatch, dryRun, envelope,
                key, reason, expand, fields, fingerprint);
    }

    private static void refuse(List<Item> wrong) {
        if (wrong.isEmpty()) {
            return;
        }
        // A cursor that violates its pattern gets invalid_cursor, like an altered one. Among other mistakes it is one of the errors.
        boolean cursor = wrong.stream().allMatch(item -> item.code().equals(Problem.INVALID_CURSOR.code()));
        throw cursor
                ? Problem.INVALID_CURSOR.refusal().with(wrong.getFirst())
                : RequestInput.hinted(Problem.INVALID_PARAMETER.because(several(wrong, "parameter or header")).withAll(wrong));
    }

    /** Each reference in a path of {@code expand} requires the scope of reading it. */
    private static void requireScopes(List<String> expand, Operation operation, @Nullable Caller caller) {
        for (var path : expand) {
            for (int dot = path.indexOf('.'); caller != null; dot = path.indexOf('.', dot + 1)) {
                var scope = operation.expands().get(dot < 0 ? path : path.substring(0, dot));
                if (scope != null && !caller.has(scope)) {
                    var detail = "`expand=" + path + "` requires the scope " + scope + ", which the token doesn't have.";
                    throw AccessControl.missing(scope, detail).with(Item.parameter("expand", "insufficient_scope", detail));
                }
                if (dot < 0) {
                    break;
                }
            }
        }
    }

    /** Returns true if a dry run's envelope is requested. @throws ProblemException {@code not_acceptable} if {@code Accept} allows no answer */
    private static boolean envelope(Exchange exchange, Operation operation, boolean dryRun) {
        var answers = operation.responseType() == null ? operation.downloadTypes() : List.of(operation.responseType());
        if (answers.isEmpty()) {
            return false;
        }
        var accept = exchange.list("Accept");
        if (dryRun && MediaTypes.prefers(accept, Response.DRY_RUN, answers.getFirst())) {
            return true;
        }
        if (answers.stream().noneMatch(type -> MediaTypes.accepts(accept, type))) {
            throw Problem.NOT_ACCEPTABLE.because("The operation answers " + String.join(" or ", answers) + ", but Accept doesn't allow it.");
        }
        return false;
    }

    /** Checks the headers of a streamed body before the body is read. */
    private static void announced(Exchange exchange, Operation operation) {
        if (exchange.contentLength() == 0 || exchange.contentLength() < 0 && !exchange.hasChunkedBody()) {
            throw Problem.MALFORMED_BODY.because("The operation requires a body of " + String.join(" or ", operation.streamTypes()) + ".");
        }
        if (streamType(exchange, operation) == null) {
            throw Problem.UNSUPPORTED_MEDIA_TYPE
                    .because("The body must be " + String.join(" or ", operation.streamTypes()) + ", in UTF-8, UTF-16 or windows-1252.")
                    .header("Accept-Post", String.join(", ", operation.streamTypes()));
        }
        if (exchange.contentLength() > operation.streamBytesMax()) {
            throw Spool.tooLarge(operation.streamBytesMax());
        }
    }

    private static @Nullable String streamType(Exchange exchange, Operation operation) {
        var sent = exchange.header("Content-Type");
        return operation.streamTypes().stream().filter(type -> MediaTypes.streams(sent, type)).findFirst().orElse(null);
    }

    /** Receives the streamed body. The caller has checked everything else in the request before. */
    private Spool.Spooled upload(Exchange exchange, Operation operation, @Nullable Caller caller) {
        try {
            var charset = Objects.requireNonNull(MediaTypes.charset(String.valueOf(exchange.header("Content-Type"))), "announced");
            return exchange.body(spool, String.valueOf(streamType(exchange, operation)), charset, operation.streamBytesMax(),
                    Objects.requireNonNull(caller, "a streamed body without a caller").tenant());
        } catch (IOException brokenOff) {
            throw Spool.brokenOff(brokenOff);
        }
    }

    private static byte[] body(Exchange exchange, Operation operation, Spec.Inputs inputs) {
        long length = exchange.contentLength();
        if (!(inputs.body() != null || !operation.streamTypes().isEmpty())) {
            boolean sent = length > 0 || length < 0 && exchange.hasChunkedBody();
            if (sent && !operation.method().equals("GET")) {
                throw Problem.MALFORMED_BODY.because("The operation has no body; send the request without one.");
            }
            return new byte[0];
        }
        var type = exchange.header("Content-Type");
        var encoding = exchange.header("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw Problem.UNSUPPORTED_MEDIA_TYPE.because("Content-Encoding " + printable(encoding) + " is not supported. Send the body as it is.");
        }
        if (!operation.streamTypes().isEmpty()) {
            announced(exchange, operation);
            return new byte[0];
        }
        boolean present = length > 0 || exchange.hasChunkedBody();
        if (present && !MediaTypes.fits(type, operation.requestType())) {
            throw Problem.UNSUPPORTED_MEDIA_TYPE.because("The body must be " + operation.requestType() + ".")
                    .header(operation.method().equals("PATCH") ? "Accept-Patch" : "Accept-Post", String.valueOf(operation.requestType()));
        }
        if (length > BODY_BYTES_MAX) {
            throw Problem.BODY_TOO_LARGE.refusal();
        }
        if (!present) {
            if (inputs.bodyRequired() && type != null && !MediaTypes.fits(type, operation.requestType())) {
                throw Problem.UNSUPPORTED_MEDIA_TYPE.because("The body must be " + operation.requestType() + ".");
            }
            return new byte[0];
        }
        try {
            byte[] bytes = exchange.body(BODY_BYTES_MAX + 1);
            if (bytes.length > BODY_BYTES_MAX) {
                throw Problem.BODY_TOO_LARGE.refusal();
            }
            return bytes;
        } catch (IOException brokenOff) {
            throw Spool.brokenOff(brokenOff);
        }
    }

    private static JsonNode tree(byte[] raw, Operation operation, Spec.Inputs inputs, Schema schema) {
        if (raw.length == 0) {
            if (inputs.bodyRequired()) {
                throw Problem.MALFORMED_BODY.because("The operation requires a body of " + operation.requestType() + ".");
            }
            return Json.WIRE.createObjectNode();
        }
        return Json.parse(raw);
    }

    private static @Nullable String key(Exchange exchange, List<Item> wrong) {
        var values = exchange.headers("Idempotency-Key");
        if (values.isEmpty()) {
            return null;
        }
        var text = Idempotency.key(values.getFirst());
        if (values.size() > 1 || text == null) {
            wrong.add(Item.header("Idempotency-Key", "malformed", "Send one Idempotency-Key of 1 to 255 visible ASCII characters."));
            return null;
        }
        return text;
    }

    private static @Nullable String reason(Exchange exchange, List<Item> wrong) {
        var values = exchange.headers("Audit-Reason");
        if (values.isEmpty()) {
            return null;
        }
        var text = DisplayString.read(values.getFirst());
        if (values.size() > 1 || text == null) {
            wrong.add(Item.header("Audit-Reason", "malformed",
                    "Send one Audit-Reason of 1 to 500 characters: visible ASCII and spaces, or a Display String of RFC 9651."));
        }
        return text;
    }

    private static @Nullable Set<Long> ifMatch(Exchange exchange, Operation operation, List<Item> wrong) {
        var header = operation.ifMatch() == Operation.IfMatch.NONE ? null : exchange.list("If-Match");
        // A blank required header is treated as missing.
        return header != null && header.isBlank() && operation.ifMatch() == Operation.IfMatch.REQUIRED ? null : Etag.versions(header, wrong);
    }

    private static void requireIfMatch(Exchange exchange, Operation operation) {
        var header = exchange.list("If-Match");
        if (operation.ifMatch() == Operation.IfMatch.REQUIRED && (header == null || header.isBlank())) {
            throw Problem.PRECONDITION_REQUIRED.refusal().with(Item.header("If-Match", "required", "Send the resource's ETag, or *."));
        }
    }

    private PageRequest page(ObjectNode query, Exchange exchange, Operation operation, @Nullable Caller caller) {
        var sort = query.path("sort").asText("-created_at");
        boolean descending = sort.startsWith("-");
        var binding = binding(query, exchange.path(), operation, caller, sort);
        var cursor = query.path("cursor").asText("");
        return new PageRequest(
                query.path("limit").asInt(50),
                descending ? sort.substring(1) : sort,
                descending,
                cursor.isEmpty() ? null : cursors.read(cursor, binding),
                query.path("include_total").asBoolean(false),
                new PageRequest.Cursors() {
                    @Override
                    public String write(PageRequest.Position position) {
                        return cursors.write(position, binding);
                    }

                    @Override
                    public PageRequest.Position read(String cursor) {
                        return cursors.read(cursor, binding);
                    }
                },
                false);
    }

    /** The binding of a cursor: tenant, operation, path, sort order and filters. */
    private static byte[] binding(ObjectNode query, String path, Operation operation, @Nullable Caller caller, String sort) {
        var filters = new TreeMap<String, String>();
        query.properties().forEach(parameter -> {
            if (!NOT_BINDING.contains(parameter.getKey())) {
                filters.put(parameter.getKey(), parameter.getValue().toString());
            }
        });
        var tenant = caller == null ? "" : caller.tenant().toString();
        return (tenant + "\n" + operation.id() + "\n" + path + "\n" + sort + "\n" + filters).getBytes(StandardCharsets.UTF_8);
    }

    /** The operation's own filters, from which its query record is bound. */
    private static ObjectNode filters(ObjectNode query) {
        var filters = query.deepCopy();
        filters.remove(NOT_BINDING);
        filters.remove("dry_run");
        return filters;
    }

    private static List<String> list(ObjectNode query, String name) {
        var names = new ArrayList<String>();
        query.path(name).forEach(entry -> names.add(entry.asText()));
        return names;
    }

    private static byte[] fingerprint(Exchange exchange, Map<String, String> query, byte[] body) {
        var hash = Sha256.begin();
        hash.update((exchange.method() + "\n" + exchange.path() + "\n" + new TreeMap<>(query) + "\n").getBytes(StandardCharsets.UTF_8));
        return hash.digest(body);
    }

    private static String several(List<Item> items, String what) {
        return items.size() == 1 ? items.getFirst().detail() : items.size() + " mistakes; each entry of errors names a " + what + ".";
    }

    private static String printable(String text) {
        return text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
