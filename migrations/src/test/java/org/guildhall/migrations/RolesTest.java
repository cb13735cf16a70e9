package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The settings and privileges of the database roles, on which row-level security depends. */
class RolesTest {
    private static TestDatabase database;

    @BeforeAll
    static void migrate() throws SQLException {
        database = new TestDatabase(RolesTest.class);
    }

    @Test
    void appRole_hasTimeoutsAndNoSearchPath() throws SQLException {
        try (var app = database.as(Roles.APP)) {
            assertEquals(List.of("5s"), TestDatabase.column(app, "show statement_timeout"));
            assertEquals(List.of("force_generic_plan"), TestDatabase.column(app, "show plan_cache_mode"));
            assertEquals(List.of("2s"), TestDatabase.column(app, "show lock_timeout"));
            assertEquals(List.of("10s"), TestDatabase.column(app, "show idle_in_transaction_session_timeout"));
            assertEquals(List.of("\"\""), TestDatabase.column(app, "show search_path"));
        }
    }

    @Test
    void appRole_createsObject_refused() throws SQLException {
        try (var app = database.as(Roles.APP)) {
            for (var sql : List.of("create table platform.x ()", "create table public.x ()", "create schema x", "set role guildhall_owner",
                    "alter table catalog.products disable row level security", "truncate catalog.products")) {
                assertEquals("42501", assertThrows(SQLException.class, () -> TestDatabase.column(app, sql), sql).getSQLState(), sql);
            }
        }
    }

    @Test
    void readOnlyRole_write_refused() throws SQLException {
        try (var readonly = database.as(Roles.READONLY)) {
            assertEquals(List.of("0"), TestDatabase.column(readonly, "select count(*) from catalog.products"));
            TestDatabase.column(readonly, "set default_transaction_read_only = off");
            assertEquals("42501",
                    assertThrows(SQLException.class,
                            () -> TestDatabase.column(readonly, "delete from catalog.resource_keys")).getSQLState());
        }
    }

    @Test
    void roles_createdTwice_unchanged() throws SQLException {
        var before = database.asSuperuser("select rolname || rolconfig::text from pg_roles where rolname like 'guildhall%' order by 1");
        try (var superuser = TestDatabase.POSTGRES.superuser("rolestest")) {
            Roles.create(superuser, Roles.Passwords.NONE);
        }
        assertEquals(before,
                database.asSuperuser("select rolname || rolconfig::text from pg_roles where rolname like 'guildhall%' order by 1"));
    }

    @Test
    void roleThatBypassesPolicies_refused() throws SQLException {
        database.asSuperuser("alter role guildhall_app bypassrls");
        try (var superuser = TestDatabase.POSTGRES.superuser("rolestest")) {
            var refusal = assertThrows(SQLException.class, () -> Roles.create(superuser, Roles.Passwords.NONE));
            assertTrue(refusal.getMessage().contains("guildhall_app"), refusal.getMessage());
        } finally {
            database.asSuperuser("alter role guildhall_app nobypassrls");
        }
    }

    @Test
    void password_withSpecialCharacters_works() throws SQLException {
        var odd = "it's \\ a; \"pass\" -- word";
        try (var superuser = TestDatabase.POSTGRES.superuser("rolestest")) {
            Roles.create(superuser, new Roles.Passwords(null, odd, null, null));
            assertEquals(List.of("guildhall_app"), TestDatabase.column(superuser,
                    "select rolname from pg_authid where rolname like 'guildhall%' and rolpassword like 'SCRAM-SHA-256$%'"));
            TestDatabase.column(superuser, "alter role guildhall_app password null");
        }
        assertFalse(Roles.sql(Roles.Passwords.NONE).contains("password E'"));
    }
}
