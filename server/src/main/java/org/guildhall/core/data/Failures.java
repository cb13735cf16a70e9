package org.guildhall.core.data;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Turns what PostgreSQL says into the few failures that the server knows how to answer. */
public final class Failures {

    private Failures() {}

    /** The database can't be had right now: no connection within the wait, or it went away. */
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean gone;

        Unavailable(Throwable cause, boolean gone) {
            super("the database is unavailable", cause);
            this.gone = gone;
        }

        /** Whether it went away, and may come back as another; false if there is just too much to do. */
        public boolean isGone() {
            return gone;
        }
    }

    /** The tenant's own share of the connections is in use; others have theirs, and trying again later is right. */
    public static final class Crowded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crowded() {
            super("the tenant's share of the connections is in use", null, false, false);
        }
    }

    /** Somebody else held what this statement wanted, for longer than it may wait; trying again is right. */
    public static final class Contended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Contended(Throwable cause) {
            super("lost against another transaction", cause);
        }
    }

    /** The transaction was chosen as the victim of a deadlock or lost a serialization: nothing of it happened, it can be run again. */
    public static final class Retryable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Retryable(Throwable cause) {
            super("the transaction must be run again", cause);
        }
    }

    /** A constraint of the schema refused the change. */
    public static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String constraint;
        private final String state;

        Violation(String constraint, String state, Throwable cause) {
            super("constraint " + constraint, cause);
            this.constraint = constraint;
            this.state = state;
        }

        /** The constraint's name, which is stable and says what was broken. */
        public String constraint() {
            return constraint;
        }

        /** The SQLSTATE, of class 23. */
        public String state() {
            return state;
        }
    }

    /** The failure as the server knows it; anything unknown stays itself. */
    public static RuntimeException translate(Exception failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof StaleCredentials stale) {
                return stale;
            }
            if (cause instanceof SQLTransientConnectionException) {
                // The pool tells why it has no connection, or that it waited for one in vain.
                return new Unavailable(failed, cause.getCause() != null);
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return bySqlState(sql, failed);
            }
        }
        return failed instanceof RuntimeException runtime ? runtime : new IllegalStateException(failed);
    }

    private static RuntimeException bySqlState(SQLException sql, Exception failed) {
        return switch (sql.getSQLState()) {
            case "40001", "40P01" -> new Retryable(failed);
            case "55P03" -> new Contended(failed);
            case "57014", "53300", "25P03", "25P04" -> new Unavailable(failed, false);
            case "57P01", "57P02", "57P03" -> new Unavailable(failed, true);
            case String state when state.startsWith("08") -> new Unavailable(failed, true);
            case String state when state.startsWith("23") && constraint(sql) instanceof String name -> new Violation(name, state, failed);
            default -> failed instanceof RuntimeException runtime ? runtime : new IllegalStateException(failed);
        };
    }

    /** An answer that belongs to another statement: nothing of it is used, and the same can be asked again by another connection. */
    static Retryable foreign(@Nullable Exception strange) {
        return new Retryable(new SQLException("the answer belongs to another statement", "08P01", strange));
    }

    /** Whether PostgreSQL itself reported the error and goes on: what it had to say was then read to its end. */
    static boolean isReported(SQLException failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof Error) {
                return false;
            }
            if (cause instanceof PSQLException reported) {
                var message = reported.getServerErrorMessage();
                return message != null && message.getSQLState() instanceof String state && !state.startsWith("08") && !state.startsWith("57P");
            }
        }
        return false;
    }

    private static @Nullable String constraint(SQLException sql) {
        return sql instanceof PSQLException postgres && postgres.getServerErrorMessage() != null
                ? postgres.getServerErrorMessage().getConstraint()
                : null;
    }
}
