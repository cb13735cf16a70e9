package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.deliveries.DeliveryStore.Filter;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Ids;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.TimeWindow;
import org.junit.jupiter.api.Test;

/** The list of an account's deliveries reads those alone, however many others there are. */
class DeliveriesOfAccountPlanTest {

    private static final int ACCOUNTS = 10_000;
    private static final int EVENTS = 4;
    private static final int ROWS_MAX = 60;

    /** The account with the newest events, so that a read in their order would meet all others first. */
    @Test
    void list_readsTheRowsOfItsAccount() throws SQLException {
        try (var server = TestServer.fresh()) {
            var tenant = server.tenant();
            var http = new Http(tenant.server(), tenant.token());
            var account = Ids.next();
            var connection = TypeIds.parse("cnn", String.valueOf(http.post("/api/v1/billing/connections", """
                    {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id")));
            tenant.sql("""
                    insert into billing.accounts (tenant_id, id, connection_id, provider_reference, state)
                    select ?, case n when %1$d then ? else gen_random_uuid() end, ?, 'cus_' || n, 'stub' from generate_series(1, %1$d) n""".formatted(ACCOUNTS),
                    tenant.id(), account, connection);
            tenant.sql("""
                    insert into billing.webhook_payloads (tenant_id, id, connection_id, hash, bytes, body)
                    select tenant_id, id, id, repeat('0', 64), 1, '\\x00' from billing.connections where tenant_id = ?""", tenant.id());
            tenant.sql("""
                    insert into billing.webhook_deliveries (tenant_id, id, connection_id, provider, payload_id, event_reference, event_type, object_kind,
                        object_reference, provider_at, payload_hash, payload_bytes, created_at, state, outcome, processed_at)
                    select ?, gen_random_uuid(), ?, 'stripe', ?, 'evt_' || n || '_' || e, 'customer.updated', 'customer', 'cus_' || n, now(), repeat('0', 64), 1,
                        now() - interval '1 day' + n * interval '1 second', 'processed', 'applied', now()
                    from generate_series(1, %d) n, generate_series(1, %d) e""".formatted(ACCOUNTS, EVENTS), tenant.id(), connection, connection);
            tenant.sql("vacuum (analyze)");
            var page = new PageRequest(50, "created_at", false, null, false, new NoCursors(), false);
            var filter = new Filter(null, account, null, null, null, null, null, new TimeWindow(null, null, null));
            server.db().read(tenant.id(), Db.ANY_REVISION, tx -> {
                tx.sql().execute("set local plan_cache_mode = force_generic_plan");
                assertEquals(EVENTS, new DeliveryStore().list(tx, page, filter).data().size());
                long read = tx.sql().fetchSingle("""
                        select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint
                        from pg_stat_xact_user_tables where schemaname = 'billing'""").get(0, Long.class);
                assertTrue(read < ROWS_MAX, read + " rows");
                return true;
            });
        }
    }

    private static final class NoCursors implements PageRequest.Cursors {

        @Override
        public String write(PageRequest.Position position) {
            throw new IllegalStateException("there is one page");
        }

        @Override
        public PageRequest.Position read(String cursor) {
            throw new IllegalStateException("there is one page");
        }
    }
}
