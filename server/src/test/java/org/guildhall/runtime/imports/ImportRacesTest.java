package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.core.Race;
import org.guildhall.runtime.people.ConcurrentChange;
import org.junit.jupiter.api.Test;

/** Imports concurrent with other changes of the same persons and households. */
class ImportRacesTest {

    private final ImportFixture imports = new ImportFixture().open();

    private void sql(Connection connection, String statement) throws SQLException {
        try (var prepared = connection.prepareStatement(statement)) {
            prepared.setObject(1, imports.tenant.id());
            prepared.execute();
        }
    }

    private Reply importedMeanwhile(String change, String file) throws Exception {
        return ConcurrentChange.of(imports.tenant.server(), connection -> sql(connection, change), () -> imports.csv(file));
    }

    @Test
    void person_changedMeanwhile_keepsOtherMembers() throws Exception {
        imports.csv("external_id,name,email\nm-1,Mira,mira@members.example\n");
        var done = importedMeanwhile(
                "update runtime.persons set name = 'Mira Rossi', email = null, version = version + 1 where tenant_id = ?", "external_id,phone\nm-1,123\n");
        assertEquals("succeeded 1 = 0 created + 1 updated + 0 unchanged + 0 failed", outcome(done));
        var mira = imports.person("m-1");
        assertEquals("Mira Rossi null 123 3", mira.at("/name") + " " + mira.at("/email") + " " + mira.at("/phone") + " " + mira.at("/version"));
    }

    @Test
    void person_createdMeanwhile_isNotDuplicated() throws Exception {
        var done = importedMeanwhile(
                "insert into runtime.persons (tenant_id, external_id, name) values (?, 'm-2', 'Luca')", "external_id,name\nm-1,Mira\nm-2,Luca\nm-3,Nora\n");
        assertEquals("succeeded 3 = 2 created + 0 updated + 1 unchanged + 0 failed", outcome(done));
        assertEquals(3, imports.persons());
    }

    @Test
    void person_createdMeanwhile_isFoundInALargeBatch() throws Exception {
        var file = new StringBuilder("external_id,name,household_external_id,household_name\n");
        for (int row = 0; row < 450; row++) {
            file.append("m-%d,Member %d,h-%d,Household\n".formatted(row, row, row / 4));
        }
        var done = importedMeanwhile("""
                with made as (insert into runtime.persons (tenant_id, external_id, name) values ($1, 'm-137', 'Member 137'), ($1, 'm-138', 'Luca'))
                insert into runtime.households (tenant_id, external_id, name) values ($1, 'h-100', 'Household')""".replace("$1", "'" + imports.tenant.id() + "'")
                + " returning ?::uuid", file.toString());
        assertEquals("succeeded 450 = 448 created + 2 updated + 0 unchanged + 0 failed", outcome(done));
        assertEquals(450, imports.persons());
        for (var query : List.of(
                "select count(*) from runtime.organizations where tenant_id = ?",
                "select count(*) from platform.audit_events where action = 'person.created' and tenant_id = ?")) {
            assertEquals(List.of("448"), imports.tenant.found(query, imports.tenant.id()), query);
        }
        assertEquals(List.of("450"), imports.tenant.found("select count(*) from runtime.household_members where tenant_id = ?", imports.tenant.id()));
    }

    @Test
    void person_archivedMeanwhile_failsOneRow() throws Exception {
        imports.csv("external_id,name\nm-1,Mira\nm-2,Luca\n");
        var done = importedMeanwhile(
                "update runtime.persons set state = 'archived', archived_at = now() where tenant_id = ? and external_id = 'm-1'",
                "external_id,name\nm-1,Mira Rossi\nm-2,Luca Rossi\n");
        assertEquals("succeeded 2 = 0 created + 1 updated + 0 unchanged + 1 failed", outcome(done));
        assertEquals(List.of("2 external_id invalid_state"), imports.errors(done));
    }

    @Test
    void memberRequests_besideImports_doNotDeadlock() throws Exception {
        var file = new StringBuilder("external_id,name,household_external_id,household_name,household_role\n");
        for (int person = 0; person < 100; person++) {
            file.append("m-%d,Member,h-%d,Household,%s\n".formatted(person, person % 2, person % 3 == 0 ? "adult" : "dependent"));
        }
        imports.csv(file.toString());
        var other = file.toString().replace("adult", "a").replace("dependent", "adult").replace(",a\n", ",dependent\n");
        var households = imports.http.get("/api/v1/runtime/households").json().get("data");
        var outcomes = Race.run(6, number -> {
            if (number < 2) {
                return outcome(imports.csv(number == 0 ? file.toString() : other));
            }
            var household = "/api/v1/runtime/households/" + households.get(number % 2).get("id").asText() + "/members";
            for (int round = 0; round < 20; round++) {
                var person = imports.person("m-" + (round * 7 + number) % 100).at("/id");
                var status = imports.http.post(household, "{\"person_id\": \"" + person + "\", \"role\": \"adult\"}").status();
                if (status != 201 && status != 409) {
                    return Integer.toString(status);
                }
            }
            return "201 or 409";
        });
        assertEquals(List.of("201 or 409"), outcomes.subList(2, 6).stream().distinct().toList());
        outcomes.subList(0, 2).forEach(outcome -> assertTrue(outcome.endsWith(" + 0 failed"), outcome));
    }
}
