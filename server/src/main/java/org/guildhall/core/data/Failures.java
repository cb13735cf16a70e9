package org.guildhall.core.data;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Translates SQLExceptions into the failures that the server can answer. */
public final class Failures {

    private Failures() {}

    /** The database is unavailable: no connection became free in time, or the connection broke. */
    public static final class Unavailable extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final boolean gone;

        Unavailable(Throwable cause, boolean gone) {
            super("the database is unavailable", cause);
            this.gone = gone;
        }

        /** True if the database went away and may come back with other contents; false if it is only overloaded. */
        public boolean isGone() {
            return gone;
        }
    }

    /** The tenant's share of the connections is in use, while other tenants still have theirs. A later retry is right. */
    public static final class Crowded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crowded() {
            super("the tenant's share of the connections is in use", null, false, false);
        }
    }

    /** The statement waited too long for another transaction's lock. A retry is right. */
    public static final class Contended extends RuntimeException {
        private static final long serialVersionUID = 1;

        Contended(Throwable cause) {
            super("timed out waiting for another transaction's lock", cause);
        }
    }

    /** The transaction was aborted by a deadlock or a serialization failure. It had no effect and can run again. */
    public static final class Retryable extends RuntimeException {
        private static final long serialVersionUID = 1;

        Retryable(Throwable cause) {
            super("the transaction must be run again", cause);
        }
    }

    /** The change violates a constraint of the schema. */
    public static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String constraint;
        private final String state;

        Violation(String constraint, String state, Throwable cause) {
            super("constraint " + constraint, cause);
            this.constraint = constraint;
            this.state = state;
        }

        /** The constraint's name, which is stable. */
        public String constraint() {
            return constraint;
        }

        /** The SQLSTATE, of class 23. */
        public String state() {
            return state;
        }
    }

    /** True if a failure comes from the state of the database at the moment, so that a later attempt can succeed unchanged. */
    public static boolean isTemporary(RuntimeException failed) {
        return switch (translate(failed)) {
            case Unavailable any -> true;
            case Crowded any -> true;
            case Contended any -> true;
            case Retryable any -> true;
            default -> false;
        };
    }

    /** The translated failure; an unknown one is returned as it is. */
    public static RuntimeException translate(Exception failed) {
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof StaleCredentials stale) {
                return stale;
            }
            if (cause instanceof SQLTransientConnectionException) {
                // A cause means that no connection could be opened; without one, the wait for a free connection timed out.
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

    /** The failure for a result of another statement. The result is discarded, and the statement can run again on another connection. */
    static Retryable foreign(@Nullable Exception strange) {
        return new Retryable(new SQLException("the answer belongs to another statement", "08P01", strange));
    }

    /** True if PostgreSQL reported the error and keeps the connection: then its answer was read to the end. */
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
