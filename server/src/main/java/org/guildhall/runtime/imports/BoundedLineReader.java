package org.guildhall.runtime.imports;

import java.io.IOException;
import java.io.Reader;

/** Reads a text line by line, and keeps at most {@code charactersMax} characters of a line. A line ends with LF or CR LF. */
final class BoundedLineReader {

    private final Reader in;
    private final int charactersMax;
    private final StringBuilder line = new StringBuilder(512);
    private boolean tooLong;
    private boolean undecodable;

    /** @param in a buffered reader, since it is read character by character */
    BoundedLineReader(Reader in, int charactersMax) {
        this.in = in;
        this.charactersMax = charactersMax;
    }

    /** Reads the next line; false if there is none. */
    boolean next() throws IOException {
        line.setLength(0);
        tooLong = false;
        undecodable = false;
        int before = 0;
        int read = in.read();
        if (read < 0) {
            return false;
        }
        for (; read >= 0 && read != '\n'; read = in.read()) {
            undecodable |= MemberFileText.isUndecodable(before, read);
            before = read;
            if (line.length() < charactersMax) {
                line.append((char) read);
            } else {
                tooLong = true;
            }
        }
        return true;
    }

    boolean isTooLong() {
        return tooLong;
    }

    /** True if the line has bytes that are invalid in the file's character set. */
    boolean isUndecodable() {
        return undecodable;
    }

    /** True if the line contains only white space. */
    boolean isBlank() {
        return line.chars().allMatch(character -> character == ' ' || character == '\t' || character == '\r');
    }

    String text() {
        return line.toString();
    }
}
