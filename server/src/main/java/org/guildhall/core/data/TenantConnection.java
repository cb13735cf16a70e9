package org.guildhall.core.data;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
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
    private static final String SET =
            "select set_config('app.tenant', ?, true), pg_sequence_last_value('platform.auth_revision'::regclass), ?::int8";

    private static final String BEGIN = "begin";
    private static final String BEGIN_SNAPSHOT = "begin isolation level repeatable read read only";
    private static final String COMMIT = "commit";

    /** The number of {@link #SET}'s parameters, which precede the statement's own. */
    private static final int OWN = 2;

    private final Lease lease;
    private final UUID tenant;
    private final long revision;
    private final boolean everyStatement;
    private final String statementTimeout;
    private final List<BoundStatement> pending = new ArrayList<>();
    private boolean sent;
    private long number;

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

    /** A guard of the same connection that sets the tenant with each statement, for use without a transaction. */
    TenantConnection reading() {
        return new TenantConnection(lease, tenant, revision, true, statementTimeout);
    }

    /** True if a statement was sent. */
    boolean wasSent() {
        return sent;
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        flush();
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
        return (everyStatement ? "" : BEGIN + "; ") + SET + "; " + (statementTimeout.isEmpty() ? "" : statementTimeout + "; ") + sql;
    }

    /** Sends a statement with the next one. */
    void sendLater(BoundStatement statement) {
        pending.add(statement);
    }

    /** The number of statements that wait to be sent. */
    int waiting() {
        return pending.size();
    }

    /** The statements that wait to be sent; none waits afterwards. */
    List<BoundStatement> takePending() {
        var waiting = List.copyOf(pending);
        pending.clear();
        return waiting;
    }

    /** Forgets the statements that wait to be sent, since the transaction is rolled back. */
    void dropPending() {
        pending.clear();
    }

    /** Sends the statements that wait, in a round trip of their own. */
    void flush() throws SQLException {
        if (!pending.isEmpty()) {
            send(List.of());
        }
    }

    /** Sends statements under the guard in one round trip, after those that wait. */
    void send(List<? extends BoundStatement> more) throws SQLException {
        var statements = takePending();
        if (statements.isEmpty()) {
            statements = List.copyOf(more);
        } else {
            statements = Stream.concat(statements.stream(), more.stream()).toList();
        }
        boolean first = everyStatement || !sent;
        send(first && !everyStatement ? List.of(BEGIN) : List.of(), first, statements, List.of());
    }

    /** Sends reads in one round trip, within a transaction of their own that sees one state. */
    void sendAtOneInstant(List<? extends BoundStatement> reads) throws SQLException {
        if (!everyStatement) {
            throw new IllegalStateException("within a transaction each statement sees what was committed before it");
        }
        try {
            send(List.of(BEGIN_SNAPSHOT), true, reads, List.of(COMMIT));
        } catch (SQLException failed) {
            rollBack();
            throw failed;
        }
    }

    private void rollBack() {
        if (lease.isSound()) {
            try (var statement = getDelegate().createStatement()) {
                lease.call(() -> statement.execute("rollback"));
            } catch (SQLException failed) {
                lease.spoil();
            }
        }
    }

    /** @param before at most one statement @param guarded true to set the tenant */
    private void send(List<String> before, boolean guarded, List<? extends BoundStatement> statements, List<String> after) throws SQLException {
        try (var statement = getDelegate().prepareStatement(text(before, guarded, statements, after))) {
            int index = 1;
            if (guarded) {
                sent = true;
                begin(statement);
                index += OWN;
            }
            for (var each : statements) {
                index = each.bind(statement, index);
            }
            lease.call(statement::execute);
            if (guarded) {
                checked(statement, !before.isEmpty());
            }
            for (int at = 0; at < statements.size(); at++) {
                if (at > 0) {
                    statement.getMoreResults();
                }
                statements.get(at).take(statement);
            }
        }
    }

    private String text(List<String> before, boolean guarded, List<? extends BoundStatement> statements, List<String> after) {
        if (!guarded && statements.size() == 1) {
            return statements.getFirst().text();
        }
        var all = new ArrayList<>(before);
        if (guarded) {
            all.add(SET);
            if (!statementTimeout.isEmpty()) {
                all.add(statementTimeout);
            }
        }
        statements.forEach(statement -> all.add(statement.text()));
        all.addAll(after);
        return JoinedTexts.of(all);
    }

    /**
     * Checks the prefix's results and moves past them.
     *
     * @param begun true if a statement precedes them that began a transaction
     */
    private boolean checked(PreparedStatement statement, boolean begun) throws SQLException {
        if (begun) {
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
            return checked(statement, !everyStatement);
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
