package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules for every table of every schema, also future ones. Each query lists the violations. */
class SchemaTest {
    /** Tables that are read before the tenant is known, or that belong to a library. All other tables are tenant tables. */
    private static final String UNGUARDED = "'platform.doors', 'platform.rate_totals', 'platform.scheduled_tasks'";

    private static final String TABLES = """
            with tables as (
                select c.oid, n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relforcerowsecurity, c.relowner, c.relacl
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and n.nspowner = 'guildhall_owner'::regrole and n.nspname <> 'guildhall_migrations'
            ), guarded as (select * from tables where name not in (%s))
            """.formatted(UNGUARDED);

    private static TestDatabase database;

    @BeforeAll
    static void migrate() throws SQLException {
        database = new TestDatabase(SchemaTest.class);
    }

    @Test
    void schemas_allExist() throws SQLException {
        assertEquals(List.of("billing", "catalog", "platform", "providers", "runtime", "schedule", "tasks"), database.asSuperuser("""
                select nspname from pg_namespace
                where nspowner = 'guildhall_owner'::regrole and nspname <> 'guildhall_migrations' order by 1"""));
    }

    @Test
    void tables_allForceRowLevelSecurity() throws SQLException {
        assertNone("a table without forced row-level security shows every tenant's rows",
                "select name from guarded where not (relrowsecurity and relforcerowsecurity)");
    }

    @Test
    void tables_allHaveTheTenantPolicy() throws SQLException {
        assertNone("the tenant policy has one fixed form, so that it can be checked", """
                select name from guarded g
                where not exists (
                    select from pg_policy p
                    where p.polrelid = g.oid and p.polcmd = '*' and p.polpermissive
                      and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = platform.app_tenant())'
                      and pg_get_expr(p.polwithcheck, p.polrelid) = '(tenant_id = platform.app_tenant())')""");
    }

    @Test
    void tables_haveNoFurtherPolicy() throws SQLException {
        // Policies are combined with OR: a second one only shows more rows. A tenant may read its own row in platform.tenants.
        assertNone("a further policy shows rows that the tenant policy hides", """
                select g.name || '.' || p.polname from guarded g join pg_policy p on p.polrelid = g.oid
                where not (p.polcmd = '*' and pg_get_expr(p.polqual, p.polrelid) = '(tenant_id = platform.app_tenant())')
                  and not (g.name = 'platform.tenants' and p.polcmd = 'r'
                           and pg_get_expr(p.polqual, p.polrelid) = '(id = platform.app_tenant())')""");
    }

    @Test
    void tenantColumns_allHaveADefault() throws SQLException {
        assertNone("statements don't name the tenant, so the column needs a default", """
                select g.name from guarded g
                where not exists (
                    select from pg_attribute a join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
                    where a.attrelid = g.oid and a.attname = 'tenant_id' and a.attnotnull and a.atttypid = 'uuid'::regtype
                      and pg_get_expr(d.adbin, d.adrelid) = 'platform.app_tenant()')""");
    }

    @Test
    void tenantStatistics_sameForAllTenants() throws SQLException {
        assertNone("a plan made for a tenant without rows is kept for those that have many", """
                select g.name from guarded g join pg_attribute a on a.attrelid = g.oid
                where a.attname = 'tenant_id' and (a.attstattarget is distinct from 0 or not exists (
                    select from pg_statistic s where s.starelid = g.oid and s.staattnum = a.attnum and s.stadistinct = 4))""");
    }

    @Test
    void indexes_allLeadWithTheTenant() throws SQLException {
        assertNone("unique indexes ignore policies; other indexes would be scanned across tenants", """
                select i.indexrelid::regclass::text from guarded g join pg_index i on i.indrelid = g.oid
                where 'tenant_id' is distinct from (
                    select attname from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0])""");
    }

    @Test
    void tables_allHaveAPrimaryKey() throws SQLException {
        assertNone("a table without a key can't be replicated",
                "select name from tables t where not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)");
    }

    @Test
    void foreignKeys_allIncludeTheTenant() throws SQLException {
        assertNone("foreign keys ignore policies: without the tenant a row could refer to another tenant's row", """
                select c.conname from guarded g join pg_constraint c on c.conrelid = g.oid and c.contype = 'f'
                where not exists (
                    select from unnest(c.conkey, c.confkey) as pair(here, there)
                    where (select attname from pg_attribute where (attrelid, attnum) = (c.conrelid, pair.here)) = 'tenant_id'
                      and (select attname from pg_attribute where (attrelid, attnum) = (c.confrelid, pair.there)) = 'tenant_id')""");
    }

    @Test
    void foreignKeys_allIndexed() throws SQLException {
        // Ids never change. A row that is never deleted needs no index on what refers to it, which each insert would have to maintain.
        assertNone("without an index, deleting or changing a referenced row scans the whole table", """
                select c.conname from guarded g join pg_constraint c on c.conrelid = g.oid and c.contype = 'f'
                where (has_table_privilege('guildhall_app', c.confrelid, 'delete') or exists (
                        select from pg_attribute a
                        where a.attrelid = c.confrelid and a.attnum = any (c.confkey) and a.attname not in ('tenant_id', 'id')
                          and (a.attgenerated <> '' or has_column_privilege('guildhall_app', a.attrelid, a.attnum, 'update'))))
                  and not exists (
                    select from pg_index i join pg_class x on x.oid = i.indexrelid join pg_am m on m.oid = x.relam
                    where i.indrelid = c.conrelid and m.amname = 'btree'
                      and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) in (
                          select '(' || attname || ' IS NOT NULL)' from pg_attribute
                          where attrelid = c.conrelid and attnum = any (c.conkey)))
                      and c.conkey <@ (i.indkey::int2[])[0:cardinality(c.conkey) - 1])""");
    }

    @Test
    void constraintNames_unique() throws SQLException {
        assertNone("the server maps a constraint's name to a problem", """
                select c.conname from tables t join pg_constraint c on c.conrelid = t.oid
                where c.contype <> 'n' group by c.conname having count(*) > 1""");
    }

    @Test
    void columnTypes_allUsableUnderPolicies() throws SQLException {
        // Under forced policies only leakproof operators use an index; enums and numeric have none, and varchar adds nothing to text.
        assertNone("states are text with a check, money is bigint, instants have a zone", """
                select t.name || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                from tables t join pg_attribute a on a.attrelid = t.oid
                where a.attnum > 0 and not a.attisdropped
                  and a.atttypid not in ('uuid'::regtype, 'text'::regtype, 'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype,
                      'boolean'::regtype, 'timestamptz'::regtype, 'date'::regtype, 'bytea'::regtype, 'jsonb'::regtype, 'text[]'::regtype,
                      'tstzrange'::regtype, 'xid8'::regtype, 'integer[]'::regtype, 'uuid[]'::regtype)""");
    }

    @Test
    void views_allUseSecurityInvoker() throws SQLException {
        assertNone("a view needs security_invoker; a materialized view stores all tenants' rows", """
                select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspowner = 'guildhall_owner'::regrole
                  and (c.relkind = 'm' or c.relkind = 'v' and not coalesce('security_invoker=true' = any (c.reloptions), false))""");
    }

    @Test
    void clockAndTenant_stableAndInlinable() throws SQLException {
        assertEquals(List.of("app_now", "app_tenant"), database.asSuperuser("""
                select proname from pg_proc
                where pronamespace = 'platform'::regnamespace and proname in ('app_now', 'app_tenant')
                  and provolatile = 's' and proparallel = 's' and prolang = (select oid from pg_language where lanname = 'sql')
                  and proconfig is null and not prosecdef
                order by 1"""));
    }

    @Test
    void functions_noneIsSecurityDefiner() throws SQLException {
        assertNone("a security-definer function bypasses the policies",
                """
                select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where p.prosecdef and n.nspowner = 'guildhall_owner'::regrole""");
    }

    @Test
    void objects_allBelongToTheOwner() throws SQLException {
        assertNone("another role could change the objects it owns", """
                select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname !~ '^(pg_|information_schema)' and c.relowner <> 'guildhall_owner'::regrole
                union all
                select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
                where n.nspowner = 'guildhall_owner'::regrole and p.proowner <> 'guildhall_owner'::regrole""");
    }

    @Test
    void roles_onlyBackupBypassesPolicies() throws SQLException {
        assertEquals(List.of("guildhall_backup"), database.asSuperuser("""
                select rolname from pg_roles
                where rolname like 'guildhall%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"""));
        assertEquals(List.of("guildhall_migrator"), database.asSuperuser("""
                select m.member::regrole from pg_auth_members m
                where m.roleid = 'guildhall_owner'::regrole and m.member <> 'postgres'::regrole"""));
    }

    @Test
    void appRole_onlyReadsAndWritesRows() throws SQLException {
        assertNone("truncate, references and trigger privileges bypass the policies", """
                select name || ' ' || a.privilege_type from tables t, aclexplode(t.relacl) a
                where a.grantee = 'guildhall_app'::regrole and a.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')""");
    }

    @Test
    void publicRole_hasNoPrivileges() throws SQLException {
        assertNone("a privilege of PUBLIC also goes to every new role", """
                select name from tables t, aclexplode(t.relacl) a where a.grantee = 0
                union all
                select nspname from pg_namespace n, aclexplode(n.nspacl) a
                where a.grantee = 0 and nspname not in ('pg_catalog', 'information_schema')""");
    }

    @Test
    void auditTables_onlyAllowInserts() throws SQLException {
        assertNone("audit events must not be changed or deleted", """
                select name from tables
                where name like 'platform.audit%'
                  and (has_any_column_privilege('guildhall_app', oid, 'update') or has_table_privilege('guildhall_app', oid, 'delete'))""");
    }

    @Test
    void updatableColumns_excludePriceTerms() throws SQLException {
        assertEquals(List.of("archived_at", "external_id", "provider_references", "state", "updated_at", "version"), updatable("catalog.prices"));
        assertEquals(List.of("ends_at"), updatable("catalog.tier_products"));
    }

    @Test
    void readOnlyRoles_writeNothing() throws SQLException {
        assertNone("the read-only and backup roles must not write", """
                select name || ' ' || role from tables, (values ('guildhall_readonly'), ('guildhall_backup')) as roles(role)
                where has_any_column_privilege(role, oid, 'insert, update, references')
                   or has_table_privilege(role, oid, 'delete, truncate, trigger')""");
    }

    @Test
    void backupRole_readsEveryTable() throws SQLException {
        assertNone("a backup misses tables that its role can't read", """
                select name from tables where not has_table_privilege('guildhall_backup', oid, 'select')""");
    }

    private static List<String> updatable(String table) throws SQLException {
        return database.asSuperuser("""
                select attname from pg_attribute
                where attrelid = '%1$s'::regclass and attnum > 0 and has_column_privilege('guildhall_app', attrelid, attnum, 'update')
                order by 1""".formatted(table));
    }

    private static void assertNone(String because, String offenders) throws SQLException {
        assertEquals(List.of(), database.asSuperuser(TABLES + offenders), because);
    }
}
