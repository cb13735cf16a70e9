package org.guildhall.smoke.bench;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.guildhall.core.data.Db;
import org.guildhall.migrations.Embedded;
import org.guildhall.migrations.Roles;

/**
 * Measures on this machine what a request costs through the whole pipeline, against handlers in the same server without it. One command
 * starts its own database (durable, with fsync) and server, and removes both afterwards.
 */
public final class Bench {

    private static final Path POSTGRES = Path.of("postgres");
    private static final int PAGES = 1_000;
    private static final int TRIPS_WARM_UP = 30;
    private static final int TRIPS_REQUESTS = 101;
    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final String NEW_PRODUCT = """
            {"name": "Kettlebell course", "description": "Six evenings in small groups", "product_type": "one_time", "metadata": {"audience": "members"}}""";

    private final Options options;
    private final Path home;
    private final Report report;

    private Bench(Options options, Path home) {
        this.options = options;
        this.home = home;
        this.report = new Report(options);
    }

    public static void main(String[] arguments) throws Exception {
        // Before the first use of either: loopback needs no native transport, and only failures are logged.
        System.setProperty("io.hyperfoil.netty.transport", "nio");
        System.setProperty("io.netty.noUnsafe", "true");
        System.setProperty("io.netty.transport.noNative", "true");
        System.setProperty("logback.configurationFile", "org/guildhall/smoke/bench/logback.xml");
        Options options;
        try {
            options = Options.parse(List.of(arguments));
        } catch (IllegalArgumentException misused) {
            System.err.println(misused.getMessage() + "\n" + Options.USAGE);
            System.exit(2);
            return;
        }
        try {
            new Bench(options, home()).run();
        } catch (IllegalStateException failed) {
            System.err.println("bench: " + failed.getMessage());
            System.exit(1);
        }
        // The load generator's event loops may keep running for a while.
        System.exit(0);
    }

    /** The distribution's folder, found from the location of this class. */
    private static Path home() throws URISyntaxException {
        var start = Path.of(Bench.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        for (var folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("server").resolve("jvm.options"))) {
                return folder;
            }
        }
        throw new IllegalStateException("server/jvm.options is not above " + start);
    }

    private void run() throws Exception {
        var state = Files.createDirectories(home.resolve(".guildhall"));
        var scratch = Files.createTempDirectory(state, "bench-");
        try (var postgres = Embedded.persistent(scratch.resolve(POSTGRES), 0)) {
            postgres.prepare(BenchData.DATABASE);
            try (var connection = postgres.superuser(BenchData.DATABASE)) {
                report.say("Filling the database: " + BenchData.PRODUCTS + " products …");
                var data = new BenchData(connection);
                data.fill();
                measure(postgres, data, scratch);
            }
        } finally {
            deleteAll(scratch);
        }
        report.print();
        report.write();
    }

    private void measure(Embedded postgres, BenchData data, Path scratch) throws SQLException, IOException, InterruptedException {
        var reader = data.token(BenchData.LIBRARY);
        var writer = data.token(BenchData.WORKSHOP);
        var ids = data.ids().stream().map(BenchData::productId).toArray(String[]::new);
        String deep;
        try (var trips = new RoundTrips(postgres.port());
                var server = ServerProcess.start(home, scratch, settings(trips.port()))) {
            report.say("Counting round trips …");
            deep = PRODUCTS + "?cursor=" + cursorOfPage(PAGES, server.port(), reader);
            var requests = requests(reader, writer, ids, deep);
            for (var path : options.paths()) {
                report.trips(path, trips(trips, server.port(), requests.get(path)));
            }
        }
        try (var server = ServerProcess.start(home, scratch, settings(postgres.port()))) {
            var load = new Load(server.port());
            var requests = requests(reader, writer, ids, deep);
            // In two halves: the compiler finishes the code of the first half while another path runs.
            for (int half = 1; half <= 2; half++) {
                for (var path : options.paths()) {
                    report.say("Warming up, half " + half + " of 2: " + path.key() + ", " + path.what() + " …");
                    load.run(requests.get(path), Options.CONNECTIONS_OF_BARS, options.warmUpSeconds() / 2.0);
                }
            }
            for (int connections : options.connections()) {
                rounds(load, requests, server, connections);
            }
        }
    }

    /** Runs all paths in turn, forwards and backwards, so that other load affects all of them and none always follows the same one. */
    private void rounds(Load load, Map<Measured, Load.Requests> requests, ServerProcess server, int connections) {
        for (int round = 1; round <= options.rounds(connections); round++) {
            report.say(connections + (connections == 1 ? " connection" : " connections") + ", round " + round + " of " + options.rounds(connections) + " …");
            for (var path : round % 2 == 1 ? options.paths() : options.paths().reversed()) {
                report.round(path, connections, load.run(requests.get(path), connections, options.seconds(connections)));
                if (connections == Options.CONNECTIONS_OF_MEMORY) {
                    report.resident(server.residentMebibytes());
                }
            }
        }
    }

    private static Map<String, String> settings(int databasePort) {
        return Map.of(
                "GUILDHALL_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + databasePort + "/" + BenchData.DATABASE,
                "GUILDHALL_DATABASE_USER", Roles.APP,
                "GUILDHALL_KEYS", BenchData.KEYS);
    }

    private static Map<Measured, Load.Requests> requests(String reader, String writer, String[] ids, String deep) {
        var turn = new AtomicLong();
        var keys = new AtomicLong();
        var run = "bench-" + System.nanoTime() + "-";
        var reading = Map.of("Authorization", "Bearer " + reader);
        var requests = new EnumMap<Measured, Load.Requests>(Measured.class);
        requests.put(Measured.CONSTANT, new Load.Requests("GET", () -> "/baseline/constant", Map::of, null));
        requests.put(Measured.SELECT, new Load.Requests("GET", () -> "/baseline/products/" + ids[next(turn, ids)], Map::of, null));
        requests.put(Measured.READ, new Load.Requests("GET", () -> PRODUCTS + "/" + ids[next(turn, ids)], () -> reading, null));
        requests.put(Measured.INSERTS, new Load.Requests("POST", () -> "/baseline/products",
                () -> Map.of("Content-Type", "application/json", "Idempotency-Key", run + keys.incrementAndGet()), NEW_PRODUCT));
        requests.put(Measured.CREATE, new Load.Requests("POST", () -> PRODUCTS,
                () -> Map.of("Authorization", "Bearer " + writer, "Content-Type", "application/json", "Idempotency-Key", run + keys.incrementAndGet()),
                NEW_PRODUCT));
        requests.put(Measured.PAGE_1, new Load.Requests("GET", () -> PRODUCTS, () -> reading, null));
        requests.put(Measured.PAGE_1000, new Load.Requests("GET", () -> deep, () -> reading, null));
        return requests;
    }

    private static int next(AtomicLong turn, String[] ids) {
        return (int) (turn.getAndIncrement() % ids.length);
    }

    /** Reads page by page to this page, and returns its cursor. */
    private static String cursorOfPage(int page, int port, String token) throws IOException, InterruptedException {
        var cursor = "";
        try (var client = HttpClient.newHttpClient()) {
            for (int at = 1; at < page; at++) {
                var path = PRODUCTS + (cursor.isEmpty() ? "" : "?cursor=" + cursor);
                var request = HttpRequest.newBuilder(uri(port, path)).header("Authorization", "Bearer " + token).build();
                var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
                cursor = org.guildhall.core.json.Json.WIRE.readTree(answer.body()).at("/page/next_cursor").asText();
                if (answer.statusCode() != 200 || cursor.isEmpty()) {
                    throw new IllegalStateException("page " + at + " was answered with " + answer.statusCode() + " and leads nowhere");
                }
            }
        }
        return cursor;
    }

    /** The median of many single requests, so that the server's own background work hardly counts. */
    private static long trips(RoundTrips trips, int port, Load.Requests requests) throws IOException, InterruptedException {
        var counts = new long[TRIPS_REQUESTS];
        try (var client = HttpClient.newHttpClient()) {
            for (int at = -TRIPS_WARM_UP; at < TRIPS_REQUESTS; at++) {
                var body = requests.body() == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(requests.body());
                var request = HttpRequest.newBuilder(uri(port, requests.path().get())).method(requests.method(), body);
                requests.headers().get().forEach(request::header);
                long before = trips.count();
                var status = client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
                if (status >= 300) {
                    throw new IllegalStateException(requests.method() + " " + requests.path().get() + " was answered with " + status);
                }
                if (at >= 0) {
                    counts[at] = trips.count() - before;
                }
            }
        }
        java.util.Arrays.sort(counts);
        return counts[TRIPS_REQUESTS / 2];
    }

    private static URI uri(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
