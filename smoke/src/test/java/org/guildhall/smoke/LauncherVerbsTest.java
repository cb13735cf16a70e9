package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The launcher's help, its error messages, and its calls to the demo. */
class LauncherVerbsTest extends LauncherFolder {

    @Test
    void help_ofEachVerb_needsNoJdk() throws Exception {
        var help = run("help").out();
        for (var verb : List.of("demo", "status", "stop", "call", "serve", "migrate", "admin", "test", "smoke", "seed", "bench", "lint",
                "new-migration", "version")) {
            assertTrue(help.lines().anyMatch(line -> line.startsWith("  " + verb)), verb);
            var explained = run("help", verb);
            assertEquals(0, explained.status(), verb);
            assertTrue(explained.out().startsWith("./guildhall " + verb), explained.out());
            assertEquals(explained.out(), run(verb, "--help").out());
        }
        assertFalse(Files.exists(folder.resolve("mvn.log")));
        assertEquals(1, run("help", "sevre").status());
        assertEquals(1, run("help", "../guildhall").status());
    }

    @Test
    void portTaken_reportedBeforeTheBuild() throws Exception {
        jdk("right", "25");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var port = Integer.toString(taken.getLocalPort());
            var demo = run("demo", "--port", port);
            assertEquals(1, demo.status());
            assertTrue(demo.err().startsWith("Port " + port + " is used by another program"), demo.err());
            var serve = run(List.of("GUILDHALL_PORT=" + port), "serve");
            assertEquals("Port " + port + " is used by another program: stop that program, or set GUILDHALL_PORT.\n", serve.err());
        }
        assertFalse(Files.exists(folder.resolve("mvn.log")));
    }

    @Test
    void build_withoutNetwork_oneSentence() throws Exception {
        jdk("right", "25");
        script(programs.resolve("mvn"), """
                echo '[ERROR] Could not transfer artifact io.javalin:javalin:pom:7.2.3 from/to central: repo.example.org: Unknown host repo.example.org'
                echo '[ERROR]     at org.example.Stack.trace'
                exit 1""");
        var outcome = run("serve");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("Maven can't load the libraries that the build needs (Unknown host repo.example.org)"), outcome.err());
        assertFalse(outcome.err().contains("Stack.trace"), outcome.err());
    }

    @Test
    void build_reportsModulesAndSeconds() throws Exception {
        jdk("right", "25");
        script(programs.resolve("mvn"), """
                echo '[INFO] Building Guildhall migrations 0.1.0-SNAPSHOT                           [3/5]'
                sleep 0.5
                echo '[INFO] Building Guildhall server 0.1.0-SNAPSHOT                               [4/5]'
                sleep 0.5""");
        var err = run("serve").err();
        assertTrue(err.matches("(?s).*  Guildhall migrations \\(3 of 5\\), \\d+ s\n.*  Guildhall server \\(4 of 5\\), \\d+ s\n.*"), err);
    }

    @Test
    void demo_logWrittenToFile() throws Exception {
        demoJdk("echo '{\"level\": \"INFO\"}' >&2; echo 'The demo is ready.'");
        var outcome = run("demo", "--data", "my data");
        assertEquals(0, outcome.status(), outcome.err());
        assertEquals("The demo is ready.\n", outcome.out());
        assertTrue(outcome.err().contains("The log is " + home.resolve("my data/demo.log")), outcome.err());
        assertFalse(outcome.err().contains("level"), outcome.err());
        assertEquals("{\"level\": \"INFO\"}\n", Files.readString(home.resolve("my data/demo.log")));
    }

    @Test
    void jvmError_isShown() throws Exception {
        demoJdk("echo 'Unrecognized VM option' >&2; echo '{\"level\": \"INFO\"}' >&2; exit 1");
        var outcome = run("demo");
        assertEquals(1, outcome.status());
        assertTrue(outcome.err().contains("Unrecognized VM option") && outcome.err().contains("demo.log"), outcome.err());
        assertFalse(outcome.err().contains("level"), outcome.err());
    }

    @Test
    void status_reportsRunningDemo() throws Exception {
        demoJdk("""
                trap 'exit 0' TERM
                printf '{"base_url": "http://127.0.0.1:1", "pid": %s}' $$ > "$data/demo.json"
                while :; do sleep 0.1; done""");
        assertEquals(1, run("status").status());
        assertEquals(0, run("demo", "--detach", "--data", "my data", "--port", "1").status());
        try {
            var running = run("status", "--data", "my data");
            assertEquals(0, running.status(), running.err());
            assertTrue(running.out().startsWith("The demo runs at http://127.0.0.1:1 as process "), running.out());
        } finally {
            run("stop", "--data", "my data");
        }
        assertEquals(1, run("status", "--data", "my data").status());
    }

    @Test
    void version_needsNoBuild() throws Exception {
        Files.writeString(home.resolve("pom.xml"), "<project>\n  <version>0.1.0</version>\n</project>\n");
        assertTrue(run("version").out().startsWith("Guildhall 0.1.0\nJDK: none that is 25 or later\n"));
        var right = jdk("right", "25.0.3");
        assertTrue(run("version").out().startsWith("Guildhall 0.1.0\nJDK 25.0.3 (" + right + ")\n"));
        assertFalse(Files.exists(folder.resolve("mvn.log")));
    }

    @Test
    void call_usesDemoTokenAndNewKey() throws Exception {
        demoFile();
        script(programs.resolve("curl"), """
                cat > '%1$s/config'
                printf '%%s\\n' "$@" > '%1$s/arguments'
                printf '{"id":"prd_1"}\\n201'""".formatted(folder));
        var created = run("call", "--data", "my data", "post", "catalog/products", "{\"name\": \"A b\"}");
        assertEquals(0, created.status(), created.err());
        assertEquals("{\"id\":\"prd_1\"}\n", created.out());
        assertEquals("201\n", created.err());
        assertEquals("header = \"Authorization: Bearer gld_test_admin\"\n", Files.readString(folder.resolve("config")));
        var first = Files.readString(folder.resolve("arguments"));
        assertTrue(first.contains("\nPOST\n") && first.contains("\nContent-Type: application/json\n") && first.contains("\n{\"name\": \"A b\"}\n"), first);
        assertTrue(first.endsWith("\nhttp://127.0.0.1:1/api/v1/catalog/products\n"), first);
        assertFalse(first.contains("gld_test"), first);
        assertEquals(32, key(first).length());
        run("call", "--data", "my data", "PATCH", "/api/v1/catalog/products/prd_1", "{}");
        var second = Files.readString(folder.resolve("arguments"));
        assertTrue(second.contains("application/merge-patch+json") && !key(first).equals(key(second)), second);
        run("call", "--data", "my data", "--as", "read_only", "GET", "catalog/products?limit=1");
        assertFalse(Files.readString(folder.resolve("arguments")).contains("Idempotency-Key"));
        assertTrue(Files.readString(folder.resolve("config")).contains("gld_test_reader"));
        script(programs.resolve("curl"), "printf '{}\\n404'");
        assertEquals(1, run("call", "--data", "my data", "GET", "nothing").status());
        assertTrue(run("call", "GET", "nothing").err().contains("No demo runs"));
    }

    @Test
    void seedAndSmoke_findTheDemoByDataFolder() throws Exception {
        demoFile();
        var right = jdk("right", "25");
        var seeded = run("seed", "--data", "my data");
        assertEquals(right + " -cp " + home.resolve("smoke/target/guildhall-smoke.jar") + " org.guildhall.smoke.Seed http://127.0.0.1:1 gld_test_admin\n",
                seeded.out());
        for (var program : List.of("bash", "curl", "jq")) {
            script(programs.resolve(program), "echo \"$GUILDHALL_URL $GUILDHALL_TOKEN $GUILDHALL_READ_ONLY_TOKEN\"");
        }
        Files.writeString(Files.createDirectories(home.resolve("smoke/curl")).resolve("platform.sh"), "");
        assertEquals("http://127.0.0.1:1 gld_test_admin gld_test_reader\n", run("smoke", "--data", "my data").out());
        assertEquals("http://other T \n", run("smoke", "http://other", "T").out());
        assertTrue(run("smoke").err().contains("No demo runs"));
    }

    private static String key(String arguments) {
        return arguments.lines().filter(line -> line.startsWith("Idempotency-Key: ")).findFirst().orElse("Idempotency-Key: ").substring(17);
    }
}
