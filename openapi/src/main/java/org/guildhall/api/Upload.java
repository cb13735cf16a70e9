package org.guildhall.api;

import java.io.InputStream;
import java.nio.charset.Charset;

/** A body too large to be held. All of it has come by the time that a handler sees it; it is gone when the request is. */
public interface Upload {

    /** The media type that it came as, without parameters: one of those that the document lists. */
    String mediaType();

    /** The character set that its media type names; UTF-8 unless it names one. */
    Charset charset();

    /** How many bytes it has. */
    long bytes();

    /** Reads it from its beginning; each call anew. */
    InputStream open();
}
