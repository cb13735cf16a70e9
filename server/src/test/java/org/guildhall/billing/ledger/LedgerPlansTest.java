package org.guildhall.billing.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
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

    private static final int COPIES = 4_000;
    private static final int FEW = 50;

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
        for (var table : List.of("accounts", "invoices")) {
            tenant.sql("""
                    insert into billing.%1$s (tenant_id, id, connection_id, provider_reference, state)
                    select ?, case n when 1 then ? else gen_random_uuid() end, ?, '%1$s_' || n, 'stub' from generate_series(1, %2$d) n"""
                    .formatted(table, COPIES), tenant.id(), table.equals("accounts") ? account : invoice, connection);
        }
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

    /** The rows of this room's tables that some work reads. */
    private long rowsRead(Consumer<Tx> work) {
        return server.db().read(tenant.id(), Db.ANY_REVISION, tx -> {
            // As the role of a server has it.
            tx.sql().execute("set local plan_cache_mode = force_generic_plan");
            long before = rowsRead(tx);
            work.accept(tx);
            return rowsRead(tx) - before;
        });
    }

    private static long rowsRead(Tx tx) {
        return tx.sql().fetchSingle("""
                select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                from pg_stat_xact_user_tables where schemaname = 'billing'""").get(0, Long.class);
    }

    @Test
    void settledTogether_ofAnInvoice_readsItsOwnRows() {
        long read = rowsRead(tx -> {
            var batch = new Batch();
            new LedgerFactsStore().find(batch, List.of(invoice));
            batch.send(tx);
        });
        assertTrue(read > 0 && read < FEW, read + " rows");
    }

    @Test
    void ledgerAccounts_areFoundByTheirOwners() {
        var receivable = LedgerAccountKey.of(LedgerChart.RECEIVABLE, account, "AUD");
        var bank = LedgerAccountKey.of(LedgerChart.BANK, "AUD");
        var none = LedgerAccountKey.of(LedgerChart.RECEIVABLE, account, "NZD");
        var keys = new AtomicReference<Set<LedgerAccountKey>>();
        long read = rowsRead(tx -> {
            var batch = new Batch();
            var found = new LedgerStore().accounts(batch, List.of(receivable, bank, none));
            batch.send(tx);
            keys.set(found.get().keySet());
        });
        assertEquals(Set.of(receivable, bank), keys.get());
        assertTrue(read > 0 && read < FEW, read + " rows");
    }
}
