package org.guildhall.smoke.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The server in a separate JVM, started with the options of {@code serve}, so that its memory can be measured. */
final class ServerProcess implements AutoCloseable {

    private static final Duration READY_WAIT_MAX = Duration.ofMinutes(2);

    private final Process process;
    private final int port;
    private final Path log;

    private ServerProcess(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /**
     * Starts a server and waits until it is ready.
     *
     * @param home the distribution's folder, which has the server's JVM options
     * @param settings the server's settings by the names of their environment variables
     */
    static ServerProcess start(Path home, Path scratch, Map<String, String> settings) throws IOException, InterruptedException {
        int port = freePort();
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + home.resolve("server").resolve("jvm.options"));
        var more = System.getenv().getOrDefault("GUILDHALL_JAVA_OPTS", "").strip();
        if (!more.isEmpty()) {
            command.addAll(List.of(more.split("\\s+")));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchServer.class.getName()));
        var log = Files.createTempFile(scratch, "server-", ".log");
        // The access log is written as by default, but discarded: on the same disk it would slow the database.
        var builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GUILDHALL_"));
        builder.environment().putAll(settings);
        builder.environment().put("GUILDHALL_HOST", "127.0.0.1");
        builder.environment().put("GUILDHALL_PORT", Integer.toString(port));
        var server = new ServerProcess(builder.start(), port, log);
        try {
            server.awaitReady();
        } catch (IOException | InterruptedException | RuntimeException failed) {
            server.close();
            throw failed;
        }
        return server;
    }

    private void awaitReady() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/health/ready")).timeout(Duration.ofSeconds(5)).build();
        long deadline = System.nanoTime() + READY_WAIT_MAX.toNanos();
        try (var client = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline) {
                if (!process.isAlive()) {
                    break;
                }
                try {
                    if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                        return;
                    }
                } catch (IOException notYet) {
                    // The server doesn't listen yet. The next round tries again, until the deadline.
                }
                Thread.sleep(100);
            }
        }
        throw new IllegalStateException("the server did not get ready:\n" + Files.readString(log));
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** The process's resident memory in MiB. */
    long residentMebibytes() {
        try {
            var ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
            var kibibytes = new String(ps.getInputStream().readAllBytes()).strip();
            return Long.parseLong(kibibytes) / 1024;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException ended) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
