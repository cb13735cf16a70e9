package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The launcher finds a JDK, builds, and runs the demo. */
class LauncherTest extends LauncherFolder {

    @Test
    void noJdk_explainsWhatToDo() throws Exception {
        var outcome = run("serve");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("needs a JDK 25 or later") && outcome.err().contains("apt install"), outcome.err());
        assertFalse(outcome.err().contains("Too old"), outcome.err());
    }

    @Test
    void oldJdk_isNamedInTheError() throws Exception {
        var old = jdk("old", "21.0.4");
        var outcome = run("serve");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains(old + " (21)"), outcome.err());
    }

    @Test
    void runtimeWithoutCompiler_refused() throws Exception {
        Files.delete(jdk("jre", "25.0.1").resolve("bin/javac"));
        assertEquals(1, run("serve").status());
    }

    @Test
    void javaHome_isUsed() throws Exception {
        jdk("other", "26");
        var right = jdkAt(folder.resolve("elsewhere/my jdk"), "25.0.1");
        var outcome = run(List.of("JAVA_HOME=" + right), "serve", "--some", "option");
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals(right + " @" + home.resolve("server/jvm.options") + " -XX:AOTCache=" + home.resolve(".guildhall/serve.aot") + " -jar " + home.resolve("server/target/guildhall.jar") + " serve --some option\n",
                outcome.out());
    }

    @Test
    void oldJavaHome_isSkipped() throws Exception {
        var old = jdkAt(folder.resolve("elsewhere/old"), "17.0.15");
        var right = jdk("temurin-25", "25.0.3");
        assertTrue(run(List.of("JAVA_HOME=" + old), "migrate").out().startsWith(right.toString()));
    }

    @Test
    void compilerOnPath_itsJdkIsUsed() throws Exception {
        var right = jdkAt(folder.resolve("elsewhere/jdk"), "25");
        Files.createSymbolicLink(programs.resolve("javac"), right.resolve("bin/javac"));
        assertTrue(run("serve").out().startsWith(right.toString()));
    }

    @Test
    void requestedJdk_tooOld_refusedNotReplaced() throws Exception {
        jdk("right", "25");
        var outcome = run(List.of("GUILDHALL_JAVA_HOME=" + jdkAt(folder.resolve("elsewhere/old"), "17")), "serve");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("GUILDHALL_JAVA_HOME is"), outcome.err());
    }

    @Test
    void unknownVerb_listsKnownVerbs() throws Exception {
        var outcome = run("sevre");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("Unknown verb: sevre") && outcome.err().contains("new-migration NAME"), outcome.err());
        assertEquals(0, run("help").status());
    }

    @Test
    void noMaven_isExplained() throws Exception {
        jdk("right", "25");
        Files.delete(programs.resolve("mvn"));
        var outcome = run("serve");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("built with Maven"), outcome.err());
    }

    @Test
    void build_runsOnlyAfterChanges() throws Exception {
        jdk("right", "25");
        var source = Files.writeString(Files.createDirectories(home.resolve("server/src/main/java")).resolve("A.java"), "class A {}");
        run("serve");
        run("serve");
        assertEquals(1, builds());
        Thread.sleep(20);
        Files.writeString(source, "class A { }");
        run("serve");
        assertEquals(2, builds());
        Thread.sleep(20);
        Files.delete(source);
        run("serve");
        assertEquals(3, builds());
        Thread.sleep(20);
        Files.writeString(Files.createDirectories(home.resolve("server/target")).resolve("x"), "");
        run("serve");
        assertEquals(3, builds());
    }

    @Test
    void failedBuild_isShownAndRunsAgain() throws Exception {
        jdk("right", "25");
        script(programs.resolve("mvn"), "echo 'A.java:1: error: no such thing'; exit 1");
        for (var attempt = 0; attempt < 2; attempt++) {
            var outcome = run("serve");
            assertEquals(1, outcome.status());
            assertTrue(outcome.err().contains("no such thing") && outcome.err().contains("build.log"), outcome.err());
        }
    }

    @Test
    void newMigration_sortsAfterAllOthers() throws Exception {
        Files.writeString(home.resolve("migrations/sql/V29990101000000__far_future.sql"), "");
        Files.writeString(home.resolve("migrations/sql/V20000101000000__long_ago.sql"), "");
        assertEquals(home.resolve("migrations/sql/V29990101000001__add_priority.sql") + "\n", run("new-migration", "add_priority").out());
        assertTrue(Files.exists(home.resolve("migrations/sql/V29990101000001__add_priority.sql")));
    }

    @Test
    void newMigration_invalidName_refused() throws Exception {
        for (var name : List.of("", "Add", "1st", "add-priority", "../x", "a b")) {
            assertEquals(1, run("new-migration", name).status(), name);
        }
        assertEquals(1, run("new-migration").status());
    }

    @Test
    void detachedDemo_runsUntilStopped() throws Exception {
        demoJdk("""
                trap 'exit 0' TERM
                echo 'The demo is ready.'
                printf '{"base_url": "http://127.0.0.1:1", "pid": %s}' $$ > "$data/demo.json"
                while :; do sleep 0.1; done""");
        var started = run("demo", "--detach", "--data", "my data", "--port", "1");
        assertEquals(0, started.status(), started.err());
        assertEquals("The demo is ready.\n", started.out());
        var json = Files.readString(home.resolve("my data/demo.json"));
        var process = ProcessHandle.of(Long.parseLong(json.replaceAll(".*\"pid\": (\\d+).*", "$1"))).orElseThrow();
        assertTrue(run("demo", "--detach", "--data", "my data").err().contains("already runs"));
        assertEquals(0, run("stop", "--data", "my data").status());
        assertFalse(process.isAlive());
        assertFalse(Files.exists(home.resolve("my data/demo.json")));
    }

    @Test
    void detachedDemo_failsAtStart_showsLog() throws Exception {
        demoJdk("echo 'port 8080 is taken' >&2; exit 1");
        var outcome = run("demo", "--detach");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("port 8080 is taken"), outcome.err());
    }

    @Test
    void demo_hasAClassCache() throws Exception {
        script(jdk("right", "25").resolve("bin/java"), "echo \"$1\"");
        assertEquals("-XX:AOTCache=" + home.resolve(".guildhall/demo.aot") + "\n", run("demo").out());
    }

    @Test
    void stop_pidOfOtherProcess_notKilled() throws Exception {
        var other = new ProcessBuilder("sleep", "60").start();
        try {
            Files.writeString(Files.createDirectories(home.resolve(".guildhall")).resolve("demo.json"), "{\"pid\": " + other.pid() + "}");
            var outcome = run("stop");
            assertEquals(0, outcome.status());
            assertTrue(outcome.err().contains("No demo runs") && other.isAlive(), outcome.err());
        } finally {
            other.destroyForcibly();
        }
    }
}
