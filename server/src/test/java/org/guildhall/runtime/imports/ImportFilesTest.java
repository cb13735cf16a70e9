package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.NDJSON;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of spreadsheets and other systems: accepted variants, and errors that fail only their row. */
class ImportFilesTest {

    private static final String ONE_CREATED = "succeeded 1 = 1 created + 0 updated + 0 unchanged + 0 failed";

    private final ImportFixture imports = new ImportFixture().open();

    private Reply bytes(String type, byte[] file) {
        return imports.http.bytes("POST", ImportFixture.IMPORTS, file, "Content-Type", type);
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (var part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void csvRow_malformed_failsAlone() {
        var file = """
                external_id,name,phone
                m-1,Mira,551
                m-2,Mira "Mimi" Rossi,552
                m-3, "Luca",553
                m-4,"Nora" Lee,554
                m-5,"two
                lines",555
                m-6,"a "b" c",556
                "m-7" ,%s,557
                m-8,%s,558
                m-9,Bo,559
                """.formatted("B\"o", "x".repeat(70_000));
        var done = imports.csv(file);
        assertEquals(
                List.of("3 name stray_quote", "4 name stray_quote", "5 name text_behind_quote", "6 name pattern", "8 name text_behind_quote",
                        "9 external_id text_behind_quote", "9 name stray_quote", "10 name too_long"),
                imports.errors(done));
        assertEquals("succeeded 9 = 2 created + 0 updated + 0 unchanged + 7 failed", outcome(done));
        assertEquals("559", imports.person("m-9").at("/phone"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"external_id,name\nm-1,\"never closed\n", "external_id,name\nm-1,\"never closed\nm-2,b\nm-3,c\n", "external_id,name\nm-1,\""})
    void csv_withUnclosedQuote_isRefusedWithItsLine(String file) {
        var refused = imports.send("", CSV, file);
        assertEquals("400 malformed_body", refused.outcome());
        assertTrue(String.valueOf(refused.at("/detail")).contains("on line 2 "), refused.text());
    }

    @Test
    void csv_withUnclosedQuoteInLaterLine_isRefusedWithThatLine() {
        var refused = imports.send("", CSV, "external_id,name\r\n\r\n\"m\r\n1\",a\r\nm-2,\"open, and\r\nmore\r\n");
        assertEquals("400 malformed_body", refused.outcome());
        assertTrue(String.valueOf(refused.at("/detail")).contains("on line 5 "), refused.text());
    }

    @Test
    void bytes_invalidInCharacterSet_failTheirRow() {
        // The emoji ends with the low surrogate that also replaces invalid bytes.
        var csv = joined(ascii("external_id,name\nm-1,Zo"), new byte[] {(byte) 0xeb}, ascii("\nm-2,"), new byte[] {(byte) 0xc3}, ascii("\n"),
                "m-4,Zo\u00eb \uD83C\uDFFF\n".getBytes(StandardCharsets.UTF_8));
        var done = imports.done(bytes(CSV, csv).expect(202));
        assertEquals(List.of("2 name encoding", "3 name encoding"), imports.errors(done));
        assertEquals("Zo\u00eb \uD83C\uDFFF", imports.person("m-4").at("/name"));
        var ndjson = joined(ascii("{\"external_id\": \"n-1\", \"name\": \"Zo"), new byte[] {(byte) 0xeb}, ascii("\"}\n\n"),
                "{\"external_id\": \"n-2\", \"name\": \"Zo\u00eb \uD83C\uDFFF\"}\n".getBytes(StandardCharsets.UTF_8));
        done = imports.done(bytes(NDJSON, ndjson).expect(202));
        assertEquals(List.of("1 - encoding"), imports.errors(done));
        assertEquals("Zo\u00eb \uD83C\uDFFF", imports.person("n-2").at("/name"));
    }

    @ParameterizedTest
    @CsvSource({
        "UTF-8, '', false", "UTF-8, '', true", "UTF-8, utf-8, true", "windows-1252, windows-1252, false", "windows-1252, ISO-8859-1, false",
        "UTF-16BE, utf-16be, false", "UTF-16LE, utf-16le, false", "UTF-16BE, utf-16, true", "UTF-16LE, utf-16, true", "UTF-16LE, '', true",
        "UTF-8, windows-1252, true"
    })
    void file_inACharacterSet_isRead(String written, String named, boolean marked) {
        var charset = Charset.forName(written);
        var type = named.isEmpty() ? "" : "; charset=" + named;
        var text = (marked ? "\uFEFF" : "") + "external_id;name\r\nm-1;Zo\u00eb \u2013 Fran\u00e7ois\r\n";
        assertEquals(ONE_CREATED, outcome(imports.done(bytes(CSV + type, text.getBytes(charset)).expect(202))));
        assertEquals("Zo\u00eb \u2013 Fran\u00e7ois", imports.person("m-1").at("/name"));
        var line = (marked ? "\uFEFF" : "") + "{\"external_id\": \"n-1\", \"name\": \"Zo\u00eb\"}\n";
        assertEquals(ONE_CREATED, outcome(imports.done(bytes(NDJSON + type, line.getBytes(charset)).expect(202))));
        assertEquals("Zo\u00eb", imports.person("n-1").at("/name"));
    }

    @Test
    void idempotencyKey_withAnotherCharacterSet_isRefused() {
        var file = "external_id,name\nm-1,Zo\u00eb\n".getBytes(StandardCharsets.UTF_8);
        imports.http.bytes("POST", ImportFixture.IMPORTS, file, "Content-Type", CSV, "Idempotency-Key", "k").expect(202);
        assertEquals("422 idempotency_key_reused",
                imports.http.bytes("POST", ImportFixture.IMPORTS, file, "Content-Type", CSV + "; charset=windows-1252", "Idempotency-Key", "k").outcome());
        imports.http.bytes("POST", ImportFixture.IMPORTS, file, "Content-Type", CSV + ";charset=\"UTF-8\"", "Idempotency-Key", "k").expect(202);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "external_id,name,phone\nm-1,\"Rossi, Mira; sen.\t\",557\n", "external_id;name;phone\nm-1;\"Rossi, Mira; sen.\t\";557\n",
        "external_id\tname\tphone\nm-1\t\"Rossi, Mira; sen.\t\"\t557\n", "\"external_id\";\"name\";\"phone\"\r\n\"m-1\";\"Rossi, Mira; sen.\t\";\"557\"\r\n"
    })
    void separator_isDetectedInHeaderLine(String file) {
        var done = imports.csv(file.replace("sen.\t", "sen."));
        assertEquals(ONE_CREATED, outcome(done));
        assertEquals("Rossi, Mira; sen. 557", imports.person("m-1").at("/name") + " " + imports.person("m-1").at("/phone"));
    }

    @Test
    void header_inAnyCase_isAccepted() {
        assertEquals(ONE_CREATED, outcome(imports.csv("External_ID,NAME\nm-1,Mira\n")));
        var twice = imports.send("", CSV, "external_id,Name,NAME\nm-1,a,b\n");
        assertEquals("400 malformed_body /NAME duplicate_column", twice.outcome() + " " + twice.at("/errors/0/pointer") + " " + twice.at("/errors/0/code"));
        assertEquals("400 malformed_body", imports.send("", CSV, "external_id,na\"me\nm-1,a\n").outcome());
        assertEquals("400 malformed_body", imports.send("", CSV, "external_id" + ",".repeat(500_000) + "\nm-1\n").outcome());
    }

    @Test
    void rows_ofEmptyCells_areSkipped() {
        var done = imports.csv("external_id,name\n,\n\n\"\",\"\"\nm-1,Mira\n,,,\n,\n");
        assertEquals(ONE_CREATED, outcome(done));
        assertEquals("1", done.at("/total"));
    }

    @Test
    void lines_withAnyLineEnding_areCounted() {
        for (var end : List.of("\n", "\r\n", "\r")) {
            var done = imports.csv(String.join(end, "external_id,name", "", "\"x" + end + "y\",a", "m-5,b\"c", ""));
            assertEquals(List.of("3 external_id pattern", "5 name stray_quote"), imports.errors(done));
        }
    }

    @Test
    void ndjsonLine_withHugeNumber_failsAlone() {
        var done = imports.ndjson("""
                {"external_id": "m-1", "name": 1e9999999999}
                {"external_id": "m-2", "name": -1E-99999999999999999999}
                {"external_id": "m-3", "name": %s}
                {"external_id": "m-4", "name": "Mira"}
                """.formatted("9".repeat(5_000)));
        assertEquals("succeeded 4 = 1 created + 0 updated + 0 unchanged + 3 failed", outcome(done));
        assertEquals(List.of("1", "2", "3"), imports.errors(done).stream().map(error -> error.split(" ")[0]).toList());
    }

    @Test
    void ndjsonError_namesTheLineOfTheFile() {
        var done = imports.ndjson("{\"external_id\": \"m-1\", \"name\": \"Mira\"}\n{\"external_id\": }\n");
        var error = imports.http.get(ImportFixture.IMPORTS + "/" + done.at("/id") + "/errors").expect(200);
        assertEquals("2", error.at("/data/0/line"));
        assertTrue(!String.valueOf(error.at("/data/0/detail")).contains("line 1"), error.text());
    }
}
