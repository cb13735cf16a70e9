package org.guildhall.migrations;

import static org.guildhall.migrations.Migrations.State.EMPTY;
import static org.guildhall.migrations.Migrations.State.EQUAL;
import static org.guildhall.migrations.Migrations.State.NEWER;
import static org.guildhall.migrations.Migrations.State.OLDER;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison of the database's schema version with the server's: equal, older or newer, readable by the server's role. */
class MigrationsTest {
    @Test
    void emptyDatabase_migrated_isEqual() throws SQLException {
        var postgres = TestDatabase.POSTGRES;
        try (var superuser = postgres.superuser("postgres")) {
            assertEquals(EMPTY, Migrations.standing(superuser).state());
        }
        assertEquals(Migrations.wanted().size(), postgres.prepare("migrationstest_once"));
        assertEquals(0, postgres.prepare("migrationstest_once"));
        try (var app = postgres.dataSource("migrationstest_once", Roles.APP).getConnection()) {
            var wanted = Migrations.wanted().last();
            assertEquals(new Migrations.Standing(EQUAL, wanted, wanted), Migrations.standing(app));
        }
    }

    @Test
    void missingMigrationIsOlder_foreignOneIsNewer() throws SQLException {
        var database = new TestDatabase(MigrationsTest.class);
        var insert = """
                insert into guildhall_migrations.flyway_schema_history
                    (installed_rank, version, description, type, script, installed_by, execution_time, success)
                values (1000, '29990101000000', 'later', 'SQL', 'V29990101000000__later.sql', 'x', 1, true)""";
        try (var app = database.as(Roles.APP)) {
            database.asSuperuser(insert);
            assertEquals(NEWER, Migrations.standing(app).state());
            assertEquals("29990101000000", Migrations.standing(app).found());
            database.asSuperuser("delete from guildhall_migrations.flyway_schema_history where version = '" + Migrations.wanted()
                    .first() + "'");
            assertEquals(OLDER, Migrations.standing(app).state());
        }
    }

    @Test
    void versions_readFromAJar(@TempDir Path folder) throws Exception {
        var jar = folder.resolve("migrations of a release.jar");
        pack(jar, Path.of(Migrations.class.getProtectionDomain().getCodeSource().getLocation().toURI()));
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
            var wanted = loader.loadClass(Migrations.class.getName()).getMethod("wanted").invoke(null);
            assertEquals(Migrations.wanted().toString(), wanted.toString());
        }
    }

    private static void pack(Path jar, Path classes) throws IOException {
        List<Path> files;
        try (var walk = Files.walk(classes)) {
            files = walk.filter(file -> Files.isRegularFile(file) && !file.toString().contains("schema")).toList();
        }
        try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (var file : files) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }
}
