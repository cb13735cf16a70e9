package org.guildhall;

import java.net.BindException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A failure to start that the operator can fix, reported as one sentence instead of a stack trace. */
public final class StartFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** The oldest major version of PostgreSQL that the schema runs on. */
    static final int POSTGRESQL_MIN = 18;

    private StartFailure(String message, Throwable cause) {
        super(message, cause);
    }

    private StartFailure(String message) {
        super(message);
    }

    /**
     * Checks that a command can use this database.
     *
     * @param settings the names of the user's and password's settings, for the message
     * @throws StartFailure if the database can't be reached, refuses the login, or is too old
     */
    static void check(String url, String user, String password, String settings) {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            check(connection.getMetaData().getDatabaseMajorVersion());
        } catch (SQLException e) {
            throw new StartFailure(sentence(e, user, settings), e);
        }
    }

    static void check(int majorVersion) {
        if (majorVersion < POSTGRESQL_MIN) {
            throw new StartFailure("The database is PostgreSQL " + majorVersion + ". Guildhall needs " + POSTGRESQL_MIN + " or later.");
        }
    }

    /** The reason of a refused connection, by its SQLSTATE. */
    static String sentence(SQLException e, String user, String settings) {
        String state = String.valueOf(e.getSQLState());
        if (caused(e, UnknownHostException.class)) {
            return "The host of GUILDHALL_DATABASE_URL can't be resolved.";
        }
        if (caused(e, ConnectException.class)) {
            return "The database doesn't accept connections: check that PostgreSQL runs, and the host and port of GUILDHALL_DATABASE_URL.";
        }
        return switch (state) {
            case "28P01", "28000" -> "The database refuses the login of " + user + ": check " + settings + ".";
            case "08004" -> "The database requires a password for " + user + ": set " + settings + ".";
            case "3D000" -> "The database of GUILDHALL_DATABASE_URL doesn't exist.";
            case "57P03" -> "The database is starting up or shutting down: try again.";
            case "53300" -> "The database has no free connection: check max_connections.";
            default -> "The database can't be reached: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        };
    }

    /** The sentence for a failed start; null for an unexpected failure. */
    public static @Nullable String sentence(Throwable failure, int port) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one instanceof StartFailure known) {
                return known.getMessage();
            }
            if (one instanceof BindException) {
                return "Port " + port + " is used by another program: stop that program, or set GUILDHALL_PORT.";
            }
        }
        return null;
    }

    private static boolean caused(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return true;
            }
        }
        return false;
    }
}
