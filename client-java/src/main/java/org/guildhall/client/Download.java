package org.guildhall.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A streamed answer, which is never held in memory as a whole. Close it, also to stop an answer before its end. */
public final class Download implements AutoCloseable {

    private final InputStream stream;

    Download(InputStream stream) {
        this.stream = stream;
    }

    /** The content. An answer that breaks off causes an {@link IOException}, never an early end of the stream. */
    public InputStream stream() {
        return stream;
    }

    /**
     * Writes the content to a file, and replaces an existing one. The file appears only when it is complete.
     *
     * @throws GuildhallException if the answer breaks off or the file can't be written
     */
    public void to(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path part = Files.createTempFile(folder, file.getFileName().toString(), ".part");
            try {
                Files.copy(stream, part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new GuildhallException("The answer can't be written to " + file, e);
        }
    }

    @Override
    public void close() {
        try {
            stream.close();
        } catch (IOException e) {
            throw new GuildhallException("The answer can't be closed", e);
        }
    }
}
