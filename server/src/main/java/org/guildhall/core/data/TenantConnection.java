package org.guildhall.core.data;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * A connection that sets the tenant with each statement, in the same packet and the same implicit transaction: a read under the tenant's
 * policies costs one round trip. The setting ends with the statement, so a statement without the guard sees no rows rather than another
 * tenant's.
 *
 * <p>The same select returns the revision of all credentials. If it differs from the caller's, the result is discarded with
 * {@link StaleCredentials}.
 *
 * <p>It also returns a random number that was sent along. A result with another number belongs to another statement, and the connection is
 * closed.
 */
final class TenantConnection extends DefaultConnection {

    /** Sets the tenant and returns the revision. The sequence's name is resolved when the statement is prepared. */
    static final String PREFIX =
            "select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), ?::int8; ";

    /** {@link #PREFIX} as the beginning of a transaction. */
    static final String BEGIN = "begin; " + PREFIX;

    /** The number of {@link #PREFIX}'s parameters, which precede the statement's own. */
    private static final int OWN = 2;

    private final Lease lease;
    private final UUID tenant;
    private final long revision;
    private final boolean everyStatement;
    private final String statementTimeout;
    private boolean sent;
    private long number;

    /** Binds the values of a statement, beginning at the index {@code first}. */
    interface Binder {
        void bind(PreparedStatement statement, int first) throws SQLException;
    }

    /** Reads the result of a statement. */
    interface Taker<T> {
        T take(ResultSet found) throws SQLException;
    }

    /**
     * @param revision the expected revision of the credentials, or {@link Db#ANY_REVISION}
     * @param everyStatement true without a transaction, where the setting ends with the statement; false within one
     * @param statementTimeout a statement sent after the prefix that sets timeouts; empty for none
     */
    TenantConnection(Lease lease, UUID tenant, long revision, boolean everyStatement, String statementTimeout) {
        super(lease.connection());
        this.lease = lease;
        this.tenant = tenant;
        this.revision = revision;
        this.everyStatement = everyStatement;
        this.statementTimeout = statementTimeout;
    }

    /** Leaves the prefix out: the transaction has set the tenant with a statement of its own. */
    void skip() {
        sent = true;
    }

    /** True if a statement was sent. */
    boolean wasSent() {
        return sent;
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        if (sent && !everyStatement) {
            return new Watched(super.prepareStatement(sql));
        }
        sent = true;
        var statement = super.prepareStatement(guarded(sql));
        begin(statement);
        return (PreparedStatement) Proxy.newProxyInstance(
                TenantConnection.class.getClassLoader(), new Class<?>[] {PreparedStatement.class}, new Shifted(statement));
    }

    /** Binds the prefix's parameters. */
    private void begin(PreparedStatement statement) throws SQLException {
        number = ThreadLocalRandom.current().nextLong();
        statement.setString(1, tenant.toString());
        statement.setLong(OWN, number);
    }

    private String guarded(String sql) {
        return (everyStatement ? PREFIX : BEGIN) + statementTimeout + sql;
    }

    /**
     * Sends a query without jOOQ, under the same guard.
     *
     * @param text the query
     * @param guarded the query after {@link #PREFIX}
     * @param beginning the query after {@link #BEGIN}
     */
    <T> T send(String text, String guarded, String beginning, Binder binder, Taker<T> taker) throws SQLException {
        boolean first = everyStatement || !sent;
        var sql = !first ? text : !statementTimeout.isEmpty() ? guarded(text) : everyStatement ? guarded : beginning;
        try (var statement = getDelegate().prepareStatement(sql)) {
            if (first) {
                sent = true;
                begin(statement);
            }
            binder.bind(statement, first ? OWN + 1 : 1);
            lease.call(statement::execute);
            if (first) {
                checked(statement);
            }
            try (var found = statement.getResultSet()) {
                return taker.take(found);
            }
        }
    }

    /** Checks the prefix's results and moves past them. */
    private boolean checked(PreparedStatement statement) throws SQLException {
        if (!everyStatement) {
            statement.getMoreResults();
        }
        requireOwn(lease, statement, 3, number);
        try (var own = statement.getResultSet()) {
            check(revision, own, 2);
        }
        if (!statementTimeout.isEmpty()) {
            statement.getMoreResults();
        }
        return statement.getMoreResults();
    }

    /**
     * Moves to the first row of the current result, after checking that it answers the statement just sent.
     *
     * @param column the column that returns the number sent along
     * @throws Failures.Retryable if the result belongs to another statement; the connection is then closed
     */
    static void requireOwn(Lease lease, PreparedStatement statement, int column, long number) {
        try {
            var own = statement.getResultSet();
            if (own != null && own.next() && own.getLong(column) == number) {
                return;
            }
        } catch (SQLException | RuntimeException strange) {
            lease.spoil();
            throw Failures.foreign(strange);
        }
        lease.spoil();
        throw Failures.foreign(null);
    }

    /** Discards a result that was read with outdated credentials. @throws StaleCredentials if the revision differs */
    static void check(long expected, ResultSet first, int column) throws SQLException {
        long found = first.getLong(column);
        if (expected != Db.ANY_REVISION && expected != found) {
            throw new StaleCredentials();
        }
    }

    /** The statement without the prefix: its parameters are shifted behind the prefix's, whose results are skipped. */
    private final class Shifted implements InvocationHandler {

        private final PreparedStatement statement;

        Shifted(PreparedStatement statement) {
            this.statement = statement;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            int count = arguments == null ? 0 : arguments.length;
            switch (method.getName()) {
                case "execute" -> {
                    if (count == 0) {
                        return run();
                    }
                }
                case "executeQuery" -> {
                    if (count == 0) {
                        run();
                        return statement.getResultSet();
                    }
                }
                case "executeUpdate" -> {
                    if (count == 0) {
                        run();
                        return statement.getUpdateCount();
                    }
                }
                case "setNull" -> {
                    if (count == 2) {
                        statement.setNull((Integer) arguments[0] + OWN, known((Integer) arguments[1]));
                        return null;
                    }
                }
                case "setDate" -> {
                    // The driver sends a java.sql.Date without a type, and a LocalDate with one.
                    if (count == 2 && arguments[1] instanceof Date date) {
                        statement.setObject((Integer) arguments[0] + OWN, date.toLocalDate());
                        return null;
                    }
                    arguments[0] = (Integer) arguments[0] + OWN;
                }
                case "addBatch", "executeBatch" -> throw new UnsupportedOperationException("a batch can't carry the tenant");
                default -> {
                    if (count >= 2 && method.getName().startsWith("set") && arguments[0] instanceof Integer index) {
                        arguments[0] = index + OWN;
                    }
                }
            }
            try {
                return method.invoke(statement, arguments);
            } catch (InvocationTargetException failed) {
                throw failed.getCause();
            }
        }

        /**
         * A type that the driver can name. For an untyped parameter the driver asks the server, and then never again sends the statement in one
         * packet with the prefix. That costs a round trip; without a transaction the tenant would also be unset before the statement runs.
         */
        private static int known(int type) {
            return switch (type) {
                case Types.OTHER, Types.ARRAY, Types.NULL, Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE, Types.TIME, Types.TIME_WITH_TIMEZONE -> Types.VARCHAR;
                default -> type;
            };
        }

        private boolean run() throws SQLException {
            lease.call(statement::execute);
            return checked(statement);
        }
    }

    /** A later statement of a transaction, sent without the prefix. */
    private final class Watched extends DefaultPreparedStatement {

        Watched(PreparedStatement statement) {
            super(statement);
        }

        @Override
        public boolean execute() throws SQLException {
            return lease.call(getDelegate()::execute);
        }

        @Override
        public ResultSet executeQuery() throws SQLException {
            return lease.call(getDelegate()::executeQuery);
        }

        @Override
        public int executeUpdate() throws SQLException {
            return lease.call(getDelegate()::executeUpdate);
        }

        @Override
        public int[] executeBatch() throws SQLException {
            return lease.call(getDelegate()::executeBatch);
        }
    }
}
