package org.guildhall.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** One call as generated code describes it: the data that every attempt sends. */
final class Request {

    /** The media type of a dry run's answer that lists all changes. */
    static final String DRY_RUN = "application/vnd.guildhall.dry-run+json";
    /** The only header field that may contain any text. */
    private static final String AUDIT_REASON = "Audit-Reason";

    private final String method;
    private final String route;
    private final String path;
    private final boolean change;
    private final Map<String, String> query = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Object body;
    private Upload upload;

    private Request(String method, String route, String path, boolean change) {
        this.method = method;
        this.route = route;
        this.path = path;
        this.change = change;
        headers.put("Accept", "application/json, application/problem+json");
    }

    /** A call without changes. */
    static Request read(String method, String template, Object... segments) {
        return new Request(method, template, path(template, segments), false);
    }

    /** A call with changes, which carries an idempotency key. */
    static Request change(String method, String template, Object... segments) {
        return new Request(method, template, path(template, segments), true);
    }

    /** A copy of this call with another value of one query parameter. */
    Request again(String name, Object value) {
        Request copy = new Request(method, route, path, change);
        copy.query.putAll(query);
        copy.headers.putAll(headers);
        copy.body = body;
        return copy.query(name, value);
    }

    /** Adds a query parameter, unless it is null. */
    Request query(String name, Object value) {
        if (value != null) {
            query.put(name, value instanceof List<?> list
                    ? list.stream().map(one -> encode(one.toString())).collect(Collectors.joining(","))
                    : encode(value.toString()));
        }
        return this;
    }

    /** Adds a header, unless it is null. @throws IllegalArgumentException if the API's document doesn't allow the value */
    Request header(String name, Object value) {
        if (value != null) {
            String sent = name.equals(AUDIT_REASON) ? DisplayString.of(value.toString()) : value.toString();
            headers.put(name, HeaderRules.of(name).checked(sent));
        }
        return this;
    }

    /** Adds the ETag that the operation requires. */
    Request ifMatch(String etag) {
        if (etag == null) {
            throw new IllegalArgumentException("the ETag is missing: take it from the last answer with the resource");
        }
        return header("If-Match", etag);
    }

    Request accept(String mediaType) {
        return header("Accept", mediaType + ", application/problem+json");
    }

    Request body(String mediaType, Object content) {
        if (content == null) {
            throw new IllegalArgumentException("the body is missing");
        }
        body = content;
        return header("Content-Type", mediaType);
    }

    Request upload(Upload content) {
        if (content == null) {
            throw new IllegalArgumentException("the body is missing");
        }
        upload = content;
        return header("Content-Type", content.mediaType());
    }

    Request with(WriteOptions options) {
        return query("dry_run", options.dryRun() ? true : null)
                .header("Idempotency-Key", options.idempotencyKey())
                .header("If-Match", options.ifMatch())
                .header(AUDIT_REASON, options.auditReason());
    }

    Request with(ReadOptions options) {
        return query("expand", options.expand()).query("fields", options.fields()).header("If-None-Match", options.ifNoneMatch());
    }

    /** Fixes the values that are equal in all attempts. */
    Request settled() {
        if (change) {
            headers.computeIfAbsent("Idempotency-Key", name -> UUID.randomUUID().toString());
            if ("true".equals(query.get("dry_run"))) {
                accept(DRY_RUN);
            }
        }
        return this;
    }

    String method() {
        return method;
    }

    /** The path with its parameters in braces. */
    String route() {
        return route;
    }

    /** Method and path for messages, without the query, which can contain personal data. */
    String summary() {
        return method + " " + path;
    }

    /** Path and query, relative to the base URL. */
    String target() {
        String asked = query.entrySet().stream().map(one -> encode(one.getKey()) + "=" + one.getValue()).collect(Collectors.joining("&"));
        return asked.isEmpty() ? path : path + "?" + asked;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The JSON body; null for none. */
    Object body() {
        return body;
    }

    /** The streamed body; null for none. */
    Upload upload() {
        return upload;
    }

    private static String path(String template, Object... segments) {
        List<String> parts = new ArrayList<>();
        int next = 0;
        for (String part : template.split("/", -1)) {
            parts.add(part.startsWith("{") ? segment(segments[next++]) : part);
        }
        return String.join("/", parts);
    }

    /** Refuses values that would lead to another path. */
    private static String segment(Object value) {
        String text = value == null ? "" : value.toString();
        if (text.isEmpty() || text.equals(".") || text.equals("..")) {
            throw new IllegalArgumentException("'" + text + "' can't be part of a path");
        }
        return encode(text);
    }

    private static String encode(String text) {
        // The encoder would replace it by a question mark.
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("A parameter contains a lone surrogate.");
        }
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
