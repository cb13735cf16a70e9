package org.guildhall.runtime.plans;

import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.guildhall.schema.runtime.Tables.PROVISIONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.guildhall.TestServer;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.runtime.entitlements.EntitlementForm;
import org.guildhall.runtime.entitlements.EntitlementTexts;
import org.guildhall.runtime.usage.UsageFixture;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A long history of provisions doesn't slow reads down; the cost is counted in database pages, not in time. */
class HistoryTest {

    private static final int ENDED = 5_050;

    /** A database of its own: what other tests store, and when PostgreSQL analyzes it, would decide about plans here. */
    private final TestServer server = TestServer.fresh();
    private final UsageFixture usage = new UsageFixture(server);

    @AfterEach
    void close() {
        server.close();
    }

    /** The pages that a statement reads by the plan of all organizations, as the server's prepared statements have. */
    private static long pages(Tx tx, Query statement, String type, String value) {
        var sql = tx.sql();
        sql.execute("set local plan_cache_mode = force_generic_plan");
        sql.execute("prepare history (" + type + ") as " + sql.renderInlined(statement));
        try {
            var plan = sql.fetch("explain (analyze, buffers, format json) execute history ('" + value + "')").getFirst().get(0).toString();
            var found = Pattern.compile("\"Shared Hit Blocks\": (\\d+)").matcher(plan);
            assertTrue(found.find(), plan);
            return Long.parseLong(found.group(1));
        } finally {
            sql.execute("deallocate history");
        }
    }

    private long entitlements(String organization) {
        var id = DSL.field("$1", SQLDataType.UUID);
        return Stream.of(EntitlementForm.PRESENT, EntitlementForm.DUE)
                .mapToLong(form -> tenant(tx -> pages(tx, DSL.resultQuery(EntitlementTexts.of(form), id), "uuid", uuid(organization).toString())))
                .sum();
    }

    /** The pages that are read to save the ends of some provisions. */
    private long saved(String provisions) {
        var rows = PROVISIONS.as("p");
        return tenant(tx -> pages(tx, DSL.update(PROVISIONS)
                .set(PROVISIONS.UPDATED_AT, rows.UPDATED_AT)
                .from(JsonRows.rows("provisions", rows.getName(), DSL.field("$1", SQLDataType.JSONB)))
                .where(PROVISIONS.ID.eq(rows.ID)), "jsonb", provisions));
    }

    private <T> T tenant(Function<Tx, T> work) {
        return usage.tenant.server().db().read(usage.tenant.id(), Db.ANY_REVISION, work);
    }

    @Test
    void entitlements_withLongHistory_readAsFewPages() {
        var product = usage.product(UsageFixture.limit("wiki.seats", 5));
        var young = usage.organization();
        var old = usage.organization();
        usage.hold(young, product);
        usage.hold(old, product);
        usage.sql("""
                with pool as (select tenant_id, id, organization_id from runtime.pools where organization_id = ?),
                granted as (
                    insert into runtime.grants (tenant_id, organization_id, pool_id, product_id, kind, starts_at, ended_at, ended_by)
                    select tenant_id, organization_id, id, ?, 'grant', now() - interval '3 days', now() - interval '2 days', 'revoked'
                    from pool cross join generate_series(1, %d)
                    returning tenant_id, id, organization_id, pool_id, product_id, starts_at, ended_at)
                insert into runtime.provisions (tenant_id, organization_id, pool_id, product_id, cause, grant_id, starts_at, ends_at)
                select tenant_id, organization_id, pool_id, product_id, 'grant', id, starts_at, ended_at from granted""".formatted(ENDED),
                uuid(old), uuid(product));
        for (var table : List.of("grants", "provisions")) {
            usage.sql("alter table runtime." + table + " set (autovacuum_enabled = false)");
            usage.sql("vacuum (analyze) runtime." + table);
            // As in a database with many organizations: about three rows for each of them.
            for (var column : List.of("pool_id", "organization_id")) {
                usage.sql("""
                        select pg_restore_attribute_stats('schemaname', 'runtime', 'relname', '%s', 'attname', '%s', 'inherited', false,
                            'null_frac', 0::real, 'avg_width', 16, 'n_distinct', -0.3::real)""".formatted(table, column));
            }
        }
        long without = entitlements(young);
        long with = entitlements(old);
        assertTrue(with < without + 20, with + " pages with the history, " + without + " without");
        // No row has this id: what is read is what it takes to find that out.
        long saved = saved("[{\"id\": \"00000000-0000-7000-8000-000000000000\"}]");
        assertTrue(saved < 30, saved + " pages to save a provision");
        assertEquals("5", usage.http.get(UsageFixture.BASE + "/organizations/" + old + "/entitlements").expect(200).at("/entitlements/0/limit"));
    }
}