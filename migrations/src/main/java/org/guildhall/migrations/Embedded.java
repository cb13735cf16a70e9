package org.guildhall.migrations;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PostgreSQL of our own, with Guildhall's roles in it: durable for the demo and the bench, or thrown away after tests.
 * It listens on the loopback only and lets every role in without a password.
 */
public final class Embedded implements AutoCloseable {
    private static final String SUPERUSER = "postgres";
    private static final String TEMPLATE = "guildhall_template";
    private static final Duration START_WAIT_MAX = Duration.ofSeconds(60);

    private final EmbeddedPostgres postgres;
    private boolean templateReady;

    private Embedded(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** Fast and forgetful: nothing reaches the disk in order, all is gone at close or when the JVM ends. Any free port. */
    public static Embedded throwaway() {
        return throwaway(Map.of());
    }

    /** As {@link #throwaway()}, with PostgreSQL settings of the caller's. */
    public static synchronized Embedded throwaway(Map<String, String> settings) {
        var home = temporary();
        var builder = builder(home)
                .setDataDirectory(throwaways(home).resolve(UUID.randomUUID().toString()))
                .setServerConfig("full_page_writes", "off");
        settings.forEach(builder::setServerConfig);
        // Test processes start side by side: without turns one unpacks over the other's programs, and takes its new folder for an orphan.
        try (var turn = Turn.take(home)) {
            Orphans.sweep(throwaways(home));
            return start(builder);
        }
    }

    /**
     * Keeps its data in {@code folder}, survives kill -9, and goes on where it was. Port 0 is any free one. No shutdown hook:
     * the caller closes it after what uses it, or leaves it to the next start.
     */
    public static Embedded persistent(Path folder, int port) {
        return persistent(folder, port, Map.of());
    }

    /** As {@link #persistent(Path, int)}, with PostgreSQL settings of the caller's. */
    public static Embedded persistent(Path folder, int port, Map<String, String> settings) {
        return persistent(folder, folder, port, settings);
    }

    /** The programs, 60 MB, are unpacked into a folder of their own below {@code home}, where no cleaner of temporary files comes. */
    static Embedded persistent(Path home, Path folder, int port, Map<String, String> settings) {
        var data = folder.toAbsolutePath().normalize().resolve("data");
        Orphans.stop(data);
        // The library passes -F and synchronous_commit=off; the later setting wins.
        var builder = builder(home.toAbsolutePath().normalize())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on");
        settings.forEach(builder::setServerConfig);
        return start(builder);
    }

    /** Forgets what {@link #persistent} kept in this folder, stopping first what a killed JVM left running on it. The programs stay. */
    public static void erase(Path folder) {
        Orphans.erase(folder.toAbsolutePath().normalize().resolve("data"));
    }

    public int port() {
        return postgres.getPort();
    }

    /** The JDBC address of a database, without user: {@code jdbc:postgresql://127.0.0.1:…/name}. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /** Connections as one of {@link Roles}; unpooled. */
    public DataSource dataSource(String database, String role) {
        var source = new PGSimpleDataSource();
        source.setUrl(url(database));
        source.setUser(role);
        return source;
    }

    /** A connection past every policy, for what only an administrator may do. */
    public Connection superuser(String database) throws SQLException {
        return dataSource(database, SUPERUSER).getConnection();
    }

    /** Makes the database if it isn't there, its roles, and migrates it. Returns how many scripts ran. */
    public int prepare(String database) throws SQLException {
        if (!exists(database)) {
            execute("create database " + quoted(database));
        }
        try (var connection = superuser(database)) {
            Roles.create(connection, Roles.Passwords.NONE);
        }
        return Migrations.migrate(dataSource(database, Roles.MIGRATOR));
    }

    /** A fresh migrated database of this name, copied from a template in some 40 ms; one of that name before it is dropped. */
    public synchronized String database(String name) throws SQLException {
        if (!templateReady) {
            prepare(TEMPLATE);
            templateReady = true;
        }
        execute("drop database if exists " + quoted(name) + " with (force)");
        execute("create database " + quoted(name) + " template " + TEMPLATE);
        return name;
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean exists(String database) throws SQLException {
        try (var connection = superuser(SUPERUSER);
                var statement = connection.prepareStatement("select from pg_database where datname = ?")) {
            statement.setString(1, database);
            try (var rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (var connection = superuser(SUPERUSER); var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Where throwaway servers live, one folder per user: another one's files could not be replaced. */
    static Path temporary() {
        return temporary(Path.of(System.getProperty("java.io.tmpdir")));
    }

    static Path temporary(Path folder) {
        return folder.resolve("guildhall-postgres-" + System.getProperty("user.name"));
    }

    /** The data of throwaway servers, one folder for each. */
    static Path throwaways(Path home) {
        return home.resolve("throwaway");
    }

    private static EmbeddedPostgres.Builder builder(Path home) {
        // Sorting and upper case must not depend on the machine's locale. A free socket folder is not to be had everywhere.
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(home.resolve("programs").toFile())
                .setPGStartupWait(START_WAIT_MAX)
                .setLocaleConfig("locale", "C")
                .setLocaleConfig("locale-provider", "builtin")
                .setLocaleConfig("builtin-locale", "C.UTF-8")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "");
    }

    private static Embedded start(EmbeddedPostgres.Builder builder) {
        refuseRootWithoutNamespaces();
        try {
            return new Embedded(builder.start());
        } catch (IOException | RuntimeException e) {
            throw new IllegalStateException("The embedded PostgreSQL did not start: " + e.getMessage(), e);
        }
    }

    /** PostgreSQL refuses to run as root; the library gets around that by a user namespace, which some containers forbid. */
    private static void refuseRootWithoutNamespaces() {
        if (!System.getProperty("user.name").equals("root") || !System.getProperty("os.name").equals("Linux")) {
            return;
        }
        if (!succeeds("unshare", "--user", "true")) {
            throw new IllegalStateException("""
                    PostgreSQL does not run as root, and this container forbids what would get around it (unshare --user). \
                    Run as an ordinary user, or let the container make user namespaces \
                    (with Docker: --security-opt seccomp=unconfined), or serve from a PostgreSQL elsewhere: GUILDHALL_DATABASE_URL.""");
        }
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
