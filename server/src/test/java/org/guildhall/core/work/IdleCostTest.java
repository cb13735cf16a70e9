package org.guildhall.core.work;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** The cost of a server without requests: it doesn't grow with the number of tenants. */
class IdleCostTest {

    private static final int SECONDS = Integer.getInteger("guildhall.idle.seconds", 8);
    private static final int TENANTS = 1_000;

    private final TestServer server = TestServer.fresh();

    private long transactions() throws SQLException {
        try (var connection = server.superuser();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Transactions of the database while nobody calls. */
    private long idle() throws Exception {
        // Sessions report their counts at the end of a transaction, at most once a second.
        Thread.sleep(2_000);
        long before = transactions();
        Thread.sleep(SECONDS * 1_000L);
        return transactions() - before;
    }

    @Test
    void idleServer_thousandTenants_sendsNoMoreThanOne() throws Exception {
        try (server) {
            server.tenant();
            long one = idle();
            try (var connection = server.superuser(); var statement = connection.createStatement()) {
                statement.execute("""
                        with made as (
                            insert into platform.tenants (tenant_id, id, name, mode)
                            select '%s', gen_random_uuid(), 'Idle ' || n, 'test' from generate_series(1, %d) n returning id)
                        insert into platform.settings (tenant_id) select id from made""".formatted(org.guildhall.core.data.Db.PLATFORM, TENANTS));
            }
            long thousand = idle();
            System.getLogger(IdleCostTest.class.getName()).log(System.Logger.Level.INFO,
                    "transactions in {0} s of an idle server: {1} with one tenant, {2} with {3}", SECONDS, one, thousand, TENANTS + 1);
            assertTrue(one > 0, "nothing was measured");
            assertTrue(thousand <= one * 3 / 2 + 5, one + " transactions with one tenant, " + thousand + " with a thousand");
        }
    }
}
