package org.guildhall;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's cache of loaded classes (JEP 483, 514), with which a server starts several times as fast. The option {@code -XX:AOTCache} names its
 * file. A server whose file is missing, or was made with another JDK or other jars, makes it while it serves: a process of low priority starts the same
 * server on a free port, reads a few pages of it and ends. The server that makes it gains nothing; the next start does.
 *
 * <p>The JVM compares the JDK, but not the jars (seen with 25.0.3): with a file of an older build it runs the older build's classes. So a second file
 * beside it says for which jars it was made, and a program that uses it begins with {@link #refuseStale}.
 */
public final class ClassCache {

    private static final Logger LOG = LoggerFactory.getLogger(ClassCache.class);

    private static final String SETTING = "GUILDHALL_CLASS_CACHE";
    private static final String CLASS_PATH = "-cp";
    private static final String NEW = ".new-";
    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final long TRAINING_SECONDS_MAX = 600;
    /** The training and the assembly take up to 650 MB beside the server, for about half a minute. With less memory that could cost the server its life. */
    private static final long MEMORY_BYTES_MIN = 2L << 30;
    private static final List<String> PAGES = List.of(
            "/api/v1/health", "/api/v1/health/ready", "/api/v1/openapi.json", "/api/v1/auth/status", "/api/v1/catalog/products");

    private final Path file;
    private final List<String> command;
    private final Map<String, String> settings;
    private volatile @Nullable Process training;
    private volatile boolean closed;

    /**
     * @param file of the cache
     * @param command starts the training, with its jars after {@code -cp}, and without the option that names the file it makes
     * @param settings for the training's environment, instead of those that begin with {@code GUILDHALL_}
     */
    ClassCache(Path file, List<String> command, Map<String, String> settings) {
        this.file = file.toAbsolutePath();
        this.command = List.copyOf(command);
        this.settings = Map.copyOf(settings);
    }

    /**
     * Returns if this JVM's classes are those of its jars. If they come from a cache of others, this process starts anew without it.
     *
     * @param main the program's class
     * @throws IllegalStateException if the system doesn't let it start anew
     */
    public static void refuseStale(Class<?> main, String[] arguments) {
        var file = option("AOTCache");
        if (file.isEmpty() || option("AOTMode").equals("off") || !Files.exists(Path.of(file))) {
            return;
        }
        var command = command("-XX:AOTMode=off");
        command.add(main.getName());
        command.addAll(List.of(arguments));
        if (!new ClassCache(Path.of(file), command, Map.of()).fits()) {
            Exec.replaceProcess(command);
            throw new IllegalStateException(file + " is the class cache of another build: delete it, and start again");
        }
    }

    /**
     * Makes the cache in the background if this JVM was started with a file for it that is missing or doesn't fit. It ends with this JVM.
     *
     * @param settings of the server
     */
    public static void makeInBackground(Map<String, String> settings) {
        var file = option("AOTCache");
        if (!file.isEmpty() && !"off".equals(settings.get(SETTING)) && memoryBytes() >= MEMORY_BYTES_MIN) {
            var command = command();
            command.addAll(List.of(Main.class.getName(), "class-cache"));
            if (Files.isExecutable(NICE)) {
                command.addAll(0, List.of(NICE.toString(), "-n", "19"));
            }
            var cache = new ClassCache(Path.of(file), command, settings);
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(cache::close));
            Thread.ofPlatform().daemon().name("class-cache").start(cache::make);
        }
    }

    /** The value of the JVM's option; empty if it isn't given. */
    private static String option(String name) {
        return String.valueOf(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).getVMOption(name).getValue());
    }

    /** The machine's memory, or the container's. */
    private static long memoryBytes() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** The command that started this JVM, up to its jars. @param more options, instead of those of the cache if there are none */
    private static List<String> command(String... more) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> more.length > 0 || !option.startsWith("-XX:AOT")).forEach(command::add);
        command.addAll(List.of(more));
        command.addAll(List.of(CLASS_PATH, System.getProperty("java.class.path")));
        return command;
    }

    /** True if the cache was made with this JDK and these jars. */
    boolean fits() {
        try {
            return fits(state());
        } catch (IOException unreadable) {
            LOG.warn("The class cache {} can't be compared with the jars: {}", file, unreadable.toString());
            return false;
        }
    }

    private boolean fits(String jars) throws IOException {
        var note = beside(".for");
        return Files.exists(file) && Files.exists(note) && Files.readString(note).equals(note(jars));
    }

    /** Makes the cache unless it fits, or another process is making it. */
    void make() {
        try {
            if (!entries().allMatch(Files::isRegularFile)) {
                // The JVM keeps no classes of folders.
                return;
            }
            var jars = state();
            if (fits(jars)) {
                return;
            }
            try (var channel = FileChannel.open(beside(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE); var lock = channel.tryLock()) {
                if (lock != null) {
                    replace(jars);
                }
            }
        } catch (IOException | OverlappingFileLockException failed) {
            LOG.info("No class cache is made: {}", failed.toString());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void replace(String jars) throws IOException, InterruptedException {
        var note = beside(".for");
        // By a name of its own: the training of a server that was killed may still run.
        var made = beside(NEW + ProcessHandle.current().pid());
        try {
            forget(NEW);
            if (train(made)) {
                // In this order: a file without its note is made again, one that doesn't fit its note never.
                Files.deleteIfExists(note);
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
                Files.writeString(note, note(jars));
                LOG.info("The next start uses the class cache {}", file);
            }
        } finally {
            forget(made.getFileName().toString().substring(file.getFileName().toString().length()));
        }
    }

    private String note(String jars) throws IOException {
        return jars + Files.size(file) + "\n";
    }

    private Path beside(String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    /** Deletes the files beside the cache whose ending begins so. */
    private void forget(String ending) throws IOException {
        try (var files = Files.newDirectoryStream(beside("").getParent(), path -> path.getFileName().toString().startsWith(file.getFileName() + ending))) {
            for (var left : files) {
                Files.deleteIfExists(left);
            }
        }
    }

    /** Runs the training. True if it has left a cache. */
    private boolean train(Path made) throws IOException, InterruptedException {
        var options = new ArrayList<>(command);
        options.add(options.lastIndexOf(CLASS_PATH), "-XX:AOTCacheOutput=" + made);
        var builder = new ProcessBuilder(options).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("GUILDHALL_"));
        builder.environment().putAll(settings);
        var process = builder.start();
        training = process;
        if (closed || !process.waitFor(TRAINING_SECONDS_MAX, TimeUnit.SECONDS)) {
            end(process);
            return false;
        }
        if (process.exitValue() != 0 && !closed) {
            LOG.info("No class cache is made: the process that makes it ended with {}", process.exitValue());
        }
        return process.exitValue() == 0 && Files.exists(made);
    }

    private Stream<Path> entries() {
        return Stream.of(command.get(command.lastIndexOf(CLASS_PATH) + 1).split(File.pathSeparator)).map(Path::of);
    }

    /** The JDK, and all jars with their sizes and times: another text needs another cache. */
    private String state() throws IOException {
        var jars = new TreeSet<Path>();
        for (var entry : entries().toList()) {
            var jar = entry.toAbsolutePath();
            jars.add(jar);
            try (var opened = new JarFile(jar.toFile())) {
                var manifest = opened.getManifest();
                var more = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
                Stream.of(more == null ? new String[0] : more.split(" ")).map(jar::resolveSibling).filter(Files::isRegularFile).forEach(jars::add);
            }
        }
        var text = new StringBuilder(System.getProperty("java.home") + " " + System.getProperty("java.vm.version") + "\n");
        for (var jar : jars) {
            text.append("%s %d %s%n".formatted(jar, Files.size(jar), Files.getLastModifiedTime(jar)));
        }
        return text.toString();
    }

    /** Ends a training that still runs. */
    void close() {
        closed = true;
        var process = training;
        if (process != null) {
            end(process);
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** The training: starts a server with these settings on a free port of this machine, without scheduled work, and reads a few of its pages. */
    static void train(Map<String, String> environment) throws InterruptedException {
        var settings = new HashMap<>(environment);
        settings.putAll(Map.of(
                "GUILDHALL_HOST", "127.0.0.1", "GUILDHALL_PORT", "0", "GUILDHALL_SCHEDULER", "off", "GUILDHALL_DATABASE_POOL", "2", "GUILDHALL_DATABASE_JOB_POOL", "3"));
        try (var app = App.start(Config.read(settings)); var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (var page : PAGES) {
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.port() + page)).timeout(Duration.ofMinutes(1)).build();
                http.send(request, BodyHandlers.discarding());
            }
        } catch (IOException failed) {
            throw new IllegalStateException("the training server didn't answer", failed);
        }
    }
}
