package org.guildhall.client;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** An answer that is read as it comes and never held whole. To be closed, which also ends an answer that nobody wants to its end. */
public final class Download implements AutoCloseable {

    private final InputStream stream;

    Download(InputStream stream) {
        this.stream = stream;
    }

    /** What comes; an answer that breaks off is an {@link IOException}, never a stream that ends early. */
    public InputStream stream() {
        return stream;
    }

    /**
     * Writes all of it into a file, in place of one that is there. The file is there when all of it is.
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
