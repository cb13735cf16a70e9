package org.guildhall.runtime.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.guildhall.api.Upload;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.PersonId;
import org.guildhall.core.json.ComponentSchema;
import org.guildhall.core.json.Json;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Reads files of members row by row, and says of each row whether it is right by itself. */
final class MemberFileReader {

    static final int ROWS_MAX = 100_000;

    /** Of one row: who makes up a hundred members for each of 100,000 rows doesn't get ten million entries for it. */
    private static final int MISTAKES_MAX = 20;

    private static final String CSV = "text/csv";
    /** Of one cell, and of one line of NDJSON: far more than a row can have. */
    private static final int TEXT_MAX = 64 * 1024;

    private final ComponentSchema form;
    private final Consumer<Line> lines;
    private int rows;

    /**
     * A row, as it stands in the file.
     *
     * @param number of the line on which it begins, from 1
     * @param row null if something is wrong with it
     */
    record Line(long number, @Nullable MemberRow row, List<RowError> mistakes) {}

    private MemberFileReader(ComponentSchema form, Consumer<Line> lines) {
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
     * @throws ProblemException if it isn't a file of that kind at all, or has too many rows
     */
    static void read(Upload upload, ComponentSchema form, Consumer<Line> lines) {
        var file = new MemberFileReader(form, lines);
        try (var in = new BufferedReader(MemberFileText.open(upload), TEXT_MAX)) {
            if (upload.mediaType().equals(CSV)) {
                file.csv(in);
            } else {
                file.ndjson(in);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private void tell(long number, @Nullable MemberRow row, List<RowError> mistakes) {
        if (++rows > ROWS_MAX) {
            throw Problem.BODY_TOO_LARGE.because("The file has more than " + ROWS_MAX + " rows.");
        }
        lines.accept(new Line(number, row, mistakes.size() <= MISTAKES_MAX ? mistakes : mistakes.subList(0, MISTAKES_MAX)));
    }

    private void csv(Reader in) throws IOException {
        var reader = new CsvRowReader(in, TEXT_MAX);
        var first = reader.next();
        if (first == null) {
            throw Problem.MALFORMED_BODY.because("The file has no header line.");
        }
        var header = header(first);
        for (var row = reader.next(); row != null; row = reader.next()) {
            csv(header, row);
        }
    }

    /** The columns, in lower case, all of them known and each there once; all that is wrong is told at once. */
    private static List<String> header(CsvRow row) {
        if (row.cellCount() > row.cells().size()) {
            throw Problem.MALFORMED_BODY.because("The header line has more than " + CsvRowReader.CELLS_MAX + " columns.");
        }
        var wrong = new ArrayList<Item>();
        row.faults().forEach(fault -> wrong.add(Item.pointer("/" + RowError.shown(row.cells().get(fault.cell())), fault.code(), fault.detail())));
        var columns = row.cells().stream().map(column -> column.toLowerCase(Locale.ROOT)).toList();
        var seen = new HashSet<String>();
        for (int at = 0; at < columns.size(); at++) {
            var pointer = "/" + RowError.shown(row.cells().get(at));
            if (!MemberRow.COLUMNS.contains(columns.get(at))) {
                wrong.add(Item.pointer(pointer, "unknown_column", "There is no such column; there are " + String.join(", ", MemberRow.COLUMNS) + "."));
            } else if (!seen.add(columns.get(at))) {
                wrong.add(Item.pointer(pointer, "duplicate_column", "The column is there twice."));
            }
        }
        if (!seen.contains(MemberRow.EXTERNAL_ID) && !seen.contains(MemberRow.ID)) {
            wrong.add(Item.pointer("/" + MemberRow.EXTERNAL_ID, "missing_column", "Rows are told apart by external_id, or by id."));
        }
        if (!wrong.isEmpty()) {
            throw Problem.MALFORMED_BODY.because("The header line is wrong; each entry of errors names a column.").withAll(wrong);
        }
        return columns;
    }

    private void csv(List<String> header, CsvRow row) {
        if (!row.faults().isEmpty()) {
            tell(row.line(), null, row.faults().stream()
                    .map(fault -> new RowError(fault.cell() < header.size() ? header.get(fault.cell()) : null, fault.code(), fault.detail()))
                    .toList());
            return;
        }
        if (row.cellCount() != header.size()) {
            tell(row.line(), null, List.of(new RowError(null, "wrong_column_count",
                    "The row has " + row.cellCount() + " cells, the header line " + header.size() + ".")));
            return;
        }
        var object = Json.WIRE.createObjectNode();
        for (int at = 0; at < header.size(); at++) {
            var text = CsvCell.text(row.cells().get(at));
            if (!text.isEmpty()) {
                object.put(header.get(at), text);
            }
        }
        checked(row.line(), object);
    }

    private void ndjson(Reader in) throws IOException {
        long number = 0;
        var line = new BoundedLineReader(in, TEXT_MAX);
        while (line.next()) {
            number++;
            if (line.isTooLong()) {
                tell(number, null, List.of(new RowError(null, "too_long", "The line is longer than " + TEXT_MAX + " characters.")));
            } else if (line.isUndecodable()) {
                tell(number, null, List.of(new RowError(null, "encoding", "The line has bytes that are no characters of the file's character set.")));
            } else if (!line.isBlank()) {
                ndjson(number, line.text());
            }
        }
    }

    private void ndjson(long number, String text) {
        try {
            if (form.parse(text) instanceof ObjectNode object) {
                checked(number, object);
            } else {
                tell(number, null, List.of(new RowError(null, "wrong_type", "A line is a JSON object.")));
            }
        } catch (ProblemException malformed) {
            // A line of its own is line 1 of itself; which one of the file it is stands beside.
            var detail = String.valueOf(malformed.getMessage()).replace("(line 1, column ", "(column ");
            tell(number, null, List.of(new RowError(null, malformed.problem().code(), detail)));
        }
    }

    private void checked(long number, ObjectNode object) {
        var mistakes = new ArrayList<RowError>();
        form.check(object).forEach(item -> mistakes.add(RowError.of(item)));
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
    private static void related(ObjectNode row, List<RowError> mistakes) {
        if (!row.hasNonNull(MemberRow.EXTERNAL_ID) && !row.hasNonNull(MemberRow.ID)) {
            mistakes.add(new RowError(MemberRow.EXTERNAL_ID, "required", "A row needs an external_id, or an id."));
        }
        boolean household = row.hasNonNull(MemberRow.HOUSEHOLD_EXTERNAL_ID) || row.hasNonNull(MemberRow.HOUSEHOLD_ID);
        if (!household && (row.hasNonNull(MemberRow.HOUSEHOLD_NAME) || row.hasNonNull(MemberRow.HOUSEHOLD_ROLE))) {
            mistakes.add(new RowError(MemberRow.HOUSEHOLD_EXTERNAL_ID, "required", "The row says something of a household and doesn't say which."));
        }
        parses(row, MemberRow.ID, PersonId::parse, mistakes);
        parses(row, MemberRow.HOUSEHOLD_ID, HouseholdId::parse, mistakes);
    }

    private static void parses(ObjectNode row, String name, Consumer<String> parse, List<RowError> mistakes) {
        try {
            if (row.hasNonNull(name)) {
                parse.accept(row.get(name).textValue());
            }
        } catch (IllegalArgumentException noSuchId) {
            mistakes.add(new RowError(name, "invalid", "The value is not valid."));
        }
    }
}
