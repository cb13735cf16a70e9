package org.guildhall.smoke;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder with the launcher, and with fake JDKs and a fake Maven that print their arguments. */
abstract class LauncherFolder {

    private static final List<String> PROGRAMS = List.of(
            "sh", "cat", "cp", "cut", "date", "dirname", "basename", "env", "find", "grep", "head", "kill", "ls", "mkdir", "mv",
            "nohup", "od", "ps", "readlink", "rm", "sed", "sleep", "sort", "tail", "touch", "tr");

    @TempDir
    Path folder;

    Path home;
    Path programs;

    record Outcome(int status, String out, String err) {}

    @BeforeEach
    void copyTheLauncher() throws IOException {
        home = Files.createDirectories(folder.resolve("a clone"));
        Files.copy(Path.of("..", "guildhall"), home.resolve("guildhall"));
        copyFolder(Path.of("..", "launcher"), home.resolve("launcher"));
        for (var module : List.of("openapi", "migrations/sql", "server", "client-java", "smoke")) {
            Files.createDirectories(home.resolve(module));
        }
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        programs = Files.createDirectories(folder.resolve("programs"));
        for (var program : PROGRAMS) {
            script(programs.resolve(program), "exec " + where(program) + " \"$@\"");
        }
        script(programs.resolve("mvn"), """
                sleep 0.02
                echo "mvn with $JAVA_HOME" >> '%1$s/mvn.log'
                mkdir -p '%2$s/smoke/target/lib'
                touch '%2$s/smoke/target/guildhall-smoke.jar'""".formatted(folder, home));
    }

    void demoFile() throws IOException {
        Files.writeString(Files.createDirectories(home.resolve("my data")).resolve("demo.json"), """
                {
                  "base_url" : "http://127.0.0.1:1",
                  "tokens" : {
                    "tenant_admin" : "gld_test_admin",
                    "read_only" : "gld_test_reader"
                  }
                }""");
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    Path jdk(String name, String version) throws IOException {
        return jdkAt(folder.resolve("jdks").resolve(name), version);
    }

    Path jdkAt(Path jdk, String version) throws IOException {
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(jdk.resolve("bin/javac"), "exit 1");
        script(jdk.resolve("bin/java"), "echo \"" + jdk + " $*\"");
        return jdk;
    }

    /** Creates a JDK that runs this script as the demo; {@code $data} is the demo's data folder. */
    void demoJdk(String demo) throws IOException {
        script(jdk("right", "25").resolve("bin/java"), """
                while [ $# -gt 0 ]; do
                    [ "$1" != --data ] || data=$2
                    shift
                done
                """ + demo);
    }

    long builds() throws IOException {
        try (var lines = Files.lines(folder.resolve("mvn.log"))) {
            return lines.count();
        }
    }

    Outcome run(String... arguments) throws Exception {
        return run(List.of(), arguments);
    }

    Outcome run(List<String> variables, String... arguments) throws Exception {
        var out = folder.resolve("out");
        var err = folder.resolve("err");
        var command = Stream.concat(Stream.of("sh", home.resolve("guildhall").toString()), Stream.of(arguments)).toList();
        var builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("JDK_FOLDERS", folder.resolve("jdks").toString());
        for (var variable : variables) {
            builder.environment().put(variable.substring(0, variable.indexOf('=')), variable.substring(variable.indexOf('=') + 1));
        }
        var process = builder.start();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> "still runs: " + String.join(" ", arguments));
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    static void script(Path file, String text) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        assertTrue(file.toFile().setExecutable(true));
    }

    private static Path where(String program) {
        return Stream.of("/usr/bin", "/bin").map(Path::of).map(bin -> bin.resolve(program)).filter(Files::exists).findFirst()
                .orElseThrow(() -> new AssertionError("no " + program));
    }
}
