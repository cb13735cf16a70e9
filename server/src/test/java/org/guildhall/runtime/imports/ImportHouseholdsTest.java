package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Households of imported persons. */
class ImportHouseholdsTest {

    private static final String HEADER = "external_id,name,household_external_id,household_name,household_role\n";

    private final ImportFixture imports = new ImportFixture().open();

    /** The current household members, such as {@code h-1 m-1 adult}. */
    private List<String> members() throws SQLException {
        return imports.tenant.found("""
                select h.external_id || ' ' || p.external_id || ' ' || m.role
                from runtime.household_members m
                join runtime.households h on h.tenant_id = m.tenant_id and h.id = m.household_id
                join runtime.persons p on p.tenant_id = m.tenant_id and p.id = m.person_id
                where m.tenant_id = ? and m.ends_at is null order by 1""", imports.tenant.id());
    }

    @Test
    void newHousehold_isCreatedByItsFirstRow() throws SQLException {
        var done = imports.csv(HEADER + "m-1,Mira,h-1,The Rossi family,\nm-2,Luca,h-1,,dependent\nm-3,Nora,,,\n");
        assertEquals("succeeded 3 = 3 created + 0 updated + 0 unchanged + 0 failed", outcome(done));
        assertEquals(List.of("h-1 m-1 adult", "h-1 m-2 dependent"), members());
        // The three events have one instant, so their order is unknown.
        var touched = imports.http.get("/api/v1/platform/audit-events?action=person.created").json().findValuesAsText("entity_type");
        assertEquals(1, touched.stream().filter("household"::equals).count());
        assertEquals(2, touched.stream().filter("household_member"::equals).count());
    }

    @Test
    void existingHousehold_takesNameAndRoleOfTheRow() throws SQLException {
        imports.csv(HEADER + "m-1,Mira,h-1,The Rossi family,\nm-2,Luca,h-1,,dependent\n");
        assertEquals("succeeded 2 = 0 created + 0 updated + 2 unchanged + 0 failed", outcome(imports.csv(HEADER + "m-1,,h-1,,\nm-2,,h-1,The Rossi family,\n")));
        assertEquals("succeeded 2 = 0 created + 2 updated + 0 unchanged + 0 failed", outcome(imports.csv(HEADER + "m-1,,h-1,Rossi and Lee,\nm-2,,h-1,,adult\n")));
        assertEquals(List.of("h-1 m-1 adult", "h-1 m-2 adult"), members());
        assertEquals(List.of("Rossi and Lee"), imports.tenant.found("select name from runtime.households where tenant_id = ?", imports.tenant.id()));
    }

    @Test
    void person_withRowPerHousehold_keepsAllHouseholds() throws SQLException {
        imports.csv(HEADER + "m-1,Mira,h-1,One,\nm-1,Mira,h-2,Two,dependent\n");
        imports.csv(HEADER + "m-1,Mira,,,\n");
        assertEquals(List.of("h-1 m-1 adult", "h-2 m-1 dependent"), members());
    }

    @Test
    void household_invalid_failsTheRow() throws SQLException {
        imports.csv(HEADER + "m-0,Old,h-0,Archived,\n");
        imports.tenant.sql("update runtime.households set state = 'archived', archived_at = now() where tenant_id = ?", imports.tenant.id());
        var done = imports.csv(HEADER + "m-1,Mira,h-1,,\nm-2,Luca,,Whose,\nm-3,Nora,h-3,Three,guardian\nm-4,Old,h-0,,\n");
        assertEquals("succeeded 4 = 0 created + 0 updated + 0 unchanged + 4 failed", outcome(done));
        assertEquals(
                List.of("2 household_name required", "3 household_external_id required", "4 household_role not_allowed", "5 household_external_id invalid_state"),
                imports.errors(done));
        assertEquals(1, imports.persons());
    }

    @Test
    void validation_overSeveralBatches_equalsTheRun() throws SQLException {
        var file = new StringBuilder(HEADER);
        file.append("m-0,First,h-1,Everybody,\n");
        for (int count = 1; count <= 120; count++) {
            file.append("m-%d,Member,h-1,,\nm-%d,,h-1,,dependent\n".formatted(count, count - 1));
        }
        var validated = imports.validated(CSV, file.toString());
        assertEquals(0, imports.persons());
        var imported = imports.csv(file.toString());
        assertEquals(outcome(imported), outcome(validated));
        assertEquals(imports.errors(imported), imports.errors(validated));
        // A household has at most 100 members. A refused person is unknown to the next row.
        assertEquals("succeeded 241 = 100 created + 100 updated + 0 unchanged + 41 failed", outcome(imported));
    }
}
