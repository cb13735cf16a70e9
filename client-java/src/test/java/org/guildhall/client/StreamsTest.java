package org.guildhall.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.guildhall.client.model.CreateImportOptions;
import org.guildhall.client.model.ImportMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streamed request bodies and streamed responses. */
class StreamsTest {

    private static final String ROWS = "external_id,name\nm-1,Mira\n";
    private static final String IMPORT = """
            {"id": "imp_01m7ye65gh2bh8vgs9zm5h3bv4", "state": "queued", "version": 1}""";
    private static final String EXPORT = "exp_01m7yh15g5e4g7x0nth82f7ag3";

    private final Stub stub = new Stub();
    private final Guildhall guildhall = stub.client().build();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        stub.close();
    }

    @Test
    void file_retried_sameTypeAndKey() throws IOException {
        stub.refuses(503, "unavailable").says(202, IMPORT, "Content-Type", "application/json");
        Path file = Files.writeString(folder.resolve("members.csv"), ROWS);
        var options = new CreateImportOptions().withMode(ImportMode.VALIDATE);
        assertEquals("queued", guildhall.runtime().imports().create(Upload.of("text/csv", file), options).value().state().value());
        assertEquals("/api/v1/runtime/imports?mode=validate", stub.last().target());
        assertEquals("text/csv", stub.last().header("Content-Type"));
        assertEquals(ROWS, stub.seen().get(0).body());
        assertEquals(ROWS, stub.seen().get(1).body());
        assertEquals(stub.seen().get(0).header("Idempotency-Key"), stub.seen().get(1).header("Idempotency-Key"));
    }

    @Test
    void singleReadStream_isNotRetried() {
        stub.refuses(503, "unavailable");
        var upload = Upload.once("text/csv", new ByteArrayInputStream(ROWS.getBytes(UTF_8)));
        assertThrows(ProblemException.class, () -> guildhall.runtime().imports().create(upload));
        assertEquals(1, stub.seen().size());
        assertThrows(IllegalStateException.class, () -> guildhall.runtime().imports().create(upload));
    }

    @Test
    void repeatableStream_isRetried() {
        stub.breaksOff().says(202, IMPORT, "Content-Type", "application/json");
        guildhall.runtime().imports().create(Upload.of("application/x-ndjson", () -> new ByteArrayInputStream(ROWS.getBytes(UTF_8))));
        assertEquals(ROWS, stub.last().body());
    }

    @Test
    void missingFile_isACallerError() {
        assertThrows(IllegalArgumentException.class, () -> guildhall.runtime().imports().create(Upload.of("text/csv", folder.resolve("nothing.csv"))));
        assertTrue(stub.seen().isEmpty());
    }

    @Test
    void response_isStreamed() throws IOException {
        stub.says(200, ROWS, "Content-Type", "text/csv");
        try (Download download = guildhall.runtime().exports().getContent(EXPORT).value();
                InputStream stream = download.stream()) {
            assertEquals(ROWS, new String(stream.readAllBytes(), UTF_8));
        }
        assertEquals("text/csv, application/x-ndjson, application/problem+json", stub.last().header("Accept"));
    }

    @Test
    void download_isCompleteOrNoFile() throws IOException {
        stub.says(200, ROWS, "Content-Type", "text/csv").endsEarly(ROWS);
        Path file = folder.resolve("members.csv");
        try (Download download = guildhall.runtime().exports().getContent(EXPORT).value()) {
            download.to(file);
        }
        assertEquals(ROWS, Files.readString(file));
        Path other = folder.resolve("others.csv");
        try (Download download = guildhall.runtime().exports().getContent(EXPORT).value()) {
            assertThrows(GuildhallException.class, () -> download.to(other));
        }
        assertFalse(Files.exists(other));
        try (var left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void streamedProblem_isTyped() {
        stub.refuses(409, "invalid_state");
        var refused = assertThrows(ProblemException.class, () -> guildhall.runtime().exports().getContent(EXPORT));
        assertEquals("invalid_state", refused.code());
    }
}
