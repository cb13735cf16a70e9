package org.guildhall.api;

import java.io.InputStream;
import java.nio.charset.Charset;

/** A body that is too large for memory. It has arrived completely before the handler runs, and is deleted after the request. */
public interface Upload {

    /** The body's media type without parameters: one of those in the document. */
    String mediaType();

    /** The charset of the media type; UTF-8 by default. */
    Charset charset();

    /** The size in bytes. */
    long bytes();

    /** A new stream from the beginning. */
    InputStream open();
}
