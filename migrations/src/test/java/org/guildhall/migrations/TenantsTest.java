package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The database separates tenants for every statement. */
class TenantsTest {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final UUID HERE = UUID.randomUUID();
    private static final UUID THERE = UUID.randomUUID();

    private static TestDatabase database;

    @BeforeAll
    static void oneProductEach() throws SQLException {
        database = new TestDatabase(TenantsTest.class);
        for (var tenant : List.of(HERE, THERE)) {
            try (var session = database.app(tenant)) {
                session.run("insert into catalog.products (name) values ('of %s')", tenant);
                session.commit();
            }
        }
    }

    @Test
    void tenant_seesOnlyItsRows() throws SQLException {
        try (var session = database.app(HERE)) {
            assertEquals(List.of("of " + HERE), session.run("select name from catalog.products"));
            assertEquals("0", session.one("select count(*) from catalog.products where tenant_id = '%s'", THERE));
            assertEquals("1", session.one("select count(*) from catalog.product_kinds"));
        }
    }

    @Test
    void noTenant_seesNoRows() throws SQLException {
        try (var session = database.app(null)) {
            assertEquals("0", session.one("select count(*) from catalog.products"));
            assertEquals("0", session.one("select count(*) from platform.tenants"));
            session.run("select set_config('app.tenant', '', true)");
            assertEquals("0", session.one("select count(*) from catalog.products"));
        }
    }

    @Test
    void noTenant_write_refused() throws SQLException {
        try (var session = database.app(null)) {
            assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("insert into catalog.org_types (key, name) values ('x', 'x')"));
            assertEquals(INSUFFICIENT_PRIVILEGE,
                    session.refusal("insert into catalog.org_types (tenant_id, key, name) values ('%s', 'x', 'x')", HERE));
        }
    }

    @Test
    void otherTenant_write_refused() throws SQLException {
        try (var session = database.app(HERE)) {
            assertEquals(INSUFFICIENT_PRIVILEGE,
                    session.refusal("insert into catalog.products (tenant_id, name) values ('%s', 'x')", THERE));
            assertEquals(INSUFFICIENT_PRIVILEGE, session.refusal("update catalog.products set tenant_id = '%s'", THERE));
            assertEquals(List.of(), session.run("update catalog.products set name = 'x' where tenant_id = '%s' returning name", THERE));
        }
    }

    @Test
    void referenceToOtherTenantsRow_refused() throws SQLException {
        String product;
        try (var session = database.app(THERE)) {
            product = session.one("select id from catalog.products");
        }
        try (var session = database.app(HERE)) {
            assertEquals("prices_product", session.refusal("""
                    insert into catalog.prices (product_id, unit_amount_minor, currency, tax_behavior)
                    values ('%s', 1, 'AUD', 'inclusive')""", product));
        }
    }

    @Test
    void tenantSetting_endsWithTheTransaction() throws SQLException {
        try (var connection = database.as(Roles.APP)) {
            connection.setAutoCommit(false);
            TestDatabase.column(connection, "select set_config('app.tenant', '" + HERE + "', true)");
            assertEquals(List.of("1"), TestDatabase.column(connection, "select count(*) from catalog.products"));
            connection.commit();
            assertEquals(List.of("0"), TestDatabase.column(connection, "select count(*) from catalog.products"));
        }
    }

    @Test
    void owner_withoutTenant_seesNoRows() throws SQLException {
        try (var connection = database.as(Roles.MIGRATOR)) {
            assertEquals(List.of("guildhall_owner"), TestDatabase.column(connection, "select current_user"));
            assertEquals(List.of("0"), TestDatabase.column(connection, "select count(*) from catalog.products"));
        }
    }

    @Test
    void backupRole_seesAllTenants() throws SQLException {
        try (var connection = database.as(Roles.BACKUP)) {
            assertEquals(List.of("2"), TestDatabase.column(connection, "select count(*) from catalog.products where name like 'of %'"));
        }
    }

    @Test
    void list_underPolicy_usesItsIndex() throws SQLException {
        try (var session = database.app(UUID.randomUUID())) {
            session.run("insert into catalog.products (name) select 'product ' || n from generate_series(1, 3000) n");
            session.commit();
            database.asSuperuser("analyze catalog.products");
            assertPlan(session, "products_created",
                    """
                    select * from catalog.products where (created_at, id) > (now() - interval '1 day', uuidv7())
                    order by created_at, id limit 50""");
            assertPlan(session, "products_name",
                    """
                    select * from catalog.products where (name collate "C", id) > ('product 2', uuidv7())
                    order by name collate "C", id limit 50""");
        }
    }

    @Test
    void genericPlan_forEmptyTenant_usesTheKey() throws SQLException {
        try (var large = database.app(UUID.randomUUID()); var empty = database.app(UUID.randomUUID())) {
            large.run("insert into catalog.products (name) select 'product ' || n from generate_series(1, 3000) n");
            large.commit();
            database.asSuperuser("analyze catalog.products");
            empty.run("set local plan_cache_mode = force_generic_plan");
            empty.run("prepare one(uuid) as select * from catalog.products where id = $1");
            var plan = String.join("\n", empty.run("explain execute one('" + UUID.randomUUID() + "')"));
            assertTrue(plan.matches("(?s).*using products_(pkey|id_[a-z_]+) on.*"), plan);
        }
    }

    private static void assertPlan(TestDatabase.Session session, String index, String query) throws SQLException {
        var plan = String.join("\n", session.run("explain " + query.replace("%", "%%")));
        assertTrue(plan.contains(index) && !plan.contains("Sort"), plan);
    }
}
