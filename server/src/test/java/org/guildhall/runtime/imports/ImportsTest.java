package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.NDJSON;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Imports: the outcome of each row, its errors and its audit events. */
class ImportsTest {

    private final ImportFixture imports = new ImportFixture().open();

    @Test
    void newRow_createsPersonWithPersonalOrganization() {
        var done = imports.csv("external_id,name,email,phone,birth_on\nm-1,Mira Rossi,mira@members.example,+61 2 5550 0142,1991-04-17\n");
        assertEquals("succeeded 1 = 1 created + 0 updated + 0 unchanged + 0 failed", outcome(done));
        assertEquals("1", done.at("/total"));
        var mira = imports.person("m-1");
        assertEquals("Mira Rossi", mira.at("/name"));
        assertEquals("mira@members.example", mira.at("/email"));
        assertEquals("+61 2 5550 0142", mira.at("/phone"));
        assertEquals("1991-04-17", mira.at("/birth_on"));
        assertNotNull(mira.at("/personal_organization_id"));
    }

    @Test
    void csvRow_ofExistingPerson_ignoresBlankCells() {
        imports.csv("external_id,name,email,phone\nm-1,Mira,mira@members.example,123\nm-2,Luca,,\n");
        var again = imports.csv("email,external_id,name\n,m-1,Mira Rossi\n,m-2,Luca\n");
        assertEquals("succeeded 2 = 0 created + 1 updated + 1 unchanged + 0 failed", outcome(again));
        assertEquals("mira@members.example", imports.person("m-1").at("/email"));
        assertEquals("Mira Rossi", imports.person("m-1").at("/name"));
        assertEquals("2", imports.person("m-1").at("/version"));
        assertEquals("1", imports.person("m-2").at("/version"));
    }

    @Test
    void ndjsonRow_nullRemoves_absentKeeps() {
        imports.ndjson("{\"external_id\": \"m-1\", \"name\": \"Mira\", \"email\": \"mira@members.example\", \"phone\": \"123\"}\n");
        var again = imports.ndjson("{\"external_id\": \"m-1\", \"email\": null}");
        assertEquals("succeeded 1 = 0 created + 1 updated + 0 unchanged + 0 failed", outcome(again));
        assertNull(imports.person("m-1").at("/email"));
        assertEquals("123", imports.person("m-1").at("/phone"));
    }

    @Test
    void badRows_areReported_othersAreImported() throws SQLException {
        var done = imports.csv("""
                external_id,name,email,birth_on
                m-1,Mira,mira@members.example,1991-04-17
                m-2,,broken,
                "m
                3",Two lines,,
                m-4,Luca,,1991-02-30
                m-5,Short

                m-6,Born tomorrow,,2999-01-01
                ,Nobody,,
                m-7,Nora,,
                m-8,Born before all,,0000-01-01
                """);
        assertEquals("succeeded 9 = 2 created + 0 updated + 0 unchanged + 7 failed", outcome(done));
        assertEquals(
                List.of("3 email format", "4 external_id pattern", "6 birth_on format", "7 - wrong_column_count", "9 birth_on in_the_future",
                        "10 external_id required", "12 birth_on too_early"),
                imports.errors(done));
        assertEquals(2, imports.persons());
    }

    @Test
    void ndjsonLine_malformed_failsAlone() {
        var done = imports.ndjson("""
                {"external_id": "m-1", "name": "Mira"}
                {"external_id": "m-2", "name": }
                []
                {"external_id": "m-3", "name": "Twice", "name": "Twice"}

                {"external_id": "m-4", "nickname": "L", "name": "Luca"}
                {"external_id": "m-5", "name": 5}
                {"external_id": "m-6", "name": "\\u0000"}
                """ + "{\"external_id\": \"m-7\", \"name\": \"" + "x".repeat(70_000) + "\"}\n");
        assertEquals("succeeded 8 = 1 created + 0 updated + 0 unchanged + 7 failed", outcome(done));
        assertEquals(
                List.of("2 - malformed_body", "3 - wrong_type", "4 - malformed_body", "6 nickname unknown_member", "7 name wrong_type",
                        "8 name character", "9 - too_long"),
                imports.errors(done));
    }

    @Test
    void headerLine_invalid_hasAnErrorPerColumn() throws SQLException {
        var refused = imports.send("", CSV, "name,nickname,name\nMira,M,Mira\n");
        assertEquals("400 malformed_body", refused.outcome());
        assertEquals(
                List.of("/nickname unknown_column", "/name duplicate_column", "/external_id missing_column"),
                refused.json().get("errors").findParents("pointer").stream()
                        .map(error -> error.get("pointer").asText() + " " + error.get("code").asText())
                        .toList());
        assertEquals(List.of("0"), imports.tenant.found("select count(*) from runtime.imports where tenant_id = ?", imports.tenant.id()));
    }

    @Test
    void file_malformed_isRefused() {
        assertEquals("400 malformed_body", imports.send("", CSV, "\n\n").outcome());
        assertEquals("400 malformed_body", imports.send("", CSV, "external_id,name\nm-1,\"never closed\n").outcome());
        assertEquals("400 malformed_body", imports.http.bytes("POST", ImportFixture.IMPORTS, new byte[0], "Content-Type", CSV).outcome());
        assertEquals("415 unsupported_media_type", imports.send("", "application/json", "{}").outcome());
        assertEquals("415 unsupported_media_type", imports.send("", CSV + "; charset=koi8-r", "external_id\n").outcome());
        assertEquals("400 invalid_parameter", imports.send("?mode=perhaps", CSV, "external_id\n").outcome());
    }

    @Test
    void file_withoutRows_succeeds() {
        assertEquals("succeeded 0 = 0 created + 0 updated + 0 unchanged + 0 failed", outcome(imports.csv("external_id,name\n")));
    }

    @Test
    void rowWithoutExternalId_isMatchedById() {
        var id = imports.http.post("/api/v1/runtime/persons", "{\"name\": \"Mira\"}").expect(201).at("/id");
        var done = imports.ndjson("{\"id\": \"" + id + "\", \"name\": \"Mira Rossi\"}\n{\"id\": \"per_01m7ym9s346q3d25vt4f5v37e3\", \"name\": \"Nobody\"}\n");
        assertEquals("succeeded 2 = 0 created + 1 updated + 0 unchanged + 1 failed", outcome(done));
        assertEquals(List.of("2 id unknown_reference"), imports.errors(done));
    }

    @Test
    void idAndExternalId_ofDifferentPersons_failTheRow() throws SQLException {
        imports.csv("external_id,name,household_external_id,household_name\nm-1,Mira,h-1,Rossi\nm-2,Luca,h-2,Lee\n");
        var mira = imports.person("m-1").at("/id");
        var rossi = imports.http.get("/api/v1/runtime/households?external_id=h-1").at("/data/0/id");
        var file = """
                {"id": "%1$s", "external_id": "m-1", "household_id": "%2$s", "household_external_id": "h-1"}
                {"id": "%1$s", "external_id": "m-9", "name": "Mira"}
                {"id": "%1$s", "external_id": "m-2"}
                {"external_id": "m-1", "household_id": "%2$s", "household_external_id": "h-9", "household_name": "Rossi"}
                {"external_id": "m-1", "household_id": "%2$s", "household_external_id": "h-2"}
                {"id": "per_01m7ym9s346q3d25vt4f5v37e3", "external_id": "m-2"}
                """.formatted(mira, rossi);
        var validated = imports.validated(NDJSON, file);
        var done = imports.ndjson(file);
        assertEquals("succeeded 6 = 0 created + 0 updated + 2 unchanged + 4 failed", outcome(done));
        assertEquals(
                List.of("2 external_id conflict", "3 external_id conflict", "4 household_external_id conflict", "5 household_external_id conflict"),
                imports.errors(done));
        assertEquals(outcome(done), outcome(validated));
        assertEquals(imports.errors(done), imports.errors(validated));
        assertEquals(2, imports.persons());
    }

    @Test
    void row_withManyErrors_reportsTwenty() {
        var members = new StringBuilder();
        for (int member = 0; member < 60; member++) {
            members.append(", \"m").append(member).append("\": \"x\"");
        }
        var done = imports.ndjson("{\"external_id\": \"m-1\"" + members + "}\n{\"external_id\": \"m-2\"}\n");
        var errors = imports.errors(done);
        assertEquals(21, errors.size());
        assertEquals("2 name required", errors.getLast());
    }

    @Test
    void rowOfArchivedPerson_failsAlone() throws SQLException {
        imports.csv("external_id,name\nm-1,Mira\n");
        var mira = imports.person("m-1").at("/id");
        imports.http.post("/api/v1/runtime/persons/" + mira + "/archive", null);
        imports.tenant.sql("update runtime.persons set state = 'archived', archived_at = now() where tenant_id = ?", imports.tenant.id());
        var done = imports.csv("external_id,name\nm-1,Mira\nm-2,Luca\n");
        assertEquals("succeeded 2 = 1 created + 0 updated + 0 unchanged + 1 failed", outcome(done));
        assertEquals(List.of("2 external_id invalid_state"), imports.errors(done));
    }

    @Test
    void import_withoutDefaultType_failsTheRows() {
        var bare = new ImportFixture();
        var done = bare.csv("external_id,name\nm-1,Mira\n");
        assertEquals("succeeded 1 = 0 created + 0 updated + 0 unchanged + 1 failed", outcome(done));
        assertEquals(List.of("2 - invalid_state"), bare.errors(done));
    }

    @Test
    void validation_equalsTheRun_andChangesNothing() throws SQLException {
        var file = """
                external_id,name,email
                m-1,Mira,
                m-1,Mira Rossi,
                m-1,Mira Rossi,
                m-2,,broken
                """;
        var validated = imports.validated(CSV, file);
        assertEquals("succeeded 4 = 1 created + 1 updated + 1 unchanged + 1 failed", outcome(validated));
        assertEquals(0, imports.persons());
        var imported = imports.csv(file);
        assertEquals(outcome(validated), outcome(imported));
        assertEquals(imports.errors(validated), imports.errors(imported));
        assertEquals(
                List.of("0"), imports.tenant.found("select count(*) from runtime.import_rows where tenant_id = ?", imports.tenant.id()));
    }

    @Test
    void personEvent_pointsToTheImport() {
        var done = imports.csv("external_id,name\nm-1,Mira\nm-2,Luca\n");
        var events = imports.http.get("/api/v1/platform/audit-events?action=person.created").expect(200).json().get("data");
        assertEquals(2, events.size());
        assertEquals(done.at("/id"), events.get(0).get("replay_pointer").asText());
        assertEquals("import", events.get(0).get("source_workflow").asText());
        assertEquals("job", events.get(0).get("actor_type").asText());
        assertEquals("person", events.get(0).get("entity_type").asText());
        var ended = imports.http.get("/api/v1/platform/audit-events?action=import.succeeded").expect(200).json().get("data");
        assertEquals(1, ended.size());
    }

    @Test
    void idempotencyKey_repeated_importsOnce() throws SQLException {
        var file = "external_id,name\nm-1,Mira\n";
        var first = imports.send("", CSV, file, "Idempotency-Key", "once").expect(202);
        var second = imports.send("", CSV, file, "Idempotency-Key", "once").expect(202);
        assertEquals(first.at("/id"), second.at("/id"));
        assertEquals("true", second.header("Idempotency-Replayed"));
        assertEquals("422 idempotency_key_reused", imports.send("", CSV, file + "m-2,Luca\n", "Idempotency-Key", "once").outcome());
        assertEquals("422 idempotency_key_reused", imports.send("", NDJSON, file, "Idempotency-Key", "once").outcome());
        imports.done(first);
        assertEquals(1, imports.persons());
    }
}
