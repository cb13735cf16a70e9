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

    private final ImportFixture registry = new ImportFixture().open();

    private void fill() {
        registry.ndjson("""
                {"external_id": "m-1", "name": "Mira \\"Mimi\\" Rossi, sen.", "email": "mira@members.example", "phone": "+61 2 5550 0142", "household_external_id": "h-1", "household_name": "=HYPERLINK(\\"x\\")"}
                {"external_id": "m-1", "household_external_id": "h-2", "household_name": "Two", "household_role": "dependent"}
                {"external_id": "m-2", "name": "@SUM(1)", "birth_on": "1991-04-17"}
                {"external_id": "-m", "name": "'=quoted"}
                """);
        // Persons without external ids.
        var person = registry.http.post("/api/v1/runtime/persons", "{\"name\": \"-Nora\"}").expect(201).at("/id");
        var household = registry.http.post("/api/v1/runtime/households", "{\"name\": \"Unnamed\"}").expect(201).at("/id");
        registry.http.post("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"" + person + "\", \"role\": \"adult\"}").expect(201);
    }

    @Test
    void exportedFile_importedAgain_changesNothing() {
        fill();
        for (var type : List.of(CSV, NDJSON)) {
            var file = registry.exported(type.equals(CSV) ? "csv" : "ndjson");
            var again = registry.done(registry.send("", type, file.text()).expect(202));
            assertEquals("succeeded 5 = 0 created + 0 updated + 5 unchanged + 0 failed", outcome(again), file.text());
            assertEquals(outcome(again), outcome(registry.validated(type, file.text())));
        }
    }

    @Test
    void exportedFile_importedByAnotherTenant_createsAll() {
        registry.csv("external_id,name,household_external_id,household_name\nm-1,Mira,h-1,Rossi\nm-2,Luca,h-1,\n");
        var file = registry.exported("csv").text();
        var other = new ImportFixture().open();
        assertEquals("succeeded 2 = 2 created + 0 updated + 0 unchanged + 0 failed", outcome(other.csv(file)));
        assertEquals(file.replaceAll("(per|hou)_[0-9a-z]+", "$1"), other.exported("csv").text().replaceAll("(per|hou)_[0-9a-z]+", "$1"));
    }

    @Test
    void csvCell_likeAFormula_isEscaped() {
        fill();
        var csv = registry.exported("csv").text();
        assertTrue(csv.startsWith("id,external_id,name,email,phone,birth_on,household_id,household_external_id,household_name,household_role\r\n"), csv);
        assertTrue(csv.contains(",'@SUM(1),"), csv);
        assertTrue(csv.contains(",\"'=HYPERLINK(\"\"x\"\")\","), csv);
        assertTrue(csv.contains(",+61 2 5550 0142,"), csv);
        assertTrue(csv.contains(",''=quoted,"), csv);
        assertTrue(registry.exported("ndjson").text().contains("\"@SUM(1)\""));
    }

    @Test
    void export_withoutPersons_hasHeaderLineOnly() {
        assertEquals(1, registry.exported("csv").text().lines().count());
        assertEquals("", registry.exported("ndjson").text());
    }

    @Test
    void content_isAnAttachmentAndNotCached() {
        registry.csv("external_id,name\nm-1,Mira\n");
        var done = registry.done(registry.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id") + "/content";
        var content = registry.http.get(path).expect(200);
        assertEquals("text/csv", content.header("Content-Type"));
        assertEquals("attachment; filename=\"members-" + done.at("/id") + ".csv\"", content.header("Content-Disposition"));
        assertEquals("private, no-store", content.header("Cache-Control"));
        assertEquals(done.at("/bytes"), content.header("Content-Length"));
        assertEquals(content.header("Content-Length"), registry.http.send("HEAD", path, null).expect(200).header("Content-Length"));
        assertEquals("406 not_acceptable", registry.http.get(path, "Accept", NDJSON).outcome());
        assertEquals("200", registry.http.get(path, "Accept", "text/*").outcome());
    }

    @Test
    void csv_withBom_isImportedUnchanged() {
        registry.csv("external_id,name\nm-1,Zo\u00eb\n");
        var done = registry.done(registry.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id") + "/content";
        var plain = registry.http.get(path).expect(200);
        var marked = registry.http.get(path + "?bom=true").expect(200);
        assertEquals("\uFEFF" + plain.text(), marked.text());
        assertEquals(String.valueOf(marked.body().length), marked.header("Content-Length"));
        assertEquals(plain.body().length + 3, marked.body().length);
        var again = registry.done(registry.http.bytes("POST", ImportFixture.IMPORTS, marked.body(), "Content-Type", CSV).expect(202));
        assertEquals("succeeded 1 = 0 created + 0 updated + 1 unchanged + 0 failed", outcome(again));
        var lines = registry.done(registry.http.post(EXPORTS, "{\"format\": \"ndjson\"}").expect(202));
        assertEquals("400 invalid_parameter", registry.http.get(EXPORTS + "/" + lines.at("/id") + "/content?bom=true").outcome());
        registry.http.get(EXPORTS + "/" + lines.at("/id") + "/content?bom=false").expect(200);
    }

    @Test
    void archivedPersonsAndHouseholds_areNotExported() throws SQLException {
        registry.csv("external_id,name,household_external_id,household_name\nm-1,Mira,h-1,Rossi\nm-2,Luca,,\n");
        registry.tenant.sql("update runtime.persons set state = 'archived', archived_at = now() where tenant_id = ? and external_id = 'm-2'", registry.tenant.id());
        registry.tenant.sql("update runtime.households set state = 'archived', archived_at = now() where tenant_id = ?", registry.tenant.id());
        var lines = registry.exported("csv").text().lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.getLast().endsWith(",m-1,Mira,,,,,,,"), lines.getLast());
    }

    @Test
    void export_afterExpiresAt_hasNoContent() throws SQLException {
        registry.csv("external_id,name\nm-1,Mira\n");
        var done = registry.done(registry.http.post(EXPORTS, "{\"format\": \"csv\"}").expect(202));
        var path = EXPORTS + "/" + done.at("/id");
        registry.tenant.sql("update runtime.exports set expires_at = now() where tenant_id = ?", registry.tenant.id());
        assertEquals("expired", registry.http.get(path).at("/state"));
        assertEquals("409 invalid_state", registry.http.get(path + "/content").outcome());
        assertEquals(1, registry.http.get(EXPORTS + "?state=expired").json().get("data").size());
        assertEquals(0, registry.http.get(EXPORTS + "?state=succeeded").json().get("data").size());
    }

    @Test
    void export_ofSeveralParts_isDownloadedWhole() throws SQLException {
        registry.csv("external_id,name\nm-1,Mira\n");
        registry.tenant.sql("""
                insert into runtime.persons (tenant_id, external_id, name, email)
                select ?, 'p-' || n, repeat('N', 200), repeat('e', 50) || '@members.example' from generate_series(1, 9000) n""", registry.tenant.id());
        var done = registry.done(registry.http.post(EXPORTS, "{\"format\": \"ndjson\"}").expect(202));
        assertEquals("9001", done.at("/total"));
        var content = registry.http.get(EXPORTS + "/" + done.at("/id") + "/content").expect(200);
        assertEquals(9001, content.text().lines().distinct().count());
        assertEquals(done.at("/bytes"), String.valueOf(content.body().length));
        var parts = registry.tenant.found("select max(length(content)) || ' ' || count(*) from runtime.export_parts where tenant_id = ?", registry.tenant.id());
        assertTrue(Integer.parseInt(parts.getFirst().split(" ")[0]) <= 1 << 20, parts.getFirst());
        assertTrue(Integer.parseInt(parts.getFirst().split(" ")[1]) >= 9, parts.getFirst());
    }
}
