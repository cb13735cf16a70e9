package org.guildhall.core.http;

import org.jspecify.annotations.Nullable;

/** What a page outside the API is made of: its bytes, what they are, what a browser may do with them, and for how long it may keep them. */
public final class PageContent {

    private static final int COMPRESSED_BYTES_MIN = 1024;

    private final Variants variants;
    private final String contentType;
    private final String contentSecurityPolicy;
    private final String cacheControl;
    private final boolean compressed;

    private PageContent(byte[] bytes, String contentType, String contentSecurityPolicy, String cacheControl, boolean compressed) {
        this.variants = new Variants(bytes);
        this.contentType = contentType;
        this.contentSecurityPolicy = contentSecurityPolicy;
        this.cacheControl = cacheControl;
        this.compressed = compressed;
    }

    /** A page that may be kept and is asked for anew each time, by its entity tag. */
    public static PageContent revalidated(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "no-cache", bytes.length >= COMPRESSED_BYTES_MIN);
    }

    /** A file whose path changes with its bytes, so that it may be kept for a year without asking. */
    public static PageContent immutable(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(
                bytes, contentType, contentSecurityPolicy, "public, max-age=31536000, immutable", bytes.length >= COMPRESSED_BYTES_MIN);
    }

    /** A page that differs each time, since its policy names a number that is used once. */
    public static PageContent once(byte[] bytes, String contentType, String contentSecurityPolicy) {
        return new PageContent(bytes, contentType, contentSecurityPolicy, "no-store", false);
    }

    Variants.Form form(@Nullable String acceptEncoding) {
        return variants.form(compressed ? acceptEncoding : null);
    }

    String contentType() {
        return contentType;
    }

    String contentSecurityPolicy() {
        return contentSecurityPolicy;
    }

    String cacheControl() {
        return cacheControl;
    }
}
