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
 * A connection that sends the tenant along with each statement, in the same packet and the same implicit transaction: one round trip
 * reads under the tenant's policies. The setting is gone with the statement, so a statement that went past the guard would see
 * nothing rather than somebody else's rows.
 *
 * <p>The same select brings back the revision of all credentials. If it isn't the one that the caller was authenticated at, the
 * result is thrown away with {@link StaleCredentials}.
 *
 * <p>It also brings back a number that nobody else sends: an answer without it is another statement's, and the connection is given up.
 */
final class TenantConnection extends DefaultConnection {

    /** Sets the tenant and brings the revision. The sequence is looked up when the statement is prepared, not when it is run. */
    static final String PREFIX =
            "select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), ?::int8; ";

    /** The same as the first statement of a transaction, which it begins. */
    static final String BEGIN = "begin; " + PREFIX;

    /** The parameters of {@link #PREFIX}, which come before those of the statement. */
    private static final int OWN = 2;

    private final Lease lease;
    private final UUID tenant;
    private final long revision;
    private final boolean everyStatement;
    private final String statementTimeout;
    private boolean sent;
    private long number;

    /** Sets the values of a statement; the first of them has this index. */
    interface Binder {
        void bind(PreparedStatement statement, int first) throws SQLException;
    }

    /** Takes what a statement found. */
    interface Taker<T> {
        T take(ResultSet found) throws SQLException;
    }

    /**
     * @param revision what the credentials' revision must be, or {@link Db#ANY_REVISION}
     * @param everyStatement true without a transaction, where the setting ends with the statement; false within one
     * @param patience a statement that is sent behind the prefix, to make the others wait or run longer; empty for none
     */
    TenantConnection(Lease lease, UUID tenant, long revision, boolean everyStatement, String patience) {
        super(lease.connection());
        this.lease = lease;
        this.tenant = tenant;
        this.revision = revision;
        this.everyStatement = everyStatement;
        this.statementTimeout = patience;
    }

    /** Within a transaction: the tenant was set by a statement of its own. */
    void skip() {
        sent = true;
    }

    /** Whether the database was asked anything. */
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

    /** Sets the guard's own parameters. */
    private void begin(PreparedStatement statement) throws SQLException {
        number = ThreadLocalRandom.current().nextLong();
        statement.setString(1, tenant.toString());
        statement.setLong(OWN, number);
    }

    private String guarded(String sql) {
        return (everyStatement ? PREFIX : BEGIN) + statementTimeout + sql;
    }

    /**
     * Sends a query past jOOQ, under the same guard.
     *
     * @param text the query
     * @param guarded the same behind {@link #PREFIX}
     * @param beginning the same behind {@link #BEGIN}
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

    /** Looks at the guard's own results and steps over them. */
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
     * Makes sure that the present result is the answer to what was just sent, and goes to its first row.
     *
     * @param column where the number comes back
     * @throws Failures.Retryable if it is another statement's; nothing of it is used, and the connection is given up
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

    /** Refuses what was read with credentials that have changed since. */
    static void check(long expected, ResultSet first, int column) throws SQLException {
        long found = first.getLong(column);
        if (expected != Db.ANY_REVISION && expected != found) {
            throw new StaleCredentials();
        }
    }

    /** The statement as its user wrote it: parameters count from one again, and the guard's own result is stepped over. */
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
                    // The driver sends this one without a type, and the date itself with one.
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
         * A type that the driver has a name for. Of a parameter without one it asks the server, and never again sends the statement in one
         * packet with the guard: one round trip more, and without a transaction the tenant would be gone before the statement ran.
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

    /** A later statement of a transaction, sent as it is. */
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
