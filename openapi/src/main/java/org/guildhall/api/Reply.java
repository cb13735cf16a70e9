package org.guildhall.api;

import org.jspecify.annotations.Nullable;

/**
 * A handler's answer, as data: the server knows the whole reply before it commits, so it can store the reply for the idempotency key in the
 * transaction of the effect.
 *
 * @param status the HTTP status
 * @param body the body, written as JSON; null for an answer without a body
 * @param version the resource's version for the {@code ETag}; 0 for an answer without one
 * @param location the path of the created resource, for the {@code Location} header; null if none was created
 */
public record Reply<T>(int status, @Nullable T body, long version, @Nullable String location) {

    /** 200 with a resource and its ETag. */
    public static <T extends Versioned> Reply<T> ok(T body) {
        return new Reply<>(200, body, body.version(), null);
    }

    /** 200 with a body that has no version, and so no ETag. */
    public static <T> Reply<T> plain(T body) {
        return new Reply<>(200, body, 0, null);
    }

    /** 201 with the resource and its path. */
    public static <T> Reply<T> created(String location, T body) {
        return new Reply<>(201, body, versionOf(body), location);
    }

    /** 202: the work continues in the background, and {@code location} shows its progress. */
    public static <T> Reply<T> accepted(String location, T body) {
        return new Reply<>(202, body, versionOf(body), location);
    }

    /** 204. */
    public static Reply<Void> noContent() {
        return new Reply<>(204, null, 0, null);
    }

    /** 200 with one page of a list. */
    public static <T> Reply<Page<T>> list(Page<T> page) {
        return new Reply<>(200, page, 0, null);
    }

    private static long versionOf(Object body) {
        return body instanceof Versioned versioned ? versioned.version() : 0;
    }
}
