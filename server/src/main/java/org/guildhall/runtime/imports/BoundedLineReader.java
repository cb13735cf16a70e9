package org.guildhall.runtime.imports;

import java.io.IOException;
import java.io.Reader;

/** The lines of a text, one after another; of one that is too long nothing more is held. A line ends with LF, or with CR LF. */
final class BoundedLineReader {

    private final Reader in;
    private final int charactersMax;
    private final StringBuilder line = new StringBuilder(512);
    private boolean tooLong;
    private boolean undecodable;

    /** @param in best a buffered one: it is read character by character */
    BoundedLineReader(Reader in, int charactersMax) {
        this.in = in;
        this.charactersMax = charactersMax;
    }

    /** Goes on to the next line; false if there is none. */
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

    /** Whether it has bytes that are no character of the file's character set. */
    boolean isUndecodable() {
        return undecodable;
    }

    /** Whether there is nothing but white space in it. */
    boolean isBlank() {
        return line.chars().allMatch(one -> one == ' ' || one == '\t' || one == '\r');
    }

    String text() {
        return line.toString();
    }
}
