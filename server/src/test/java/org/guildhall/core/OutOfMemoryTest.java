package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server without memory never shows a tenant the rows of another one. With the shipped options its process ends. */
class OutOfMemoryTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final int PRODUCT_COUNT = 20;
    private static final int CALLERS_PER_TENANT = 6;
    private static final int ANSWERS_MIN = 20;
    private static final long HUNGER_NANOS = TimeUnit.SECONDS.toNanos(17);
    private static final long FIRST_ANSWERS_NANOS_MAX = TimeUnit.MINUTES.toNanos(2);

    private final TestServer server = TestServer.shared();

    private Process process(Path folder, String... options) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx80m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        var classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command.addAll(List.of("-cp", classPath, HungryServer.class.getName()));
        var builder = new ProcessBuilder(command).redirectError(folder.resolve("log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("GUILDHALL_"));
        builder.environment().put("GUILDHALL_DATABASE_URL", server.settings().database().url());
        builder.environment().put("GUILDHALL_KEYS", TestServer.KEYS);
        builder.environment().put("GUILDHALL_HOST", "127.0.0.1");
        builder.environment().put("GUILDHALL_PORT", "0");
        builder.environment().put("GUILDHALL_SCHEDULER", "off");
        return builder.start();
    }

    private static String address(Process process, Path folder) throws IOException {
        var line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII)).readLine();
        if (line == null) {
            throw new AssertionError(Files.readString(folder.resolve("log")));
        }
        return "http://127.0.0.1:" + line;
    }

    /** Lets the server run out of memory from now on. */
    private static void letEat(Process process) throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Names that contain the tenant's name. */
    private static void fill(Http http, TestServer.Tenant tenant) {
        for (int number = 0; number < PRODUCT_COUNT; number++) {
            http.post(PRODUCTS, "{\"name\": \"%s\", \"description\": \"%s\"}".formatted(tenant.id(), "x".repeat(400))).expect(201);
        }
    }

    @Test
    void outOfMemory_threeTenants_seeOnlyTheirRows(@TempDir Path folder) throws Exception {
        var tenants = IntStream.range(0, 3).mapToObj(number -> server.tenant()).toList();
        tenants.forEach(tenant -> fill(new Http(server, tenant.token()), tenant));
        var process = process(folder);
        var over = new AtomicBoolean();
        try {
            var base = address(process, folder);
            var answered = new AtomicInteger();
            var failed = new AtomicInteger();
            Queue<String> foreign = new ConcurrentLinkedQueue<>();
            var threads = new ArrayList<Thread>();
            for (var tenant : tenants) {
                for (int caller = 0; caller < CALLERS_PER_TENANT; caller++) {
                    var http = new Http(base, tenant.token());
                    threads.add(Thread.ofPlatform().daemon().start(() -> {
                        while (!over.get()) {
                            ask(http, tenant, answered, failed, foreign);
                        }
                    }));
                }
            }
            // However slow the machine is: the server is well first, and then it is hungry for a while.
            long end = System.nanoTime() + FIRST_ANSWERS_NANOS_MAX;
            while (answered.get() <= ANSWERS_MIN && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            assertTrue(answered.get() > ANSWERS_MIN, answered + " answered, " + failed + " failed");
            letEat(process);
            Thread.sleep(TimeUnit.NANOSECONDS.toMillis(HUNGER_NANOS));
            over.set(true);
            for (var thread : threads) {
                thread.join(TimeUnit.MINUTES.toMillis(2));
            }
            assertEquals(List.of(), List.copyOf(foreign));
            assertTrue(Files.readString(folder.resolve("log")).contains("OutOfMemoryError"), "the server didn't run out of memory");
        } finally {
            over.set(true);
            process.destroyForcibly().waitFor();
        }
    }

    private static void ask(Http http, TestServer.Tenant tenant, AtomicInteger answered, AtomicInteger failed, Queue<String> foreign) {
        try {
            var reply = http.get(PRODUCTS + "?fields=name,description");
            if (reply.status() != 200) {
                failed.incrementAndGet();
                return;
            }
            var names = reply.json().get("data").findValuesAsText("name");
            if (names.size() != PRODUCT_COUNT || names.stream().anyMatch(name -> !name.equals(tenant.id().toString()))) {
                foreign.add(tenant.id() + " got " + reply.text());
            }
            answered.incrementAndGet();
        } catch (RuntimeException | AssertionError cutOff) {
            failed.incrementAndGet();
        }
    }

    @Test
    void outOfMemory_shippedOptions_endTheProcess(@TempDir Path folder) throws Exception {
        var options = Files.readAllLines(Path.of("jvm.options")).stream().filter(line -> line.startsWith("-XX:+ExitOnOutOfMemoryError")).toList();
        assertEquals(1, options.size(), "jvm.options");
        var process = process(folder, options.toArray(String[]::new));
        try {
            address(process, folder);
            letEat(process);
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "the process didn't end");
            assertEquals(3, process.exitValue());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
