package org.guildhall;

import java.net.BindException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What keeps a command from starting and is the operator's to mend, in one sentence instead of a stack trace. */
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
     * Looks whether a command can begin with this database.
     *
     * @param settings the names of the settings of user and password, for the message
     * @throws StartFailure if it can't be reached, refuses the login or is too old
     */
    static void check(String url, String user, String password, String settings) {
        try (Connection connection = DriverManager.getConnection(url, user, password)) {
            check(connection.getMetaData().getDatabaseMajorVersion());
        } catch (SQLException e) {
            throw new StartFailure(told(e, user, settings), e);
        }
    }

    static void check(int majorVersion) {
        if (majorVersion < POSTGRESQL_MIN) {
            throw new StartFailure("The database is PostgreSQL " + majorVersion + ". Guildhall needs " + POSTGRESQL_MIN + " or later.");
        }
    }

    /** Why the database refused, by its SQLSTATE. */
    static String told(SQLException e, String user, String settings) {
        String state = String.valueOf(e.getSQLState());
        if (caused(e, UnknownHostException.class)) {
            return "The host of GUILDHALL_DATABASE_URL can't be resolved.";
        }
        if (caused(e, ConnectException.class)) {
            return "The database doesn't accept connections: check that PostgreSQL runs, and the host and port of GUILDHALL_DATABASE_URL.";
        }
        return switch (state) {
            case "28P01", "28000" -> "The database refuses the login of " + user + ": check " + settings + ".";
            case "08004" -> "The database asks for a password for " + user + ": set " + settings + ".";
            case "3D000" -> "The database of GUILDHALL_DATABASE_URL doesn't exist.";
            case "57P03" -> "The database is starting up or shutting down: try again.";
            case "53300" -> "The database has no connection left (max_connections).";
            default -> "The database can't be reached: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        };
    }

    /** The sentence for what a start failed of; null for what nobody foresaw. */
    public static @Nullable String sentence(Throwable failure, int port) {
        for (Throwable one = failure; one != null; one = one.getCause()) {
            if (one instanceof StartFailure known) {
                return known.getMessage();
            }
            if (one instanceof BindException) {
                return "Port " + port + " is taken by another program: end that one, or set GUILDHALL_PORT.";
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
