package org.guildhall.api;

import org.jspecify.annotations.Nullable;

/**
 * What a handler answers. It is data, not a write to a socket: the server knows the whole reply before it commits, so the reply
 * can be kept for the idempotency key in the transaction that has the effect.
 *
 * @param status the HTTP status
 * @param body what is written as JSON; null for an answer without a body
 * @param version the resource's version, from which the {@code ETag} is made; 0 for an answer that has none
 * @param location the path of what was created, for the {@code Location} header; null if nothing was
 */
public record Reply<T>(int status, @Nullable T body, long version, @Nullable String location) {

    /** 200 with a resource and its ETag. */
    public static <T extends Versioned> Reply<T> ok(T body) {
        return new Reply<>(200, body, body.version(), null);
    }

    /** 200 with something that has no version, and so no ETag. */
    public static <T> Reply<T> plain(T body) {
        return new Reply<>(200, body, 0, null);
    }

    /** 201 with the resource and where it is from now on. */
    public static <T> Reply<T> created(String location, T body) {
        return new Reply<>(201, body, versionOf(body), location);
    }

    /** 202: the work is on its way and {@code location} tells how far it is. */
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
