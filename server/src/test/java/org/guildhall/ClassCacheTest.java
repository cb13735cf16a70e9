package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.guildhall.core.Eventually;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A program's class cache is made once, made again when its jars change, and never half. The program here is a tiny one. */
class ClassCacheTest {

    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder;

    /** The program. With an argument it never ends. */
    static final class Tiny {
        public static void main(String[] arguments) throws InterruptedException {
            ClassCache.refuseStale(Tiny.class, arguments);
            if (System.getenv("GUILDHALL_TINY_FAILS") != null) {
                System.exit(1);
            }
            Thread.sleep(arguments.length == 0 ? 0 : 600_000);
        }
    }

    private Path file() {
        return folder.resolve("tiny.aot");
    }

    private Path jar() throws IOException {
        var jar = folder.resolve("tiny.jar");
        if (!Files.exists(jar)) {
            try (var written = new JarOutputStream(Files.newOutputStream(jar))) {
                for (var type : List.of(Tiny.class, ClassCache.class, Exec.class)) {
                    var name = type.getName().replace('.', '/') + ".class";
                    try (var code = Tiny.class.getClassLoader().getResourceAsStream(name)) {
                        written.putNextEntry(new JarEntry(name));
                        code.transferTo(written);
                    }
                }
            }
        }
        return jar;
    }

    /** The program with the one library that {@link ClassCache} needs. */
    private String classPath() throws IOException {
        var log = Path.of(LoggerFactory.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        return jar() + ":" + log;
    }

    private ClassCache cache(Map<String, String> settings, String... arguments) throws IOException {
        return new ClassCache(file(), Stream.concat(
                Stream.of(JAVA, "-XX:+UseSerialGC", "-cp", classPath(), Tiny.class.getName()), Stream.of(arguments)).toList(), settings);
    }

    /** True if a start with the file takes the program's class from it. */
    private boolean used() throws Exception {
        var process = new ProcessBuilder(JAVA, "-XX:+UseSerialGC", "-XX:AOTCache=" + file(), "-Xlog:class+load", "-cp", classPath(), Tiny.class.getName())
                .redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        // A process that starts anew, in the same place, says it twice.
        var loaded = said.lines().filter(line -> line.contains(Tiny.class.getName() + " source: ")).toList();
        assertFalse(loaded.isEmpty(), said);
        return loaded.getLast().contains("shared objects file");
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void cache_isMadeOnce_andAgainForAnotherJarOrAfterDamage() throws Exception {
        assertFalse(used());
        var servers = List.of(cache(Map.of()), cache(Map.of()), cache(Map.of()));
        Race.run(servers.size(), at -> {
            servers.get(at).make();
            return at;
        });
        assertTrue(used());
        assertEquals(List.of("tiny.aot", "tiny.aot.for", "tiny.aot.lock", "tiny.jar"), files());
        var made = Files.getLastModifiedTime(file());
        cache(Map.of()).make();
        assertEquals(made, Files.getLastModifiedTime(file()));

        Files.setLastModifiedTime(jar(), FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
        assertFalse(used(), "the JVM takes the older classes: the program must start anew without them");
        cache(Map.of()).make();
        assertTrue(used());

        Files.writeString(file(), "damaged");
        assertFalse(used());
        cache(Map.of()).make();
        assertTrue(used());
    }

    @Test
    void training_thatFailsOrIsClosed_leavesNothing() throws Exception {
        cache(Map.of("GUILDHALL_TINY_FAILS", "yes")).make();
        assertEquals(List.of("tiny.aot.lock", "tiny.jar"), files());

        var endless = cache(Map.of(), "endless");
        var making = CompletableFuture.runAsync(endless::make);
        Eventually.await("the training runs", Duration.ofSeconds(60), () -> ProcessHandle.current().children()
                .anyMatch(child -> child.info().commandLine().orElse("").contains("tiny.aot")));
        endless.close();
        making.join();
        assertEquals(List.of("tiny.aot.lock", "tiny.jar"), files());
    }

    @Test
    void unwritableFolder_orClassesInFolders_makeNoCache() throws Exception {
        new ClassCache(folder.resolve("missing/tiny.aot"), List.of(JAVA, "-cp", classPath(), Tiny.class.getName()), Map.of()).make();
        new ClassCache(file(), List.of(JAVA, "-cp", folder.toString(), Tiny.class.getName()), Map.of()).make();
        assertEquals(List.of("tiny.jar"), files());
    }

    @Test
    void training_startsAServer_andEndsIt() throws Exception {
        var settings = new HashMap<String, String>();
        settings.put("GUILDHALL_DATABASE_URL", TestServer.shared().settings().database().url());
        settings.put("GUILDHALL_KEYS", TestServer.KEYS);
        settings.put("GUILDHALL_CLASS_CACHE", "on");
        // A port that only another program could use: the training takes a free one.
        settings.put("GUILDHALL_PORT", "1");
        ClassCache.train(settings);
        settings.put("GUILDHALL_DATABASE_URL", "nowhere");
        assertThrows(RuntimeException.class, () -> ClassCache.train(settings));
    }
}
