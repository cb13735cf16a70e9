package org.guildhall.runtime.imports;

import static org.guildhall.runtime.imports.ImportFixture.CSV;
import static org.guildhall.runtime.imports.ImportFixture.IMPORTS;
import static org.guildhall.runtime.imports.ImportFixture.outcome;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Imports that are interrupted, on two nodes, or stopped: every person is imported exactly once. */
class ImportResumeTest {

    private static String rows(int count) {
        var file = new StringBuilder("external_id,name,household_external_id,household_name\n");
        for (int row = 0; row < count; row++) {
            file.append("m-%d,Member %d,h-%d,Household\n".formatted(row, row, row / 4));
        }
        return file.toString();
    }

    private static void assertEachPersonOnce(ImportFixture imports, int count) throws SQLException {
        assertEquals(count, imports.persons());
        for (var query : List.of(
                "select count(distinct external_id) from runtime.persons where tenant_id = ?",
                "select count(*) from runtime.organizations where tenant_id = ?",
                "select count(*) from runtime.household_members where tenant_id = ?",
                "select count(*) from platform.audit_events where action = 'person.created' and tenant_id = ?")) {
            assertEquals(List.of(Integer.toString(count)), imports.tenant.found(query, imports.tenant.id()), query);
        }
    }

    @Test
    void brokenConnections_duplicateNoPerson() throws SQLException {
        try (var server = TestServer.fresh();
                var other = server.node()) {
            var imports = new ImportFixture(server.tenant()).open();
            var accepted = imports.send("", CSV, rows(6_000)).expect(202);
            long before = 0;
            for (int broken = 0; broken < 12; broken++) {
                for (int wait = 0; wait < 10; wait++) {
                    ImportFixture.pause();
                }
                // This ends all connections of both nodes, which rolls back their transactions.
                try (var connection = server.superuser();
                        var statement = connection.createStatement()) {
                    statement.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'guildhall_app' and datname = current_database()");
                }
                long now = imports.persons();
                assertTrue(now >= before, "persons are gone");
                before = now;
            }
            var done = ended(imports, accepted);
            assertEquals("succeeded 6000 = 6000 created + 0 updated + 0 unchanged + 0 failed", outcome(done));
            assertEachPersonOnce(imports, 6_000);
            assertTrue(other.url().startsWith("http"));
        }
    }

    /** Like {@link ImportFixture#done}, but ignores reads that fail on a broken connection. */
    private static Reply ended(ImportFixture imports, Reply accepted) {
        for (int attempt = 0; attempt < 2_400; attempt++) {
            var now = imports.http.get(String.valueOf(accepted.header("Location")));
            if (now.status() == 200 && now.at("/finished_at") != null) {
                return now;
            }
            ImportFixture.pause();
        }
        throw new AssertionError("the import never ended");
    }

    @Test
    void row_refusedByDatabase_failsAlone() throws SQLException {
        try (var server = TestServer.fresh()) {
            var imports = new ImportFixture(server.tenant()).open();
            imports.tenant.sql("alter table runtime.persons add constraint persons_refused_external_id check (name <> 'Refused')");
            var file = rows(450).replace(",Member 137,", ",Refused,").replace(",Member 138,", ",Refused,").replace(",Member 301,", ",Refused,");
            var done = imports.csv(file);
            assertEquals("succeeded 450 = 447 created + 0 updated + 0 unchanged + 3 failed", outcome(done));
            assertEquals(List.of("139 external_id already_exists", "140 external_id already_exists", "303 external_id already_exists"), imports.errors(done));
            assertEachPersonOnce(imports, 447);
        }
    }

    @Test
    void import_onTwoWorkers_processesEachRowOnce() throws SQLException {
        var imports = new ImportFixture().open();
        var accepted = imports.send("", CSV, rows(600)).expect(202);
        // With the tenant in capitals, the scheduler has a second task for the same import.
        imports.tenant.sql("""
                insert into platform.scheduled_tasks (task_name, task_instance, execution_time, picked, version)
                select 'import', upper(?) || '/' || id, now(), false, 1 from runtime.imports where tenant_id = ?""",
                imports.tenant.id().toString().toUpperCase(Locale.ROOT), imports.tenant.id());
        assertEquals("succeeded 600 = 600 created + 0 updated + 0 unchanged + 0 failed", outcome(imports.done(accepted)));
        assertEachPersonOnce(imports, 600);
    }

    @Test
    void import_canceled_keepsProcessedRows() throws SQLException {
        var imports = new ImportFixture().open();
        var accepted = imports.send("", CSV, rows(3_000)).expect(202);
        var path = String.valueOf(accepted.header("Location"));
        while ("0".equals(imports.http.get(path).at("/processed"))) {
            ImportFixture.pause();
        }
        var canceled = imports.http.post(path + "/cancel", null).expect(200);
        assertEquals("canceled", canceled.at("/state"));
        assertEquals("409 invalid_state", imports.http.post(path + "/cancel", null).outcome());
        long done = Long.parseLong(String.valueOf(canceled.at("/created")));
        assertTrue(done > 0 && done < 3_000, canceled.text());
        var rest = "select count(*) from runtime.import_rows where tenant_id = ?";
        for (int attempt = 0; attempt < 400 && !imports.tenant.found(rest, imports.tenant.id()).equals(List.of("0")); attempt++) {
            ImportFixture.pause();
        }
        assertEquals(List.of("0"), imports.tenant.found(rest, imports.tenant.id()));
        assertEquals(done, imports.persons());
        assertEquals(Long.toString(done), imports.http.get(path).at("/processed"));
        // The same file again imports the rest.
        assertEquals("succeeded 3000 = %d created + 0 updated + %d unchanged + 0 failed".formatted(3_000 - done, done), outcome(imports.csv(rows(3_000))));
    }

    @Test
    void import_onSlowDatabase_canBeCanceled() throws SQLException {
        try (var server = TestServer.fresh()) {
            var imports = new ImportFixture(server.tenant()).open();
            imports.tenant.sql("""
                    create function runtime.sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(0.015); return null; end $$""");
            imports.tenant.sql("create trigger import_rows_sleep after delete on runtime.import_rows for each row execute function runtime.sleep()");
            var path = String.valueOf(imports.send("", CSV, rows(1_000)).expect(202).header("Location"));
            while (Long.parseLong(String.valueOf(imports.http.get(path).at("/processed"))) < 300) {
                ImportFixture.pause();
            }
            // A cancellation waits for a batch: 200 rows would take 3 seconds, the 50 of the third batch take 0.8.
            assertEquals("canceled", imports.http.post(path + "/cancel", null).expect(200).at("/state"));
        }
    }

    @Test
    void import_ofSuspendedTenant_waits() throws SQLException {
        var imports = new ImportFixture().open();
        var accepted = imports.send("", CSV, rows(4_000)).expect(202);
        imports.tenant.suspend();
        long now = -1;
        long before;
        do {
            before = now;
            for (int wait = 0; wait < 40; wait++) {
                ImportFixture.pause();
            }
            now = imports.persons();
        } while (now != before);
        assertTrue(now < 4_000, "nothing waited");
        // Processed rows are deleted at once, not at the end of the import.
        assertEquals(List.of(Long.toString(4_000 - now)), imports.tenant.found("select count(*) from runtime.import_rows where tenant_id = ?", imports.tenant.id()));
        assertEquals("403 tenant_suspended", imports.http.post(accepted.header("Location") + "/cancel", null).outcome());
        imports.tenant.reactivate();
        imports.http.post(accepted.header("Location") + "/cancel", null).expect(200);
        assertEquals(1, imports.http.get(IMPORTS + "?state=canceled").json().get("data").size());
    }

    @Test
    void import_beyondFiftyUnfinished_isRefused() throws SQLException {
        var imports = new ImportFixture();
        imports.tenant.sql("insert into runtime.imports (tenant_id, format, mode, actor_type) select ?, 'csv', 'run', 'operator' from generate_series(1, 50)", imports.tenant.id());
        assertEquals("409 conflict", imports.send("", CSV, rows(1)).outcome());
    }
}
