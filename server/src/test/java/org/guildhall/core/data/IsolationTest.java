package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the database lets the server see: in a tenant that tenant's rows, and without one nothing. No statement here names a tenant to be kept from. */
class IsolationTest {

    private static final TestServer GUILD = TestServer.shared();
    private static final TestServer.Tenant OURS = GUILD.tenant();
    private static final TestServer.Tenant THEIRS = GUILD.tenant();

    @BeforeAll
    static void bothHaveSomethingOfEverything() {
        for (var tenant : List.of(OURS, THEIRS)) {
            var http = new Http(GUILD, tenant.token());
            var set = http.post("/api/v1/catalog/entitlement-sets", "{\"name\": \"S\"}", "Idempotency-Key", "k").expect(201).at("/id");
            var product = http.post("/api/v1/catalog/products", "{\"name\": \"P\", \"entitlement_set_id\": \"%s\", \"provider_references\": {\"stripe\": \"i-%s\"}}"
                    .formatted(set, tenant.id())).expect(201).at("/id");
            http.post("/api/v1/catalog/products/" + product + "/prices", "{\"unit_amount\": {\"amount_minor\": 1, \"currency\": \"AUD\"}, \"tax_behavior\": \"inclusive\"}").expect(201);
            http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\"}").expect(201);
        }
    }

    private static List<String> guarded() throws Exception {
        return OURS.found("""
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and c.relforcerowsecurity order by 1""");
    }

    private static long count(Tx tx, String table, String where) {
        return tx.sql().fetchSingle("select count(*) from " + table + " where " + where).get(0, Long.class);
    }

    @Test
    void inATenantOnlyItsOwnRowsAreVisibleInAnyTable() throws Exception {
        int seen = 0;
        for (var table : guarded()) {
            var self = table.equals("platform.tenants") ? " and id <> platform.app_tenant()" : "";
            long foreign = GUILD.db().read(OURS.id(), Db.ANY_REVISION, tx -> count(tx, table, "tenant_id <> platform.app_tenant()" + self));
            assertEquals(0, foreign, table);
            long own = GUILD.db().read(OURS.id(), Db.ANY_REVISION, tx -> count(tx, table, "true"));
            assertEquals(OURS.found("select count(*) from " + table + " where tenant_id = ?" + (self.isEmpty() ? "" : " or id = '" + OURS.id() + "'"), OURS.id()),
                    List.of(Long.toString(own)), table);
            seen += own > 0 ? 1 : 0;
        }
        assertTrue(seen >= 12, "the test has rows in " + seen + " tables only");
    }

    @Test
    void withoutATenantNothingIsVisibleInAnyTable() throws Exception {
        for (var table : guarded()) {
            long visible = GUILD.db().unguarded(connection -> {
                try (var rows = connection.prepareStatement("select count(*) from " + table).executeQuery()) {
                    rows.next();
                    return rows.getLong(1);
                }
            });
            assertEquals(0, visible, table);
        }
    }

    @Test
    void aRowOfAnotherTenantCanBeNeitherChangedNorDeletedNorMade() throws Exception {
        try (var write = GUILD.db().begin(OURS.id(), Db.ANY_REVISION)) {
            var sql = write.tx().sql();
            assertEquals(0, sql.execute("update catalog.products set name = 'taken' where tenant_id = ?", THEIRS.id()));
            assertEquals(0, sql.execute("delete from catalog.provider_references where tenant_id = ?", THEIRS.id()));
            assertEquals(0, sql.execute("delete from platform.idempotency_keys where tenant_id = ?", THEIRS.id()));
            var refused = assertThrows(DataAccessException.class, () -> sql.execute("insert into catalog.products (tenant_id, name) values (?, 'planted')", THEIRS.id()));
            assertEquals("42501", refused.sqlState());
        }
        try (var write = GUILD.db().begin(OURS.id(), Db.ANY_REVISION)) {
            var moved = assertThrows(DataAccessException.class, () -> write.tx().sql().execute("update catalog.products set tenant_id = ?", THEIRS.id()));
            assertEquals("42501", moved.sqlState());
        }
        assertEquals(List.of("P"), THEIRS.found("select name from catalog.products where tenant_id = ?", THEIRS.id()));
    }

    @Test
    void aReferenceToARowOfAnotherTenantIsOneToNothing() throws Exception {
        var theirSet = THEIRS.found("select id from catalog.entitlement_sets where tenant_id = ?", THEIRS.id()).getFirst();
        try (var write = GUILD.db().begin(OURS.id(), Db.ANY_REVISION)) {
            var refused = assertThrows(DataAccessException.class, () -> write.tx().sql().execute(
                    "insert into catalog.products (name, entitlement_set_id) values ('A', ?)", UUID.fromString(theirSet)));
            assertEquals("23503", refused.sqlState());
        }
    }

    @Test
    void theTenantIsGoneFromAConnectionAsSoonAsItsWorkIsDone() {
        var connections = new AtomicReference<Integer>();
        GUILD.db().read(OURS.id(), Db.ANY_REVISION, tx -> {
            connections.set(tx.sql().fetchSingle("select pg_backend_pid()").get(0, Integer.class));
            assertEquals(1, count(tx, "catalog.products", "true"));
            return null;
        });
        for (int attempt = 0; attempt < 20; attempt++) {
            GUILD.db().unguarded(connection -> {
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
    void workInAnotherTenantComesBackToItsOwnAlsoWhenItFails() {
        try (var write = GUILD.db().begin(OURS.id(), Db.ANY_REVISION)) {
            var tx = write.tx();
            assertEquals(OURS.id(), seen(tx));
            assertEquals(THEIRS.id(), tx.within(THEIRS.id(), IsolationTest::seen));
            assertEquals(OURS.id(), seen(tx));
            assertThrows(IllegalStateException.class, () -> tx.within(THEIRS.id(), there -> {
                throw new IllegalStateException("failed there");
            }));
            assertEquals(OURS.id(), seen(tx), "a handler that goes on after that must not go on in the other tenant");
        }
    }

    private static UUID seen(Tx tx) {
        return tx.sql().fetchSingle("select platform.app_tenant()").get(0, UUID.class);
    }

    @Test
    void theServersRoleOwnsNothingAndMayNotEscapeItsPolicies() throws Exception {
        for (var statement : List.of("set role guildhall_owner", "set session authorization postgres", "alter table catalog.products disable row level security",
                "create table catalog.mine (id int)", "create schema mine", "create function public.f() returns int language sql as 'select 1'",
                "copy catalog.products to program 'cat'", "drop policy products_tenant on catalog.products")) {
            var state = GUILD.db().unguarded(connection -> {
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
