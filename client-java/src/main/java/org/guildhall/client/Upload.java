package org.guildhall.client;

import java.io.FileNotFoundException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A streamed body, which is never held in memory as a whole. */
public final class Upload {

    private final String mediaType;
    private final boolean repeatable;
    private final Content content;

    /** Starts the body from its beginning. */
    private interface Content {
        BodyPublisher begin() throws FileNotFoundException;
    }

    private Upload(String mediaType, boolean repeatable, Content content) {
        this.mediaType = mediaType;
        this.repeatable = repeatable;
        this.content = content;
    }

    /** A file. */
    public static Upload of(String mediaType, Path file) {
        return new Upload(mediaType, true, () -> BodyPublishers.ofFile(file));
    }

    /** A body that can be read again for another attempt. */
    public static Upload of(String mediaType, Supplier<InputStream> streams) {
        return new Upload(mediaType, true, () -> BodyPublishers.ofInputStream(streams));
    }

    /** A body that can be read only once: the call has one attempt. */
    public static Upload once(String mediaType, InputStream stream) {
        var begun = new AtomicBoolean();
        return new Upload(mediaType, false, () -> {
            if (begun.getAndSet(true)) {
                throw new IllegalStateException("The body has already been sent");
            }
            return BodyPublishers.ofInputStream(() -> stream);
        });
    }

    String mediaType() {
        return mediaType;
    }

    /** True if another attempt can send the body again. */
    boolean isRepeatable() {
        return repeatable;
    }

    BodyPublisher publisher() {
        try {
            return content.begin();
        } catch (FileNotFoundException e) {
            throw new IllegalArgumentException("The body can't be read: " + e.getMessage(), e);
        }
    }
}
