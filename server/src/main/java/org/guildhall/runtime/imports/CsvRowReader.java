package org.guildhall.runtime.imports;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.imports.CsvRow.Fault;
import org.jspecify.annotations.Nullable;

/**
 * Reads CSV after RFC 4180 row by row. A violation of the RFC is a fault of its row, and the next row begins at the next line. Only a quote
 * that opens a cell and is never closed ends the reading. The separator is the first comma, semicolon or tab in the first row.
 */
final class CsvRowReader {

    /** More cells than a valid row has. Further cells of a row are counted and not kept. */
    static final int CELLS_MAX = 100;

    private static final String SEPARATORS = ",;\t";
    private static final int END = -1;
    private static final int UNKNOWN = -2;

    private enum State { START, PLAIN, QUOTED, CLOSED }

    private final Reader in;
    private final int cellCharactersMax;
    private final StringBuilder cell = new StringBuilder();
    private int separator = UNKNOWN;
    private int next = UNKNOWN;
    private long line = 1;

    private List<String> cells = new ArrayList<>();
    private List<Fault> faults = new ArrayList<>();
    private int cellCount;
    private boolean faulty;
    private char before;

    /** @param in a buffered reader, since it is read character by character */
    CsvRowReader(Reader in, int cellCharactersMax) {
        this.in = in;
        this.cellCharactersMax = cellCharactersMax;
    }

    /**
     * The next row that isn't blank; null after the last row.
     *
     * @throws ProblemException if a quote is never closed
     */
    @Nullable CsvRow next() throws IOException {
        while (peek() != END) {
            var row = row();
            if (!row.isBlank()) {
                if (separator == UNKNOWN) {
                    separator = SEPARATORS.charAt(0);
                }
                return row;
            }
        }
        return null;
    }

    private CsvRow row() throws IOException {
        long begin = line;
        cells = new ArrayList<>();
        faults = new ArrayList<>();
        cellCount = 0;
        while (cell()) {
            // cell() reads the cells of the row
        }
        return new CsvRow(begin, cells, cellCount, faults);
    }

    /** Reads a cell; true if another cell of the row follows. */
    private boolean cell() throws IOException {
        cell.setLength(0);
        faulty = false;
        before = 0;
        long opened = line;
        var state = State.START;
        while (true) {
            int character = read();
            if (state == State.QUOTED) {
                if (character == END) {
                    throw Problem.MALFORMED_BODY.because("The quote that opens a cell on line " + opened + " is never closed.");
                }
                if (character != '"') {
                    append((char) character);
                } else if (peek() == '"') {
                    append((char) read());
                } else {
                    state = State.CLOSED;
                }
            } else if (character == END || character == '\n' || separates(character)) {
                finish();
                return character != END && character != '\n';
            } else if (state == State.START && character == '"') {
                state = State.QUOTED;
            } else if (state == State.CLOSED) {
                fault("text_behind_quote", "Text follows the closing quote of the cell. A quote within a quoted cell is written twice.");
            } else {
                state = State.PLAIN;
                if (character == '"') {
                    fault("stray_quote", "The cell contains a quote and doesn't begin with one. Quote the cell, and write each quote in it twice.");
                }
                append((char) character);
            }
        }
    }

    private boolean separates(int character) {
        if (separator == UNKNOWN && SEPARATORS.indexOf(character) >= 0) {
            separator = character;
        }
        return character == separator;
    }

    private void append(char character) {
        boolean undecodable = MemberFileText.isUndecodable(before, character);
        before = character;
        if (undecodable) {
            fault("encoding", "The cell has bytes that are invalid in the file's character set.");
        } else if (cell.length() < cellCharactersMax) {
            cell.append(character);
        } else {
            fault("too_long", "The cell is longer than " + cellCharactersMax + " characters.");
        }
    }

    /** Keeps only the first fault of a cell, since further ones usually follow from it. */
    private void fault(String code, String detail) {
        if (!faulty && cellCount < CELLS_MAX) {
            faults.add(new Fault(cellCount, code, detail));
        }
        faulty = true;
    }

    private void finish() {
        if (cellCount < CELLS_MAX) {
            cells.add(cell.toString());
        }
        cellCount++;
    }

    private int peek() throws IOException {
        if (next == UNKNOWN) {
            next = in.read();
        }
        return next;
    }

    /** Reads the next character. Every line break becomes one LF and is counted. */
    private int read() throws IOException {
        int character = peek();
        next = UNKNOWN;
        if (character == '\r') {
            if (peek() == '\n') {
                next = UNKNOWN;
            }
            character = '\n';
        }
        if (character == '\n') {
            line++;
        }
        return character;
    }
}
