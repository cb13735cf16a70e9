package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.EXPORTS;
import static org.guildhall.runtime.imports.ImportFixture.NDJSON;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Exports: the content of the file, its download, and its import without changes. */
class ExportsTest {

    private final ImportFixture imports = new ImportFixture().open();

    private void fill() {
        imports.ndjson("""
                {"external_id": "m-1", "name": "Mira \\"Mimi\\" Rossi, sen.", "email": "mira@members.example", "phone": "+61 2 5550 0142", "household_external_id": "h-1", "household_name": "=HYPERLINK(\\"x\\")"}
                {"external_id": "m-1", "household_external_id": "h-2", "household_name": "Two", "household_role": "dependent"}
                {"external_id": "m-2", "name": "@SUM(1)", "birth_on": "1991-04-17"}
                {"external_id": "-m", "name": "'=quoted"}
                """);
        // Persons without external ids.
        var person = imports.http.post("/api/v1/runtime/persons", "{\"name\": \"-Nora\"}").expect(201).at("/id");
        var household = imports.http.post("/api/v1/runtime/households", "{\"name\": \"Unnamed\"}").expect(201).at("/id");
        imports.http.post("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"" + person + "\", \"role\": \"adult\"}").expect(201);
    }

    @Test
    void exportedFile_importedAgain_changesNothing() {
        fill();
        for (var type : List.of(CSV, NDJSON)) {
            var file = imports.exported(type.equals(CSV) ? "csv" : "ndjson");
            var again = imports.done(imports.send("", type, file.text()).expect(202));
            assertEquals("succeeded 5 = 0 created + 0 updated + 5 unchanged + 0 failed", outcome(again), file.text());
            assertEquals(outcome(again), outcome(imports.validated(type, file.text())));
        }
    }

    @Test
    void exportedFile_importedByAnotherTenant_createsAll() {
        imports.csv("external_id,name,household_external_id,household_name\nm-1,Mira,h-1,Rossi\nm-2,Luca,h-1,\n");
        var file = imports.exported("csv").text();
        var other = new ImportFixture().open();
        assertEquals("succeeded 2 = 2 created + 0 updated + 0 unchanged + 0 failed", outcome(other.csv(file)));
        assertEquals(file.replaceAll("(per|hou)_[0-9a-z]+", "$1"), other.exported("csv").text().replaceAll("(per|hou)_[0-9a-z]+", "$1"));
    }

    @Test
    void csvCell_likeAFormula_isEscaped() {
        fill();
        var csv = imports.exported("csv").text();
        assertTrue(csv.startsWith("id,external_id,name,email,phone,birth_on,household_id,household_external_id,household_name,household_role\r\n"), csv);
        assertTrue(csv.contains(",'@SUM(1),"), csv);
        assertTrue(csv.contains(",\"'=HYPERLINK(\"\"x\"\")\","), csv);
        assertTrue(csv.contains(",+61 2 5550 0142,"), csv);
        assertTrue(csv.contains(",''=quoted,"), csv);
        assertTrue(imports.exported("ndjson").text().contains("\"@SUM(1)\""));
    }

    @Test
    void export_withoutPersons_hasHeaderLineOnly() {
        assertEquals(1, imports.exported("csv").text().lines().count());
        assertEquals("", imports.exported("ndjson").text());
    }

    @Test
    void content_isAnAttachmentAndNotCached() {
        imports.csv("external_id,name\nm-1,Mira\n");
        var done = imports.done(imports.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id") + "/content";
        var content = imports.http.get(path).expect(200);
        assertEquals("text/csv", content.header("Content-Type"));
        assertEquals("attachment; filename=\"members-" + done.at("/id") + ".csv\"", content.header("Content-Disposition"));
        assertEquals("private, no-store", content.header("Cache-Control"));
        assertEquals(done.at("/bytes"), content.header("Content-Length"));
        assertEquals(content.header("Content-Length"), imports.http.send("HEAD", path, null).expect(200).header("Content-Length"));
        assertEquals("406 not_acceptable", imports.http.get(path, "Accept", NDJSON).outcome());
        assertEquals("200", imports.http.get(path, "Accept", "text/*").outcome());
    }

    @Test
    void csv_withBom_isImportedUnchanged() {
        imports.csv("external_id,name\nm-1,Zo\u00eb\n");
        var done = imports.done(imports.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id") + "/content";
        var plain = imports.http.get(path).expect(200);
        var marked = imports.http.get(path + "?bom=true").expect(200);
        assertEquals("\uFEFF" + plain.text(), marked.text());
        assertEquals(String.valueOf(marked.body().length), marked.header("Content-Length"));
        assertEquals(plain.body().length + 3, marked.body().length);
        var again = imports.done(imports.http.bytes("POST", ImportFixture.IMPORTS, marked.body(), "Content-Type", CSV).expect(202));
        assertEquals("succeeded 1 = 0 created + 0 updated + 1 unchanged + 0 failed", outcome(again));
        var lines = imports.done(imports.http.post(EXPORTS, "{\"format\": \"ndjson\"}").expect(202));
        assertEquals("400 invalid_parameter", imports.http.get(EXPORTS + "/" + lines.at("/id") + "/content?bom=true").outcome());
        imports.http.get(EXPORTS + "/" + lines.at("/id") + "/content?bom=false").expect(200);
    }

    @Test
    void archivedPersonsAndHouseholds_areNotExported() throws SQLException {
        imports.csv("external_id,name,household_external_id,household_name\nm-1,Mira,h-1,Rossi\nm-2,Luca,,\n");
        imports.tenant.sql("update runtime.persons set state = 'archived', archived_at = now() where tenant_id = ? and external_id = 'm-2'", imports.tenant.id());
        imports.tenant.sql("update runtime.households set state = 'archived', archived_at = now() where tenant_id = ?", imports.tenant.id());
        var lines = imports.exported("csv").text().lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getLast().endsWith(",m-1,Mira,,,,,,,"), lines.getLast());
    }

    @Test
    void export_afterExpiresAt_hasNoContent() throws SQLException {
        imports.csv("external_id,name\nm-1,Mira\n");
        var done = imports.done(imports.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id");
        imports.tenant.sql("update runtime.exports set expires_at = now() where tenant_id = ?", imports.tenant.id());
        assertEquals("expired", imports.http.get(path).at("/state"));
        assertEquals("409 invalid_state", imports.http.get(path + "/content").outcome());
        assertEquals(1, imports.http.get(EXPORTS + "?state=expired").json().get("data").size());
        assertEquals(0, imports.http.get(EXPORTS + "?state=succeeded").json().get("data").size());
    }

    @Test
    void export_ofSeveralParts_isDownloadedWhole() throws SQLException {
        imports.csv("external_id,name\nm-1,Mira\n");
        imports.tenant.sql("""
                insert into runtime.persons (tenant_id, external_id, name, email)
                select ?, 'p-' || n, repeat('N', 200), repeat('e', 50) || '@members.example' from generate_series(1, 9000) n""", imports.tenant.id());
        var done = imports.done(imports.http.post(EXPORTS, "{\"format\": \"ndjson\"}").expect(202));
        assertEquals("9001", done.at("/total"));
        var content = imports.http.get(EXPORTS + "/" + done.at("/id") + "/content").expect(200);
        assertEquals(9001, content.text().lines().distinct().count());
        assertEquals(done.at("/bytes"), String.valueOf(content.body().length));
        var parts = imports.tenant.found("select max(length(content)) || ' ' || count(*) from runtime.export_parts where tenant_id = ?", imports.tenant.id());
        assertTrue(Integer.parseInt(parts.getFirst().split(" ")[0]) <= 1 << 20, parts.getFirst());
        assertTrue(Integer.parseInt(parts.getFirst().split(" ")[1]) >= 9, parts.getFirst());
    }
}
