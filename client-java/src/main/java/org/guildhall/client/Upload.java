package org.guildhall.client;

import java.io.FileNotFoundException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** A body that is sent as it is read and never held whole. */
public final class Upload {

    private final String mediaType;
    private final boolean repeatable;
    private final Content content;

    /** Begins the body anew. */
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

    /** A body that can be read once: the call has one attempt. */
    public static Upload once(String mediaType, InputStream stream) {
        var begun = new AtomicBoolean();
        return new Upload(mediaType, false, () -> {
            if (begun.getAndSet(true)) {
                throw new IllegalStateException("The body has been sent already");
            }
            return BodyPublishers.ofInputStream(() -> stream);
        });
    }

    String mediaType() {
        return mediaType;
    }

    /** Whether there can be another attempt. */
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
