package org.guildhall.core.data;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.TreeMap;
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
 * The database. All access to a tenant's rows goes through {@link #read} or {@link #begin}, which set the tenant. Only work before the
 * tenant is known uses {@link #unguarded}.
 */
public final class Db implements AutoCloseable {

    /** The revision for work without a caller's credentials. */
    public static final long ANY_REVISION = -1;

    /** The platform's own tenant. */
    public static final UUID PLATFORM = UUID.fromString("00000000-0000-7000-8000-000000000000");

    private static final Configuration JOOQ = new DefaultConfiguration()
            .set(SQLDialect.POSTGRES)
            .set(new Settings()
                    .withExecuteLogging(false)
                    .withRenderFormatted(false)
                    .withReturnAllOnUpdatableRecord(false)
                    .withFetchWarnings(false)
                    .withCacheRecordMappers(true));

    // Set for the transaction only, since a connection pooler may give the connection to another client afterwards.
    private static final String JOB_TIMEOUT = "select set_config('statement_timeout', '300000', true)";
    private static final Duration JOB_POOL_WAIT = Duration.ofSeconds(5);

    /** Longer than any statement timeout, for a database that vanished without closing its connections. */
    private static final int SOCKET_SECONDS = 60;
    private static final int JOB_SOCKET_SECONDS = 330;

    private final HikariDataSource pool;
    private final Clock clock;
    private final TenantTasks tenantTasks;
    private final DueTasks dueTasks;
    private final String statementTimeout;
    private final @Nullable FairShare shares;

    /** The settings by which all statements are rendered and read. */
    public static Configuration jooq() {
        return JOOQ;
    }

    /** Opens the request pool. @throws IllegalStateException if the database fails the {@link Preflight} */
    public Db(DbConfig config) {
        this(pool(config), new Clock(), new DueTasks(), new TenantTasks(), "", new FairShare(config.poolSize(), config.tenantShare(), config.poolWait()));
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

    /** @param shares null if the pool isn't shared fairly among tenants */
    private Db(HikariDataSource pool, Clock clock, DueTasks dueTasks, TenantTasks tenantTasks, String statementTimeout, @Nullable FairShare shares) {
        this.pool = pool;
        this.clock = clock;
        this.dueTasks = dueTasks;
        this.tenantTasks = tenantTasks;
        this.statementTimeout = statementTimeout;
        this.shares = shares;
    }

    /**
     * The database for background work. It has a pool of its own, so that jobs and requests can't exhaust each other's connections, and a
     * statement timeout of five minutes within a tenant. It must be closed separately.
     */
    public Db forJobs(DbConfig config) {
        return new Db(pool(config, "guildhall-jobs", config.jobPoolSize(), JOB_POOL_WAIT, JOB_SOCKET_SECONDS), clock, dueTasks, tenantTasks, JOB_TIMEOUT, null);
    }

    /** A pool with the request pool's settings, without the preflight. */
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
        // Error details can contain personal values or parts of credentials, so they stay out of messages and logs.
        hikari.addDataSourceProperty("logServerErrorDetail", "false");
        hikari.addDataSourceProperty("socketTimeout", Integer.toString(socketSeconds));
        hikari.addDataSourceProperty("preparedStatementCacheQueries", "512");
        return new HikariDataSource(hikari);
    }

    /** The database's time, as this node knows it. */
    public Clock clock() {
        return clock;
    }

    /** The tasks that commits of this node request; the database for jobs has the same. */
    public DueTasks dueTasks() {
        return dueTasks;
    }

    /** Reads as a tenant. Each statement carries the tenant and is a transaction of its own. */
    public <T> T read(UUID tenant, long revision, Function<Tx, T> work) {
        try (var lease = lease(tenant, false)) {
            return lease.guarding(() -> work.apply(new Tx(tenant, new TenantConnection(lease, tenant, revision, true, statementTimeout), clock, null)));
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        } catch (org.jooq.exception.DataAccessException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Begins a transaction of a tenant. Nothing is sent before the first statement. */
    public WriteTransaction begin(UUID tenant, long revision) {
        try {
            var lease = lease(tenant, true);
            var guard = new TenantConnection(lease, tenant, revision, false, statementTimeout);
            return new WriteTransaction(lease, guard, new Tx(tenant, guard, clock, new TreeMap<>()), revision, tenantTasks, dueTasks);
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

    /** Runs the server's own work in a tenant: one transaction without an audit event. Only for changes that no caller can notice. */
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
     * Runs work without a tenant. It sees the doors and the totals of the rate limits, but no rows of a tenant. The connection is reused only
     * if the work ends with a result or with an error that PostgreSQL reported.
     */
    public <T> T unguarded(SqlFunction<Connection, T> work) {
        try (var lease = lease(null, false)) {
            return lease.call(() -> work.apply(lease.connection()));
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Connections for a library with its own statements. They see what {@link #unguarded} sees, and are checked like the others. */
    public DataSource pool() {
        return new WatchedSource(() -> lease(null, false));
    }

    /** The current revision of all credentials. */
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
     * Moves to the first row of a result, after checking that the result answers the statement just sent
     * {@linkplain #unguarded without a tenant}.
     *
     * @param column the column that returns the number sent with the statement
     * @throws Failures.Retryable if the result belongs to another statement
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

    /** A call that may throw an SQLException. */
    @FunctionalInterface
    interface Call<T> {
        T run() throws SQLException;
    }

    /** A function that may throw an SQLException. */
    @FunctionalInterface
    public interface SqlFunction<A, B> {
        B apply(A argument) throws SQLException;
    }
}
