package org.guildhall.billing.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.ledger.rules.LedgerAccountKey;
import org.guildhall.billing.ledger.rules.LedgerChart;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An event reads a few rows, however many objects are mirrored. */
class LedgerPlansTest {

    private static final int COPIES = 10_000;
    private static final int ROWS_MAX = 50;
    private static final int PAGES_MAX = 30;
    /** Each plan also reads the first pages of its tables' indexes. By the planner's choice of indexes there were 870. */
    private static final int INDEX_PAGES_MAX = 250;

    private final TestServer server = TestServer.fresh();
    private final TestServer.Tenant tenant = server.tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    private final UUID account = Ids.next();
    /** After all others, so that a read in their order ends at it. */
    private final UUID invoice = UUID.fromString("ffffffff-ffff-7fff-bfff-ffffffffffff");

    @BeforeEach
    void fill() throws SQLException {
        var id = String.valueOf(http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        var connection = TypeIds.parse("cnn", id);
        tenant.sql("""
                insert into billing.accounts (tenant_id, id, connection_id, provider_reference, state)
                select ?, case n when 1 then ? else gen_random_uuid() end, ?, 'cus_' || n, 'stub' from generate_series(1, %d) n""".formatted(COPIES),
                tenant.id(), account, connection);
        tenant.sql("""
                insert into billing.invoices (tenant_id, id, connection_id, provider_reference, state, account_id)
                select tenant_id, case id when ? then ? else gen_random_uuid() end, connection_id, 'in_' || id, 'stub', id
                from billing.accounts where tenant_id = ?""", account, invoice, tenant.id());
        tenant.sql("""
                insert into billing.ledger_accounts (tenant_id, id, kind, currency, account_id)
                select tenant_id, gen_random_uuid(), 'receivable', 'AUD', id from billing.accounts where tenant_id = ?""", tenant.id());
        tenant.sql("""
                insert into billing.ledger_accounts (tenant_id, id, kind, currency, connection_id)
                values (?, gen_random_uuid(), 'clearing', 'AUD', ?)""", tenant.id(), connection);
        tenant.sql("insert into billing.ledger_accounts (tenant_id, id, kind, currency) values (?, gen_random_uuid(), 'bank', 'AUD')", tenant.id());
        // The planner takes a table that was never vacuumed to have some pages; a database of some weeks knows better.
        tenant.sql("vacuum (analyze)");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private <T> T read(Function<Tx, T> work) {
        return server.db().read(tenant.id(), Db.ANY_REVISION, tx -> {
            // As the role of a server has it.
            tx.sql().execute("set local plan_cache_mode = force_generic_plan");
            return work.apply(tx);
        });
    }

    /** In pages, since a scan of an index alone counts no rows. By the planner's own joins there were 99. */
    @Test
    void settledTogether_ofAnInvoice_readsItsOwnPages() {
        var find = "select billing.settled_together(array['" + invoice + "'::uuid])";
        var plan = read(tx -> {
            // The first call also reads the catalog, to plan.
            tx.sql().fetch(find);
            return tx.sql().fetch("explain (analyze, buffers, timing off) " + find).format();
        });
        var hit = Pattern.compile("shared hit=(\\d+)").matcher(plan);
        assertTrue(hit.find() && Integer.parseInt(hit.group(1)) < PAGES_MAX, plan);
        assertTrue(plan.contains("actual rows=2.00"), plan);
    }

    private static long rowsRead(Tx tx) {
        return tx.sql().fetchSingle("""
                select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                from pg_stat_xact_user_tables where schemaname = 'billing'""").get(0, Long.class);
    }

    private static long indexPages(Tx tx) {
        return tx.sql().fetchSingle("""
                select sum(pg_stat_get_xact_blocks_fetched(i.indexrelid))::bigint
                from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'billing'""").get(0, Long.class);
    }

    private void facts(Tx tx) {
        var batch = new Batch();
        new LedgerFactsStore().lockAndRead(batch, List.of(invoice));
        batch.send(tx);
    }

    /** The planner knows how many objects a tenant has on average, and reads by this plan also for the tenant that has most of them. */
    @Test
    void facts_ofAnInvoice_amongManySmallTenants_readFewPages() throws SQLException {
        for (var table : List.of("accounts", "invoices", "payments", "refunds", "disputes", "payouts", "credits")) {
            tenant.sql("""
                    select pg_restore_attribute_stats('schemaname', 'billing', 'relname', '%s', 'attname', 'tenant_id', 'inherited', false,
                        'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 200::real)""".formatted(table));
        }
        long pages = server.db().upkeep(tenant.id(), tx -> {
            tx.sql().execute("set local plan_cache_mode = force_generic_plan");
            // The first call also plans.
            facts(tx);
            long before = indexPages(tx);
            facts(tx);
            return indexPages(tx) - before;
        });
        assertTrue(pages > 0 && pages < INDEX_PAGES_MAX, pages + " pages");
    }

    @Test
    void ledgerAccounts_areFoundByTheirOwners() {
        var receivable = LedgerAccountKey.of(LedgerChart.RECEIVABLE, account, "AUD");
        var bank = LedgerAccountKey.of(LedgerChart.BANK, "AUD");
        var none = LedgerAccountKey.of(LedgerChart.RECEIVABLE, account, "NZD");
        long rows = read(tx -> {
            long before = rowsRead(tx);
            var batch = new Batch();
            var found = new LedgerStore().accounts(batch, List.of(receivable, bank, none));
            batch.send(tx);
            assertEquals(Set.of(receivable, bank), found.get().keySet());
            return rowsRead(tx) - before;
        });
        assertTrue(rows > 0 && rows < ROWS_MAX, rows + " rows");
    }
}
