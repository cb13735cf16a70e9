package org.guildhall.runtime.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.BufferedInputStream;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.guildhall.api.Upload;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.PersonId;
import org.guildhall.core.http.Form;
import org.guildhall.core.http.Json;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.jspecify.annotations.Nullable;

/** Reads files of members row by row, and says of each row whether it is right by itself. */
final class MemberFile {

    static final int ROWS_MAX = 100_000;

    /** Of one row: who makes up a hundred members for each of 100,000 rows doesn't get ten million entries for it. */
    private static final int MISTAKES_MAX = 20;

    private static final String CSV = "text/csv";
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    /** Of one cell, and of one line of NDJSON: far more than a row can have. */
    private static final int TEXT_MAX = 64 * 1024;

    private final Form form;
    private final Consumer<Line> lines;
    private int rows;

    /**
     * A row, as it stands in the file.
     *
     * @param number of the line on which it begins, from 1
     * @param row null if something is wrong with it
     */
    record Line(long number, @Nullable MemberRow row, List<Mistake> mistakes) {}

    private MemberFile(Form form, Consumer<Line> lines) {
        this.form = form;
        this.lines = lines;
    }

    /** {@code csv} or {@code ndjson}. */
    static String format(Upload upload) {
        return upload.mediaType().equals(CSV) ? "csv" : "ndjson";
    }

    /**
     * Reads a file to its end.
     *
     * @param form of one row
     * @throws Refusal if it isn't a file of that kind at all, or has too many rows
     */
    static void read(Upload upload, Form form, Consumer<Line> lines) {
        var file = new MemberFile(form, lines);
        try (var in = new BufferedInputStream(upload.open(), TEXT_MAX)) {
            refuseByteOrderMark(in);
            if (upload.mediaType().equals(CSV)) {
                file.csv(in);
            } else {
                file.ndjson(in);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void refuseByteOrderMark(InputStream in) throws IOException {
        in.mark(BYTE_ORDER_MARK.length);
        if (java.util.Arrays.equals(in.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
            throw Problem.MALFORMED_BODY.because("The body begins with a byte order mark: save it as UTF-8 without one.");
        }
        in.reset();
    }

    private void tell(long number, @Nullable MemberRow row, List<Mistake> mistakes) {
        if (++rows > ROWS_MAX) {
            throw Problem.BODY_TOO_LARGE.because("The file has more than " + ROWS_MAX + " rows.");
        }
        lines.accept(new Line(number, row, mistakes.size() <= MISTAKES_MAX ? mistakes : mistakes.subList(0, MISTAKES_MAX)));
    }

    private void csv(InputStream in) {
        // What can't be decoded is refused, instead of stored as question marks.
        var reader = new Quotes(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
        long last = 0;
        try (var records = CsvReader.builder()
                .skipEmptyLines(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .maxBufferSize(TEXT_MAX)
                .ofCsvRecord(reader)) {
            @Nullable List<String> header = null;
            for (var record : records) {
                last = record.getStartingLineNumber();
                if (header == null) {
                    header = header(record);
                } else {
                    csv(header, record);
                }
            }
            if (header == null) {
                throw Problem.MALFORMED_BODY.because("The file has no header line.");
            }
            if (reader.isOdd()) {
                throw noCsv(last);
            }
        } catch (CsvParseException broken) {
            throw noCsv(last);
        } catch (UncheckedIOException failed) {
            throw unreadable(failed.getCause(), last);
        } catch (IOException failed) {
            throw unreadable(failed, last);
        }
    }

    /** Counts quotes: a file that is cut off within a cell is otherwise read as if the cell ended there. */
    private static final class Quotes extends FilterReader {
        private boolean odd;

        Quotes(Reader in) {
            super(in);
        }

        boolean isOdd() {
            return odd;
        }

        @Override
        public int read(char[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            for (int at = offset; at < offset + read; at++) {
                odd ^= into[at] == '"';
            }
            return read;
        }
    }

    private static Refusal noCsv(long line) {
        return Problem.MALFORMED_BODY.because("At line " + line + " or behind it the file is no CSV (RFC 4180): a quote that isn't closed, text behind one, "
                + "or a cell of more than " + TEXT_MAX + " characters.");
    }

    private static RuntimeException unreadable(IOException failed, long last) {
        return failed instanceof CharacterCodingException
                ? Problem.MALFORMED_BODY.because("Behind line " + last + " the file isn't UTF-8.")
                : new UncheckedIOException(failed);
    }

    /** The columns, all of them known and each there once; all that is wrong is told at once. */
    private static List<String> header(CsvRecord record) {
        var wrong = new ArrayList<Item>();
        var seen = new HashSet<String>();
        for (var column : record.getFields()) {
            var pointer = "/" + Mistake.shown(column);
            if (!MemberRow.COLUMNS.contains(column)) {
                wrong.add(Item.pointer(pointer, "unknown_column", "There is no such column; there are " + String.join(", ", MemberRow.COLUMNS) + "."));
            } else if (!seen.add(column)) {
                wrong.add(Item.pointer(pointer, "duplicate_column", "The column is there twice."));
            }
        }
        if (!seen.contains(MemberRow.EXTERNAL_ID) && !seen.contains(MemberRow.ID)) {
            wrong.add(Item.pointer("/" + MemberRow.EXTERNAL_ID, "missing_column", "Rows are told apart by external_id, or by id."));
        }
        if (!wrong.isEmpty()) {
            throw Problem.MALFORMED_BODY.because("The header line is wrong; each entry of errors names a column.").withAll(wrong);
        }
        return record.getFields();
    }

    private void csv(List<String> header, CsvRecord record) {
        if (record.getFieldCount() != header.size()) {
            tell(record.getStartingLineNumber(), null, List.of(new Mistake(null, "wrong_column_count",
                    "The row has " + record.getFieldCount() + " cells, the header line " + header.size() + ".")));
            return;
        }
        var object = Json.WIRE.createObjectNode();
        for (int at = 0; at < header.size(); at++) {
            var text = CsvCell.text(record.getField(at));
            if (!text.isEmpty()) {
                object.put(header.get(at), text);
            }
        }
        checked(record.getStartingLineNumber(), object);
    }

    private void ndjson(InputStream in) throws IOException {
        long number = 0;
        var line = new BoundedLine(in, TEXT_MAX);
        while (line.next()) {
            number++;
            if (line.isTooLong()) {
                tell(number, null, List.of(new Mistake(null, "too_long", "The line is longer than " + TEXT_MAX + " bytes.")));
            } else if (!line.isBlank()) {
                ndjson(number, line.bytes());
            }
        }
    }

    private void ndjson(long number, byte[] text) {
        try {
            if (form.parse(text) instanceof ObjectNode object) {
                checked(number, object);
            } else {
                tell(number, null, List.of(new Mistake(null, "wrong_type", "A line is a JSON object.")));
            }
        } catch (Refusal malformed) {
            tell(number, null, List.of(new Mistake(null, malformed.problem().code(), String.valueOf(malformed.getMessage()))));
        }
    }

    private void checked(long number, ObjectNode object) {
        var mistakes = new ArrayList<Mistake>();
        form.check(object).forEach(item -> mistakes.add(Mistake.of(item)));
        if (mistakes.isEmpty()) {
            related(object, mistakes);
        }
        if (!mistakes.isEmpty()) {
            tell(number, null, mistakes);
            return;
        }
        var cells = new TreeMap<String, @Nullable String>();
        object.properties().forEach(member -> cells.put(member.getKey(), member.getValue().textValue()));
        tell(number, new MemberRow(cells), mistakes);
    }

    /** What a row must have beside what it has. */
    private static void related(ObjectNode row, List<Mistake> mistakes) {
        if (!row.hasNonNull(MemberRow.EXTERNAL_ID) && !row.hasNonNull(MemberRow.ID)) {
            mistakes.add(new Mistake(MemberRow.EXTERNAL_ID, "required", "A row needs an external_id, or an id."));
        }
        boolean household = row.hasNonNull(MemberRow.HOUSEHOLD_EXTERNAL_ID) || row.hasNonNull(MemberRow.HOUSEHOLD_ID);
        if (!household && (row.hasNonNull(MemberRow.HOUSEHOLD_NAME) || row.hasNonNull(MemberRow.HOUSEHOLD_ROLE))) {
            mistakes.add(new Mistake(MemberRow.HOUSEHOLD_EXTERNAL_ID, "required", "The row says something of a household and doesn't say which."));
        }
        parses(row, MemberRow.ID, PersonId::parse, mistakes);
        parses(row, MemberRow.HOUSEHOLD_ID, HouseholdId::parse, mistakes);
    }

    private static void parses(ObjectNode row, String name, Consumer<String> parse, List<Mistake> mistakes) {
        try {
            if (row.hasNonNull(name)) {
                parse.accept(row.get(name).textValue());
            }
        } catch (IllegalArgumentException noSuchId) {
            mistakes.add(new Mistake(name, "invalid", "The value is not valid."));
        }
    }
}
