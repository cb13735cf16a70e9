package org.guildhall;

import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.guildhall.core.data.Db;
import org.guildhall.migrations.Migrations;
import org.guildhall.migrations.Roles;
import org.guildhall.platform.FirstToken;
import org.postgresql.ds.PGSimpleDataSource;

/** The command line: {@code serve}, {@code migrate}, {@code admin init-database}, {@code admin create-token}. */
public final class Main {

    private static final String USAGE = """
            usage: guildhall serve                            serve the API from GUILDHALL_DATABASE_URL
                   guildhall migrate                          bring the database to this build's schema
                   guildhall admin init-database [--print]    make the roles, or show the SQL that does
                   guildhall admin create-token [NAME]        make a platform administrator's token and print it""";

    private Main() {}

    /** A mistake in the command or its settings, reported in one line. */
    private static final class Misuse extends RuntimeException {
        private static final long serialVersionUID = 1;

        Misuse(String message) {
            super(message);
        }
    }

    public static void main(String[] arguments) {
        try {
            ClassCache.refuseStale(Main.class, arguments);
            run(List.of(arguments), System.getenv());
        } catch (Config.Mistakes | Misuse mistake) {
            System.err.println(mistake.getMessage());
            System.exit(2);
        } catch (StartFailure known) {
            System.err.println("guildhall: " + known.getMessage());
            System.exit(1);
        } catch (IllegalStateException refused) {
            System.err.println("guildhall: " + refused.getMessage());
            System.exit(1);
        } catch (PoolInitializationException away) {
            System.err.println("guildhall: the database can't be reached: " + away.getCause().getMessage());
            System.exit(1);
        } catch (Exception failed) {
            failed.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(List<String> arguments, Map<String, String> environment) throws Exception {
        switch (String.join(" ", arguments.subList(0, Math.min(2, arguments.size())))) {
            case "serve" -> serve(environment);
            // Only the server itself starts this one.
            case "class-cache" -> ClassCache.train(environment);
            case "migrate" -> migrate(environment);
            case "admin init-database" -> initDatabase(arguments.contains("--print"), environment);
            case "admin create-token" -> createToken(arguments.size() > 2 ? arguments.get(2) : "Platform administrator", environment);
            default -> throw new Misuse(USAGE);
        }
    }

    private static void serve(Map<String, String> environment) throws InterruptedException {
        var config = Config.read(environment);
        check(config);
        App app;
        try {
            app = App.start(config);
        } catch (RuntimeException failed) {
            var sentence = StartFailure.sentence(failed, config.port());
            throw sentence == null ? failed : new IllegalStateException(sentence, failed);
        }
        var stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            app.close();
            stopped.countDown();
        }));
        System.out.println("Guildhall listens on port " + app.port());
        ClassCache.makeInBackground(environment);
        stopped.await();
    }

    private static void check(Config config) {
        StartFailure.check(config.database().url(), config.database().user(), config.database().password(),
                "GUILDHALL_DATABASE_USER and GUILDHALL_DATABASE_PASSWORD");
    }

    private static void migrate(Map<String, String> environment) {
        var url = required(environment, "GUILDHALL_DATABASE_URL");
        var user = environment.getOrDefault("GUILDHALL_MIGRATOR_USER", Roles.MIGRATOR);
        var password = environment.getOrDefault("GUILDHALL_MIGRATOR_PASSWORD", "");
        StartFailure.check(url, user, password, "GUILDHALL_MIGRATOR_USER and GUILDHALL_MIGRATOR_PASSWORD");
        var source = new PGSimpleDataSource();
        source.setURL(url);
        source.setUser(user);
        source.setPassword(password);
        System.out.println(Migrations.migrate(source) + " migrations applied");
    }

    private static void initDatabase(boolean print, Map<String, String> environment) throws Exception {
        var passwords = new Roles.Passwords(
                environment.get("GUILDHALL_MIGRATOR_PASSWORD"), environment.get("GUILDHALL_APP_PASSWORD"),
                environment.get("GUILDHALL_READONLY_PASSWORD"), environment.get("GUILDHALL_BACKUP_PASSWORD"));
        if (print) {
            System.out.println(Roles.sql(passwords));
            return;
        }
        var url = required(environment, "GUILDHALL_DATABASE_URL");
        var user = environment.getOrDefault("GUILDHALL_ADMIN_USER", "postgres");
        var password = environment.getOrDefault("GUILDHALL_ADMIN_PASSWORD", "");
        StartFailure.check(url, user, password, "GUILDHALL_ADMIN_USER and GUILDHALL_ADMIN_PASSWORD");
        try (var connection = DriverManager.getConnection(url, user, password)) {
            Roles.create(connection, passwords);
        }
        System.out.println("roles created or updated: " + String.join(", ",
                Arrays.asList(Roles.OWNER, Roles.MIGRATOR, Roles.APP, Roles.READONLY, Roles.BACKUP)));
    }

    private static void createToken(String name, Map<String, String> environment) {
        var config = Config.read(environment);
        check(config);
        try (var db = new Db(config.database())) {
            System.out.println(FirstToken.create(db, config.keys(), name));
        }
    }

    private static String required(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new Misuse(name + ": is required");
        }
        return value;
    }
}
