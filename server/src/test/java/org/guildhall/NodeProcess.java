package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.guildhall.core.auth.ApiToken;

/** A node in a process of its own, on the database of a test server. It can be killed and stopped. */
public final class NodeProcess implements AutoCloseable {

    private static final String LISTENS = "Guildhall listens on port ";

    private final Process process;
    private final String url;

    private NodeProcess(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** Starts {@code serve} and waits until it listens. @param log the file of its log */
    public static NodeProcess start(TestServer server, Path log) {
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath,
                Main.class.getName(), "serve").redirectError(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GUILDHALL_"));
        builder.environment().putAll(Map.of(
                "GUILDHALL_DATABASE_URL", server.settings().database().url(), "GUILDHALL_KEYS", TestServer.KEYS, "GUILDHALL_HOST", "127.0.0.1",
                "GUILDHALL_PORT", "0", "GUILDHALL_ALLOWED_TARGETS", "127.0.0.1",
                "GUILDHALL_STRIPE_BASE_URL", server.settings().providerUrls().stripe()));
        try {
            var process = builder.start();
            var line = String.valueOf(new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine());
            assertTrue(line.startsWith(LISTENS), line);
            return new NodeProcess(process, "http://127.0.0.1:" + line.substring(LISTENS.length()));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The address of the node. */
    public String url() {
        return url;
    }

    /** Lets the node measure the database's clock again, as it does for each unknown token. */
    public void measureClock() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + "/api/v1/auth/status"))
                .header("Authorization", "Bearer " + ApiToken.issue(ApiToken.Mark.TEST).clear())
                .build();
        try (var http = HttpClient.newHttpClient()) {
            assertEquals(401, http.send(request, BodyHandlers.ofString()).statusCode());
        }
    }

    /** Sends a signal of POSIX, such as {@code STOP}. */
    public void signal(String name) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).inheritIO().start().waitFor());
    }

    /** Kills the process ({@code SIGKILL}) and waits for its end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
