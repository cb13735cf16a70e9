package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.guildhall.TestServer;
import org.guildhall.core.FilledTenant;
import org.guildhall.core.TenantTables;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rows that the database shows the server: in a tenant only that tenant's rows, and without a tenant none. */
class IsolationTest {

    private static final TestServer SERVER = TestServer.shared();
    private static TestServer.Tenant ours;
    private static TestServer.Tenant theirs;

    @BeforeAll
    static void fill() throws Exception {
        ours = FilledTenant.make();
        theirs = FilledTenant.make();
    }

    private static List<String> guarded() throws Exception {
        return ours.found("""
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and c.relforcerowsecurity order by 1""");
    }

    private static long count(Tx tx, String table, String where) {
        return tx.sql().fetchSingle("select count(*) from " + table + " where " + where).get(0, Long.class);
    }

    /** The condition for a tenant's rows: the row of a tenant itself belongs to the platform. */
    private static String rowsOf(String table, UUID tenant) {
        return (table.equals("platform.tenants") ? "id = '" : "tenant_id = '") + tenant + "'";
    }

    private static List<String> tablesOfTenants() throws Exception {
        try (var superuser = SERVER.superuser()) {
            return TenantTables.names(superuser);
        }
    }

    @Test
    void bothTenants_haveRowsInEveryTable() throws Exception {
        var empty = new ArrayList<String>();
        for (var table : tablesOfTenants()) {
            for (var tenant : List.of(ours, theirs)) {
                if (tenant.found("select 1 from " + table + " where " + rowsOf(table, tenant.id()) + " limit 1").isEmpty()) {
                    empty.add(table);
                }
            }
        }
        assertEquals(List.of(), empty, "tables without rows of both tenants: an example or FilledTenant makes them");
    }

    @Test
    void tableOfTenants_isGuarded() throws Exception {
        var open = new ArrayList<>(tablesOfTenants());
        open.removeAll(guarded());
        // Authentication finds the tenant of a token or an origin before a tenant is set.
        assertEquals(List.of("platform.doors"), open);
    }

    @Test
    void tenant_seesOnlyItsOwnRows_inAnyTable() throws Exception {
        for (var table : guarded()) {
            var own = rowsOf(table, ours.id());
            long foreign = SERVER.db().read(ours.id(), Db.ANY_REVISION, tx -> count(tx, table, "not " + own));
            assertEquals(0, foreign, table);
            long seen = SERVER.db().read(ours.id(), Db.ANY_REVISION, tx -> count(tx, table, "true"));
            assertEquals(ours.found("select count(*) from " + table + " where " + own), List.of(Long.toString(seen)), table);
        }
    }

    @Test
    void foreignRow_inAnyTable_isNotChangedOrDeleted() throws Exception {
        for (var table : guarded()) {
            for (var statement : List.of("update " + table + " set tenant_id = tenant_id where ", "delete from " + table + " where ")) {
                assertTrue(Set.of("0 rows", "42501").contains(written(statement + rowsOf(table, theirs.id()))), statement);
            }
        }
    }

    /** The count of written rows, or the state of the refusal. */
    private static String written(String statement) {
        try (var write = SERVER.db().begin(ours.id(), Db.ANY_REVISION)) {
            return write.tx().sql().execute(statement) + " rows";
        } catch (DataAccessException refused) {
            return refused.sqlState();
        }
    }

    @Test
    void withoutTenant_noRowIsVisible_inAnyTable() throws Exception {
        for (var table : guarded()) {
            long visible = SERVER.db().unguarded(connection -> {
                try (var rows = connection.prepareStatement("select count(*) from " + table).executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            });
            assertEquals(0, visible, table);
        }
    }

    @Test
    void foreignRow_isNotChangedDeletedOrInserted() throws Exception {
        try (var write = SERVER.db().begin(ours.id(), Db.ANY_REVISION)) {
            var sql = write.tx().sql();
            assertEquals(0, sql.execute("update catalog.products set name = 'taken' where tenant_id = ?", theirs.id()));
            assertEquals(0, sql.execute("delete from catalog.provider_references where tenant_id = ?", theirs.id()));
            assertEquals(0, sql.execute("delete from platform.idempotency_keys where tenant_id = ?", theirs.id()));
            var refused = assertThrows(DataAccessException.class, () -> sql.execute("insert into catalog.products (tenant_id, name) values (?, 'planted')", theirs.id()));
            assertEquals("42501", refused.sqlState());
        }
        try (var write = SERVER.db().begin(ours.id(), Db.ANY_REVISION)) {
            var moved = assertThrows(DataAccessException.class, () -> write.tx().sql().execute("update catalog.products set tenant_id = ?", theirs.id()));
            assertEquals("42501", moved.sqlState());
        }
        assertEquals(List.of("0"), theirs.found("select count(*) from catalog.products where tenant_id = ? and name in ('taken', 'planted')", theirs.id()));
    }

    @Test
    void referenceToAnotherTenantsRow_isRefused() throws Exception {
        var theirSet = theirs.found("select id from catalog.entitlement_sets where tenant_id = ?", theirs.id()).getFirst();
        try (var write = SERVER.db().begin(ours.id(), Db.ANY_REVISION)) {
            var refused = assertThrows(DataAccessException.class, () -> write.tx().sql().execute(
                    "insert into catalog.products (name, entitlement_set_id) values ('A', ?)", UUID.fromString(theirSet)));
            assertEquals("23503", refused.sqlState());
        }
    }

    @Test
    void connection_afterItsWork_hasNoTenant() {
        SERVER.db().read(ours.id(), Db.ANY_REVISION, tx -> {
            assertTrue(count(tx, "catalog.products", "true") > 0);
            return null;
        });
        for (int attempt = 0; attempt < 20; attempt++) {
            SERVER.db().unguarded(connection -> {
                try (var rows = connection.prepareStatement("select coalesce(current_setting('app.tenant', true), ''), (select count(*) from catalog.products)").executeQuery()) {
                    rows.next();
                    assertEquals("", rows.getString(1));
                    assertEquals(0, rows.getLong(2));
                    return null;
                }
            });
        }
    }

    @Test
    void workInAnotherTenant_returns_evenOnFailure() {
        try (var write = SERVER.db().begin(ours.id(), Db.ANY_REVISION)) {
            var tx = write.tx();
            assertEquals(ours.id(), seen(tx));
            assertEquals(theirs.id(), tx.within(theirs.id(), IsolationTest::seen));
            assertEquals(ours.id(), seen(tx));
            assertThrows(IllegalStateException.class, () -> tx.within(theirs.id(), there -> {
                throw new IllegalStateException("failed there");
            }));
            assertEquals(ours.id(), seen(tx), "the handler must not continue in the other tenant");
        }
    }

    private static UUID seen(Tx tx) {
        return tx.sql().fetchSingle("select platform.app_tenant()").get(0, UUID.class);
    }

    @Test
    void roleOfTheServer_cannotEscapeThePolicies() throws Exception {
        for (var statement : List.of("set role guildhall_owner", "set session authorization postgres", "alter table catalog.products disable row level security",
                "create table catalog.mine (id int)", "create schema mine", "create function public.f() returns int language sql as 'select 1'",
                "copy catalog.products to program 'cat'", "drop policy products_tenant on catalog.products")) {
            var state = SERVER.db().unguarded(connection -> {
                try (var prepared = connection.prepareStatement(statement)) {
                    prepared.execute();
                    return "done";
                } catch (java.sql.SQLException denied) {
                    return denied.getSQLState();
                }
            });
            assertEquals("42501", state, statement);
        }
        assertFalse(guarded().isEmpty());
    }
}
