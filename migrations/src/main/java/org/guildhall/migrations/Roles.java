package org.guildhall.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The database roles: who owns the schema, who migrates it, who serves from it, who only looks, who backs it up. */
public final class Roles {
    public static final String OWNER = "guildhall_owner";
    public static final String MIGRATOR = "guildhall_migrator";
    public static final String APP = "guildhall_app";
    public static final String READONLY = "guildhall_readonly";
    public static final String BACKUP = "guildhall_backup";

    /** Passwords in clear; one that is null stays as it is, and a new role then has none (another way of authentication lets it in). */
    public record Passwords(@Nullable String migrator, @Nullable String app, @Nullable String readonly, @Nullable String backup) {
        public static final Passwords NONE = new Passwords(null, null, null, null);
    }

    private Roles() {}

    /** The whole as SQL text: what {@link #create} runs, and what an administrator may run by hand in the database itself. */
    public static String sql(Passwords passwords) {
        return script()
                + password(MIGRATOR, passwords.migrator())
                + password(APP, passwords.app())
                + password(READONLY, passwords.readonly())
                + password(BACKUP, passwords.backup());
    }

    /** Makes or mends the roles and the rights on the connection's database. The connection must be a superuser's. */
    public static void create(Connection superuser, Passwords passwords) throws SQLException {
        try (var statement = superuser.createStatement()) {
            statement.execute(sql(passwords));
        }
    }

    private static String password(String role, @Nullable String password) {
        if (password == null) {
            return "";
        }
        if (password.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("The password of " + role + " holds a NUL character.");
        }
        // ALTER ROLE takes no parameters. E'' doesn't depend on standard_conforming_strings.
        return "\nalter role " + role + " password E'" + password.replace("\\", "\\\\").replace("'", "''") + "';";
    }

    private static String script() {
        try (var in = Roles.class.getResourceAsStream("roles.sql")) {
            if (in == null) {
                throw new IllegalStateException("roles.sql is missing from the jar.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
