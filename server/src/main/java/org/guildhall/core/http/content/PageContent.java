package org.guildhall.core.http.content;

import org.jspecify.annotations.Nullable;

/** A page outside the API: its bytes, media type, content security policy and caching. */
public final class PageContent {

    private static final int COMPRESSED_BYTES_MIN = 1024;

    private final Variants variants;
    private final String contentType;
    private final String contentSecurityPolicy;
    private final String cacheControl;
    private final boolean compressed;
    private final boolean embedded;
    private final int status;

    private PageContent(
            byte[] bytes, String contentType, String contentSecurityPolicy, String cacheControl, boolean compressed, boolean embedded, int status) {
        this.variants = new Variants(bytes);
        this.contentType = contentType;
        this.contentSecurityPolicy = contentSecurityPolicy;
        this.cacheControl = cacheControl;
        this.compressed = compressed;
        this.embedded = embedded;
        this.status = status;
    }

    /** A page that a browser revalidates on each use, by its entity tag. */
    public static PageContent revalidated(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "no-cache", bytes.length >= COMPRESSED_BYTES_MIN, false, 200);
    }

    /** A file whose path changes with its content, so that it may be cached for a year. */
    public static PageContent immutable(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(
                bytes, contentType, contentSecurityPolicy, "public, max-age=31536000, immutable", bytes.length >= COMPRESSED_BYTES_MIN, false, 200);
    }

    /** A file that pages of other origins load, and that a browser may use for five minutes before it revalidates it. */
    public static PageContent embedded(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "public, max-age=300", bytes.length >= COMPRESSED_BYTES_MIN, true, 200);
    }

    /** A page with a nonce in its content security policy: it is never cached. */
    public static PageContent once(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "no-store", false, false, 200);
    }

    /** A page that says in a person's words that there is nothing at its path. */
    public static PageContent missing(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "no-store", false, false, 404);
    }

    /** The page for this {@code Accept-Encoding}: gzip if accepted and worthwhile, else plain. */
    public Variants.Form form(@Nullable String acceptEncoding) {
        return variants.form(compressed ? acceptEncoding : null);
    }

    public int status() {
        return status;
    }

    public String contentType() {
        return contentType;
    }

    public String contentSecurityPolicy() {
        return contentSecurityPolicy;
    }

    public String cacheControl() {
        return cacheControl;
    }

    /** True if pages of other origins may load it. */
    public boolean isEmbedded() {
        return embedded;
    }
}
