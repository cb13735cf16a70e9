package org.guildhall.migrations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded PostgreSQL survives a killed JVM, a second start and a stale process id. */
class EmbeddedTest {
    /** The processes that start at once: as many as the tests of this project have. */
    private static final int STARTED = 2;

    @TempDir
    Path folder;

    @BeforeAll
    static void unpackOnce() {
        // The library unpacks once per JVM, into the folder of the first start; that must not be a test's temporary folder.
        TestDatabase.POSTGRES.port();
    }

    @Test
    void killedJvm_nextStart_keepsTheData() throws Exception {
        var orphan = startKillAndLeaveOrphan();
        try (var postgres = Embedded.persistent(folder, 0); var connection = postgres.superuser("postgres")) {
            assertFalse(orphan.isAlive());
            assertEquals(List.of("42"), TestDatabase.column(connection, "select n from kept"));
            assertEquals(List.of("on"), TestDatabase.column(connection, "show fsync"));
            assertEquals(List.of("on"), TestDatabase.column(connection, "show synchronous_commit"));
            var second = assertThrows(IllegalStateException.class, () -> Embedded.persistent(folder, 0));
            assertTrue(second.getMessage().contains("Another Guildhall runs"), second.getMessage());
        }
        assertFalse(Files.exists(folder.resolve("data/postmaster.pid")));
    }

    @Test
    void pidOfOtherProgram_notStopped() throws Exception {
        var other = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(folder.resolve("postmaster.pid"), other.pid() + "\n" + folder + "\n");
            Orphans.stop(folder);
            assertTrue(other.isAlive());
            assertFalse(Files.exists(folder.resolve("postmaster.pid")));
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void postgresOfOtherFolder_notStopped() throws Exception {
        var mine = TestDatabase.POSTGRES;
        try (var connection = mine.superuser("postgres")) {
            var data = Path.of(TestDatabase.column(connection, "show data_directory").getFirst());
            var pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst();
            Files.writeString(folder.resolve("postmaster.pid"), pid + "\n");
            Orphans.stop(folder);
            assertTrue(ProcessHandle.of(Long.parseLong(pid)).orElseThrow().isAlive());
        }
    }

    @Test
    void erase_stopsProcessAndDeletesData() throws Exception {
        var orphan = startKillAndLeaveOrphan();
        Embedded.erase(folder);
        assertFalse(orphan.isAlive());
        assertFalse(Files.exists(folder.resolve("data")));
        Embedded.erase(folder);
    }

    @Test
    void sweep_afterKilledTestRun_cleansUp() throws Exception {
        var orphan = startKillAndLeaveOrphan();
        Orphans.sweep(folder);
        assertFalse(orphan.isAlive());
        assertFalse(Files.exists(folder.resolve("data")));
    }

    @Test
    void throwaways_startedAtOnce_onAFreshMachineAndAfterAKill_allRun() throws Exception {
        for (var round = 0; round < 2; round++) {
            var children = new ArrayList<Process>();
            for (var child = 0; child < STARTED; child++) {
                children.add(start(ThrowawayStarter.class, "-Djava.io.tmpdir=" + folder));
            }
            try {
                for (var child : children) {
                    assertEquals("ready", firstLine(child));
                }
            } finally {
                for (var child : children) {
                    child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                }
            }
        }
        try (var left = Files.list(Embedded.throwaways(Embedded.temporary(folder)))) {
            assertEquals(STARTED, left.filter(Files::isDirectory).count(), "the second round has removed what the first one left");
        }
        Orphans.sweep(Embedded.throwaways(Embedded.temporary(folder)));
    }

    private ProcessHandle startKillAndLeaveOrphan() throws Exception {
        var child = start(Starter.class, "-Dfolder=" + folder);
        var line = firstLine(child);
        child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        assertEquals("ready", line);
        var orphan = Long.parseLong(Files.readAllLines(folder.resolve("data/postmaster.pid")).getFirst());
        return ProcessHandle.of(orphan).orElseThrow();
    }

    private static Process start(Class<?> main, String property) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        // As the tests' own JVM: these run for seconds.
        return new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", property, "-cp", System.getProperty("java.class.path"), main.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static @Nullable String firstLine(Process child) throws IOException {
        return child.inputReader().readLine();
    }

    static final class Starter {
        public static void main(String[] args) throws Exception {
            var postgres = Embedded.persistent(Embedded.temporary(), Path.of(System.getProperty("folder")), 0, Map.of());
            try (var connection = postgres.superuser("postgres"); var statement = connection.createStatement()) {
                statement.execute("create table kept as select 42 as n");
            }
            System.out.println("ready");
            Thread.sleep(60_000);
        }
    }

    static final class ThrowawayStarter {
        public static void main(String[] args) throws Exception {
            Embedded.throwaway();
            System.out.println("ready");
            Thread.sleep(60_000);
        }
    }
}
