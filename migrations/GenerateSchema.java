import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jooq.Constants;
import org.jooq.codegen.GenerationTool;
import org.jooq.impl.DSL;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.ForcedType;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.SchemaMappingType;
import org.jooq.meta.jaxb.Target;

/**
 * Migrates an empty PostgreSQL and writes jOOQ classes of what came out: {@code org.guildhall.schema.<room>}.
 * Arguments: the module's folder, the folder to write into. Does nothing while the stamp there fits what it would read.
 */
final class GenerateSchema {
    private static final String ROLES = "src/main/resources/org/guildhall/migrations/roles.sql";

    public static void main(String[] args) throws Exception {
        var module = Path.of(args[0]);
        var target = Path.of(args[1]);
        var stamp = target.resolve("stamp");
        var wanted = fingerprint(module);
        if (Files.exists(stamp) && Files.readString(stamp).equals(wanted)) {
            return;
        }
        Files.createDirectories(target);
        Files.deleteIfExists(stamp);
        try (var postgres = throwaway()) {
            migrate(postgres, module);
            generate(postgres.getDatabase("postgres", "postgres"), target);
        }
        Files.writeString(stamp, wanted);
    }

    private static String fingerprint(Path module) throws Exception {
        var digest = MessageDigest.getInstance("SHA-256");
        digest.update(Constants.FULL_VERSION.getBytes());
        for (var file : inputs(module)) {
            digest.update(file.getFileName().toString().getBytes());
            digest.update(Files.readAllBytes(file));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> inputs(Path module) throws IOException {
        try (var sql = Files.list(module.resolve("sql"))) {
            var scripts = sql.filter(file -> file.toString().endsWith(".sql")).sorted();
            return Stream.concat(
                            Stream.of(module.resolve(ROLES), module.resolve("GenerateSchema.java")), scripts)
                    .toList();
        }
    }

    private static EmbeddedPostgres throwaway() throws IOException {
        var home = new File(System.getProperty("java.io.tmpdir"), "guildhall-postgres-" + System.getProperty("user.name"));
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(new File(home, "programs"))
                .setLocaleConfig("locale", "C")
                .setServerConfig("full_page_writes", "off")
                .setServerConfig("unix_socket_directories", "")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
    }

    private static void migrate(EmbeddedPostgres postgres, Path module) throws Exception {
        try (var connection = postgres.getPostgresDatabase().getConnection(); var statement = connection.createStatement()) {
            statement.execute(Files.readString(module.resolve(ROLES)));
        }
        Flyway.configure()
                .dataSource(postgres.getDatabase("guildhall_migrator", "postgres"))
                .defaultSchema("guildhall_migrations")
                .locations("filesystem:" + module.resolve("sql"))
                .load()
                .migrate();
    }

    private static void generate(DataSource database, Path target) throws Exception {
        try (var connection = database.getConnection()) {
            // One schema per room: whatever the migrations made, but their own history.
            var rooms = DSL.using(connection)
                    .resultQuery("""
                            select nspname from pg_namespace
                            where nspowner = 'guildhall_owner'::regrole and nspname <> 'guildhall_migrations'""")
                    .fetch(0, String.class);
            var tool = new GenerationTool();
            tool.setConnection(connection);
            tool.run(configuration(rooms, target));
        }
    }

    private static Configuration configuration(List<String> rooms, Path target) {
        var database = new Database()
                .withName("org.jooq.meta.postgres.PostgresDatabase")
                .withSchemata(rooms.stream().sorted().map(room -> new SchemaMappingType().withInputSchema(room)).toList())
                // Ranges serve exclusion constraints only; statements read starts_at and ends_at.
                .withExcludes(".*\\.during")
                .withIncludeExcludeColumns(true)
                .withIncludeSystemSequences(false)
                .withForcedTypes(new ForcedType().withName("INSTANT").withIncludeTypes("timestamptz|timestamp with time zone"));
        var generate = new Generate()
                .withRecords(true).withPojos(false).withDaos(false).withIndexes(false)
                .withImplicitJoinPathsToOne(false).withImplicitJoinPathsToMany(false).withImplicitJoinPathsManyToMany(false)
                .withComments(false).withJavadoc(false).withGeneratedAnnotation(false);
        return new Configuration()
                .withLogging(Logging.WARN)
                .withGenerator(new Generator()
                        .withDatabase(database)
                        .withGenerate(generate)
                        .withTarget(new Target().withPackageName("org.guildhall.schema").withDirectory(target.toString())
                                .withEncoding("UTF-8")));
    }
}
