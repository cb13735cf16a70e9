package org.guildhall.runtime.plans;

import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Function;
import java.util.regex.Pattern;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.entitlements.EntitlementForm;
import org.guildhall.runtime.entitlements.EntitlementStore;
import org.guildhall.runtime.usage.UsageFixture;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

/** A long history of provisions doesn't slow reads down; the cost is counted in database pages, not in time. */
class HistoryTest {

    private static final int ENDED = 5_050;

    private final UsageFixture usage = new UsageFixture();

    private static long pages(Tx tx, Select<?> select) {
        var plan = tx.sql().fetch("explain (analyze, buffers, format json) " + tx.sql().renderInlined(select)).getFirst().get(0).toString();
        var found = Pattern.compile("\"Shared Hit Blocks\": (\\d+)").matcher(plan);
        assertTrue(found.find(), plan);
        return Long.parseLong(found.group(1));
    }

    private long entitlements(String organization) {
        return tenant(tx -> pages(tx, DSL.select(
                EntitlementStore.column(EntitlementForm.PRESENT, DSL.val(uuid(organization)), DSL.inline(null, SQLDataType.INSTANT)),
                EntitlementStore.column(EntitlementForm.DUE, DSL.val(uuid(organization)), DSL.inline(null, SQLDataType.INSTANT)))));
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
        usage.sql("vacuum (analyze) runtime.grants");
        usage.sql("vacuum (analyze) runtime.provisions");
        long without = entitlements(young);
        long with = entitlements(old);
        assertTrue(with < without + 20, with + " pages with the history, " + without + " without");
        assertEquals("5", usage.http.get(UsageFixture.BASE + "/organizations/" + old + "/entitlements").expect(200).at("/entitlements/0/limit"));
    }
}
