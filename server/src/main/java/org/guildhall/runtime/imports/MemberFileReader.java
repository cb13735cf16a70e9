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

/** Reads member files row by row, and checks each row by itself. */
final class MemberFileReader {

    static final int ROWS_MAX = 100_000;

    /** The maximal number of errors of one row, so that a file of 100,000 bad rows can't cause millions of errors. */
    private static final int ERRORS_MAX = 20;

    private static final String CSV = "text/csv";
    /** The maximal number of characters of a cell or of a line of NDJSON; a valid row has far fewer. */
    private static final int TEXT_MAX = 64 * 1024;

    private final ComponentSchema form;
    private final Consumer<Line> lines;
    private int rows;

    /**
     * A row of the file.
     *
     * @param number the line on which the row begins, from 1
     * @param row null if the row has errors
     */
    record Line(long number, @Nullable MemberRow row, List<RowError> errors) {}

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
     * @param form the schema of a row
     * @throws ProblemException {@code malformed_body} if it isn't a file of that kind, {@code body_too_large} if it has too many rows
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

    private void add(long number, @Nullable MemberRow row, List<RowError> errors) {
        if (++rows > ROWS_MAX) {
            throw Problem.BODY_TOO_LARGE.because("The file has more than " + ROWS_MAX + " rows.");
        }
        lines.accept(new Line(number, row, errors.size() <= ERRORS_MAX ? errors : errors.subList(0, ERRORS_MAX)));
    }

    private void csv(Reader in) throws IOException {
        var reader = new CsvRowReader(in, TEXT_MAX);
        var first = reader.next();
        if (first == null) {
            throw Problem.MALFORMED_BODY.because("The file has no header line.");
        }
        var header = header(first);
        for (var row = reader.next(); row != null; row = reader.next()) {
            csvRow(header, row);
        }
    }

    /** The columns in lower case. Unknown, repeated and missing columns are reported together. */
    private static List<String> header(CsvRow row) {
        if (row.cellCount() > row.cells().size()) {
            throw Problem.MALFORMED_BODY.because("The header line has more than " + CsvRowReader.CELLS_MAX + " columns.");
        }
        var errors = new ArrayList<Item>();
        row.faults().forEach(fault -> errors.add(Item.pointer("/" + RowError.shown(row.cells().get(fault.cell())), fault.code(), fault.detail())));
        var columns = row.cells().stream().map(column -> column.toLowerCase(Locale.ROOT)).toList();
        var known = new HashSet<String>();
        for (int at = 0; at < columns.size(); at++) {
            var pointer = "/" + RowError.shown(row.cells().get(at));
            if (!MemberRow.COLUMNS.contains(columns.get(at))) {
                errors.add(Item.pointer(pointer, "unknown_column", "Unknown column. The columns are " + String.join(", ", MemberRow.COLUMNS) + "."));
            } else if (!known.add(columns.get(at))) {
                errors.add(Item.pointer(pointer, "duplicate_column", "Duplicate column."));
            }
        }
        if (!known.contains(MemberRow.EXTERNAL_ID) && !known.contains(MemberRow.ID)) {
            errors.add(Item.pointer("/" + MemberRow.EXTERNAL_ID, "missing_column", "The header line needs the column external_id or id."));
        }
        if (!errors.isEmpty()) {
            throw Problem.MALFORMED_BODY.because("The header line is invalid. Each entry of `errors` names a column.").withAll(errors);
        }
        return columns;
    }

    private void csvRow(List<String> header, CsvRow row) {
        if (!row.faults().isEmpty()) {
            add(row.line(), null, row.faults().stream()
                    .map(fault -> new RowError(fault.cell() < header.size() ? header.get(fault.cell()) : null, fault.code(), fault.detail()))
                    .toList());
            return;
        }
        if (row.cellCount() != header.size()) {
            add(row.line(), null, List.of(new RowError(null, "wrong_column_count",
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
        check(row.line(), object);
    }

    private void ndjson(Reader in) throws IOException {
        long number = 0;
        var line = new BoundedLineReader(in, TEXT_MAX);
        while (line.next()) {
            number++;
            if (line.isTooLong()) {
                add(number, null, List.of(new RowError(null, "too_long", "The line is longer than " + TEXT_MAX + " characters.")));
            } else if (line.isUndecodable()) {
                add(number, null, List.of(new RowError(null, "encoding", "The line has bytes that are invalid in the file's character set.")));
            } else if (!line.isBlank()) {
                ndjsonRow(number, line.text());
            }
        }
    }

    private void ndjsonRow(long number, String text) {
        try {
            if (form.parse(text) instanceof ObjectNode object) {
                check(number, object);
            } else {
                add(number, null, List.of(new RowError(null, "wrong_type", "Each line must be a JSON object.")));
            }
        } catch (ProblemException malformed) {
            // The parser counts from line 1 of this text; the error has the line of the file.
            var detail = String.valueOf(malformed.getMessage()).replace("(line 1, column ", "(column ");
            add(number, null, List.of(new RowError(null, malformed.problem().code(), detail)));
        }
    }

    private void check(long number, ObjectNode object) {
        var errors = new ArrayList<RowError>();
        form.check(object).forEach(item -> errors.add(RowError.of(item)));
        if (errors.isEmpty()) {
            checkRelated(object, errors);
        }
        if (!errors.isEmpty()) {
            add(number, null, errors);
            return;
        }
        var cells = new TreeMap<String, @Nullable String>();
        object.properties().forEach(member -> cells.put(member.getKey(), member.getValue().textValue()));
        add(number, new MemberRow(cells), errors);
    }

    /** Checks the members of a row that depend on each other. */
    private static void checkRelated(ObjectNode row, List<RowError> errors) {
        if (!row.hasNonNull(MemberRow.EXTERNAL_ID) && !row.hasNonNull(MemberRow.ID)) {
            errors.add(new RowError(MemberRow.EXTERNAL_ID, "required", "`external_id` or `id` is required."));
        }
        boolean household = row.hasNonNull(MemberRow.HOUSEHOLD_EXTERNAL_ID) || row.hasNonNull(MemberRow.HOUSEHOLD_ID);
        if (!household && (row.hasNonNull(MemberRow.HOUSEHOLD_NAME) || row.hasNonNull(MemberRow.HOUSEHOLD_ROLE))) {
            errors.add(new RowError(MemberRow.HOUSEHOLD_EXTERNAL_ID, "required",
                    "`household_external_id` or `household_id` is required with `household_name` or `household_role`."));
        }
        checkId(row, MemberRow.ID, PersonId::parse, errors);
        checkId(row, MemberRow.HOUSEHOLD_ID, HouseholdId::parse, errors);
    }

    private static void checkId(ObjectNode row, String name, Consumer<String> parse, List<RowError> errors) {
        try {
            if (row.hasNonNull(name)) {
                parse.accept(row.get(name).textValue());
            }
        } catch (IllegalArgumentException invalid) {
            errors.add(new RowError(name, "invalid", "The value is not valid."));
        }
    }
}
