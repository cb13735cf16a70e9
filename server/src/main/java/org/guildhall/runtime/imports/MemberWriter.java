package org.guildhall.runtime.imports;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import org.guildhall.core.json.Json;
import org.jspecify.annotations.Nullable;

/** Writes member rows in the formats that {@link MemberFileReader} reads. */
final class MemberWriter {

    private MemberWriter() {}

    /** The format of a file. */
    enum Format {
        CSV("text/csv"),
        NDJSON("application/x-ndjson");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        static Format of(String name) {
            return name.equals("csv") ? CSV : NDJSON;
        }

        String mediaType() {
            return mediaType;
        }
    }

    /** The beginning of a file: the header line of a CSV. */
    static byte[] head(Format format) {
        return format == Format.CSV ? csv(List.of(MemberRow.COLUMNS)) : new byte[0];
    }

    static byte[] rows(Format format, List<MemberRow> rows) {
        return format == Format.CSV ? csv(rows.stream().map(MemberWriter::cells).toList()) : ndjson(rows);
    }

    private static List<String> cells(MemberRow row) {
        return MemberRow.COLUMNS.stream().map(column -> cell(row.get(column))).toList();
    }

    private static String cell(@Nullable String text) {
        return text == null ? "" : CsvCell.of(text);
    }

    /** Lines end with CR LF, after RFC 4180. */
    private static byte[] csv(List<List<String>> records) {
        var out = new ByteArrayOutputStream();
        try (var csv = CsvWriter.builder().build(out, StandardCharsets.UTF_8)) {
            records.forEach(csv::writeRecord);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private static byte[] ndjson(List<MemberRow> rows) {
        var out = new ByteArrayOutputStream();
        for (var row : rows) {
            var members = new LinkedHashMap<String, @Nullable String>();
            MemberRow.COLUMNS.forEach(column -> members.put(column, row.get(column)));
            out.writeBytes(Json.bytes(members));
            out.write('\n');
        }
        return out.toByteArray();
    }
}
