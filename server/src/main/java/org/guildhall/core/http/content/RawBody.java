package org.guildhall.core.http.content;

import org.jspecify.annotations.Nullable;

/** A public body that is sent as its bytes, possibly compressed, instead of being written as JSON. */
public final class RawBody {

    private final String contentType;
    private final Variants variants;

    public RawBody(byte[] bytes, String contentType) {
        this.contentType = contentType;
        this.variants = new Variants(bytes);
    }

    public String contentType() {
        return contentType;
    }

    /** The body for this {@code Accept-Encoding}: gzip if accepted, else plain. */
    public Variants.Form form(@Nullable String acceptEncoding) {
        return variants.form(acceptEncoding);
    }
}
