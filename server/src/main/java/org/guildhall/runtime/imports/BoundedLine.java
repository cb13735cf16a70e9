package org.guildhall.runtime.imports;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** The lines of a stream, one after another; of one that is too long nothing is held. A line ends with LF, or with CR LF. */
final class BoundedLine {

    private final InputStream in;
    private final int bytesMax;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    private boolean tooLong;

    /** @param in best a buffered one: it is read byte by byte */
    BoundedLine(InputStream in, int bytesMax) {
        this.in = in;
        this.bytesMax = bytesMax;
    }

    /** Goes on to the next line; false if there is none. */
    boolean next() throws IOException {
        line.reset();
        tooLong = false;
        int read = in.read();
        if (read < 0) {
            return false;
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            if (line.size() < bytesMax) {
                line.write(read);
            } else {
                tooLong = true;
            }
        }
        return true;
    }

    boolean isTooLong() {
        return tooLong;
    }

    /** Whether there is nothing but white space in it. */
    boolean isBlank() {
        for (byte one : line.toByteArray()) {
            if (one != ' ' && one != '\t' && one != '\r') {
                return false;
            }
        }
        return true;
    }

    byte[] bytes() {
        return line.toByteArray();
    }
}
