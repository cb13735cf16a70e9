package org.guildhall.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings a database to the schema of this build, and tells how far another one is. Forward only. */
public final class Migrations {
    /** Flyway's own schema: no room, no tenant, no policies. */
    public static final String HISTORY_SCHEMA = "guildhall_migrations";

    private static final String FOLDER = "db/migration";
    private static final Pattern SCRIPT = Pattern.compile("V(\\d{14})__[a-z0-9_]+\\.sql");

    /** How the schema that was found compares with the one of this build. */
    public enum State {
        /** No schema at all. */
        EMPTY,
        /** Some migration of this build hasn't run: don't serve. */
        OLDER,
        EQUAL,
        /** A later release has migrated on: its changes are additive, serve. */
        NEWER
    }

    /** Versions are UTC instants of 14 digits; {@code found} is empty text if nothing was ever migrated. */
    public record Standing(State state, String found, String wanted) {}

    private Migrations() {}

    /** Runs what hasn't run yet, as the owner. The data source must log in as the migrator. Returns how many scripts ran. */
    public static int migrate(DataSource migrator) {
        return Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(migrator)
                .defaultSchema(HISTORY_SCHEMA)
                .locations("classpath:" + FOLDER)
                .validateMigrationNaming(true)
                .load()
                .migrate()
                .migrationsExecuted;
    }

    /** Any role that may read the history can ask: the app, the migrator, a superuser. */
    public static Standing standing(Connection connection) throws SQLException {
        var wanted = wanted();
        var found = found(connection);
        var state = State.EQUAL;
        if (found.isEmpty()) {
            state = State.EMPTY;
        } else if (!found.containsAll(wanted)) {
            state = State.OLDER;
        } else if (found.size() > wanted.size()) {
            state = State.NEWER;
        }
        return new Standing(state, found.isEmpty() ? "" : found.last(), wanted.last());
    }

    /** The versions of all scripts in this build, ascending. */
    public static NavigableSet<String> wanted() {
        var versions = new TreeSet<String>();
        for (var name : scripts()) {
            var matcher = SCRIPT.matcher(name);
            if (matcher.matches()) {
                versions.add(matcher.group(1));
            }
        }
        if (versions.isEmpty()) {
            throw new IllegalStateException("No migrations in the jar.");
        }
        return Collections.unmodifiableNavigableSet(versions);
    }

    private static NavigableSet<String> found(Connection connection) throws SQLException {
        var versions = new TreeSet<String>();
        try (var statement = connection.createStatement()) {
            // The catalog tells what exists without any right on it; a missing right then is an error of its own.
            try (var rows = statement.executeQuery("select from pg_catalog.pg_tables where schemaname = '" + HISTORY_SCHEMA + "'")) {
                if (!rows.next()) {
                    return versions;
                }
            }
            var sql = "select version from " + HISTORY_SCHEMA + ".flyway_schema_history where success and version is not null";
            try (var rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    versions.add(rows.getString(1));
                }
            }
        }
        return versions;
    }

    private static Iterable<String> scripts() {
        try {
            var home = Path.of(Migrations.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(home)) {
                return names(home.resolve(FOLDER));
            }
            try (var jar = FileSystems.newFileSystem(home)) {
                return names(jar.getPath(FOLDER));
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Iterable<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
