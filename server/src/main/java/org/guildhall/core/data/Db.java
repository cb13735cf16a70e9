package org.guildhall.core.data;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.Configuration;
import org.jooq.SQLDialect;
import org.jooq.conf.Settings;
import org.jooq.impl.DefaultConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The database. Everything that a tenant owns is reached through {@link #read} or {@link #begin}, which set the tenant; only what
 * stands before a tenant is known uses {@link #unguarded}.
 */
public final class Db implements AutoCloseable {

    /** For work that no caller's credentials stand behind. */
    public static final long ANY_REVISION = -1;

    /** The tenant that the platform itself is. */
    public static final UUID PLATFORM = UUID.fromString("00000000-0000-7000-8000-000000000000");

    static final Configuration JOOQ = new DefaultConfiguration()
            .set(SQLDialect.POSTGRES)
            .set(new Settings()
                    .withExecuteLogging(false)
                    .withRenderFormatted(false)
                    .withReturnAllOnUpdatableRecord(false)
                    .withFetchWarnings(false)
                    .withCacheRecordMappers(true));

    /** A statement for a job: set for the transaction only, as a pooler in between may give the connection to somebody else. */
    private static final String JOB_TIMEOUT = "select set_config('statement_timeout', '300000', true); ";
    private static final Duration JOB_POOL_WAIT = Duration.ofSeconds(5);

    /** Longer than any statement may take: for a database that is gone without a word. */
    private static final int SOCKET_SECONDS = 60;
    private static final int JOB_SOCKET_SECONDS = 330;

    private final HikariDataSource pool;
    private final Clock clock;
    private final String patience;
    private final @Nullable FairShare shares;

    /** Opens the pool for requests and checks that this is a database which the server may use. */
    public Db(DbConfig config) {
        this(pool(config), new Clock(), "", new FairShare(config.poolSize(), config.tenantShare(), config.poolWait()));
        try {
            unguarded(connection -> {
                Preflight.check(connection);
                return null;
            });
        } catch (RuntimeException refused) {
            pool.close();
            throw refused;
        }
    }

    /** @param shares null where the connections aren't shared by tenants */
    private Db(HikariDataSource pool, Clock clock, String patience, @Nullable FairShare shares) {
        this.pool = pool;
        this.clock = clock;
        this.patience = patience;
        this.shares = shares;
    }

    /**
     * The same database for work that no request waits for: by connections of its own, so that neither can keep the other from having
     * one, and with five minutes for a statement in a tenant. It is closed by itself.
     */
    public Db forJobs(DbConfig config) {
        return new Db(pool(config, "guildhall-jobs", config.jobPoolSize(), JOB_POOL_WAIT, JOB_SOCKET_SECONDS), clock, JOB_TIMEOUT, null);
    }

    /** A pool as the server has it for requests, without any look at what the role may do. */
    public static HikariDataSource pool(DbConfig config) {
        return pool(config, "guildhall", config.poolSize(), config.poolWait(), SOCKET_SECONDS);
    }

    private static HikariDataSource pool(DbConfig config, String name, int size, Duration wait, int socketSeconds) {
        var hikari = new HikariConfig();
        hikari.setJdbcUrl(config.url());
        hikari.setUsername(config.user());
        hikari.setPassword(config.password());
        hikari.setMaximumPoolSize(size);
        hikari.setMinimumIdle(Math.min(2, size));
        hikari.setConnectionTimeout(wait.toMillis());
        hikari.setPoolName(name);
        hikari.setInitializationFailTimeout(30_000);
        hikari.addDataSourceProperty("ApplicationName", name);
        hikari.addDataSourceProperty("tcpKeepAlive", "true");
        // What a refused row holds stays out of messages, and so out of the log: it may be personal, or the half of a credential.
        hikari.addDataSourceProperty("logServerErrorDetail", "false");
        hikari.addDataSourceProperty("socketTimeout", Integer.toString(socketSeconds));
        hikari.addDataSourceProperty("preparedStatementCacheQueries", "512");
        // The events of a transaction that has many go in together, not one statement each.
        hikari.addDataSourceProperty("reWriteBatchedInserts", "true");
        return new HikariDataSource(hikari);
    }

    /** The database's time as this node knows it. */
    public Clock clock() {
        return clock;
    }

    /** Reads as a tenant. Each statement carries the tenant with it and is a transaction of its own. */
    public <T> T read(UUID tenant, long revision, Function<Tx, T> work) {
        try (var lease = lease(tenant, false)) {
            return lease.guarding(() -> work.apply(new Tx(tenant, new TenantConnection(lease, tenant, revision, true, patience), clock)));
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        } catch (org.jooq.exception.DataAccessException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Begins a transaction of a tenant; nothing is sent before its first statement. */
    public WriteTransaction begin(UUID tenant, long revision) {
        try {
            var lease = lease(tenant, true);
            var guard = new TenantConnection(lease, tenant, revision, false, patience);
            return new WriteTransaction(lease, guard, new Tx(tenant, guard, clock), revision);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    private Lease lease(@Nullable UUID tenant, boolean change) throws SQLException {
        if (shares == null) {
            return new Lease(pool.getConnection(), pool::evictConnection, () -> {});
        }
        shares.enter(tenant, change);
        boolean had = false;
        try {
            var lease = new Lease(pool.getConnection(), pool::evictConnection, () -> shares.leave(tenant, change));
            had = true;
            return lease;
        } finally {
            if (!had) {
                shares.leave(tenant, change);
            }
        }
    }

    /** Work of the server itself in a tenant, in one transaction without audit: what no caller asked for and no tenant would miss. */
    public <T> T upkeep(UUID tenant, Function<Tx, T> work) {
        try (var write = begin(tenant, ANY_REVISION)) {
            var result = work.apply(write.tx());
            write.commit(CommitRecords.NOTHING);
            return result;
        } catch (org.jooq.exception.DataAccessException failed) {
            throw Failures.translate(failed);
        }
    }

    /**
     * A connection without a tenant: it sees the doors, the totals of the limits, and nothing of any tenant. If the work ends in anything
     * but a result or an error that PostgreSQL reported, the connection is not used again.
     */
    public <T> T unguarded(SqlFunction<Connection, T> work) {
        try (var lease = lease(null, false)) {
            return lease.call(() -> work.apply(lease.connection()));
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Connections for a library that brings its own statements; they see what {@link #unguarded} sees, and are watched like all others. */
    public DataSource pool() {
        return new WatchedSource(() -> lease(null, false));
    }

    /** The present revision of all credentials. */
    public long revision() {
        return unguarded(connection -> {
            long number = ThreadLocalRandom.current().nextLong();
            try (var statement = connection.prepareStatement("select pg_sequence_last_value('platform.auth_revision'::regclass), ?::int8")) {
                statement.setLong(1, number);
                try (var row = statement.executeQuery()) {
                    requireOwn(row, 2, number);
                    return row.getLong(1);
                }
            }
        });
    }

    /**
     * Makes sure that a result is the answer to what was just sent {@linkplain #unguarded without a tenant}, and goes to its first row.
     *
     * @param column where the number comes back that was sent along
     * @throws Failures.Retryable if it is another statement's
     */
    public static void requireOwn(ResultSet result, int column, long number) throws SQLException {
        if (!result.next() || result.getLong(column) != number) {
            throw Failures.foreign(null);
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    /** A call that may fail as JDBC does. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws SQLException;
    }

    /** A function that may fail as JDBC does. */
    @FunctionalInterface
    public interface SqlFunction<A, B> {
        B apply(A argument) throws SQLException;
    }
}
