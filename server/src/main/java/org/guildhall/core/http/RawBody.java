package org.guildhall.core.http;

/** A public body that is sent as its bytes, possibly compressed, instead of being written as JSON. */
public final class RawBody {

    private final String contentType;
    private final Variants variants;

    public RawBody(byte[] bytes, String contentType) {
        this.contentType = contentType;
        this.variants = new Variants(bytes);
    }

    String contentType() {
        return contentType;
    }

    Variants variants() {
        return variants;
    }
}
