package org.guildhall.smoke.bench;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.guildhall.migrations.Embedded;
import org.guildhall.migrations.Roles;
import org.jspecify.annotations.Nullable;

/**
 * Measures on this machine what a request costs through the whole pipeline, against handlers in the same server without it. One command
 * starts its own database (durable, with fsync) and server, and removes both afterwards.
 */
public final class Bench {

    private static final Path POSTGRES = Path.of("postgres");
    private static final int TRIPS_WARM_UP = 30;
    private static final int TRIPS_REQUESTS = 101;

    private final Options options;
    private final Path home;

    private Bench(Options options, Path home) {
        this.options = options;
        this.home = home;
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
        var reports = new ArrayList<Report>();
        boolean growth = options.mode() == Options.Mode.GROWTH;
        for (int scale : options.scales()) {
            var report = new Report(options);
            run(scale, report);
            if (growth) {
                System.out.println(scale == 1 ? "\nAt the default size" : "\nAt " + scale + " times the rows");
            }
            System.out.print(report.text());
            reports.add(report);
        }
        if (growth) {
            var compared = new Growth(options, reports.getFirst(), reports.getLast());
            System.out.print(compared.text());
            reports.getFirst().write(compared.json());
        } else {
            reports.getFirst().write(Map.of());
        }
    }

    private void run(int scale, Report report) throws Exception {
        var state = Files.createDirectories(home.resolve(".guildhall"));
        var scratch = Files.createTempDirectory(state, "bench-");
        try (var postgres = Embedded.persistent(scratch.resolve(POSTGRES), 0)) {
            postgres.prepare(BenchData.DATABASE);
            try (var connection = postgres.superuser(BenchData.DATABASE)) {
                var data = new BenchData(connection, scale);
                say("Filling the database: " + BenchData.PRODUCTS * scale + " products …");
                data.fill();
                var jobs = count(postgres, data, scratch, options.organizations() * scale, options.deliveries() * scale, report);
                measure(postgres, jobs, scratch, report);
            }
        } finally {
            deleteAll(scratch);
        }
    }

    /** Creates the organizations through a first server, and counts round trips and statements there. */
    private Jobs count(Embedded postgres, BenchData data, Path scratch, int organizations, int deliveries, Report report)
            throws SQLException, IOException, InterruptedException {
        var tokens = new Jobs.Tokens(data.token(BenchData.LIBRARY), data.token(BenchData.WORKSHOP), data.token(BenchData.CLUB));
        try (var trips = new RoundTrips(postgres.port());
                var server = ServerProcess.start(home, scratch, settings(trips.port()));
                var api = new Api(server.port())) {
            var sample = SampleOrganization.create(api, tokens.club());
            say("Filling the database: " + organizations + " organizations …");
            data.copyOrganizations(organizations);
            var jobs = new Jobs(tokens, sample, data.productIds(), data.organizations(), data.personalOrganizations());
            say("Counting round trips …");
            jobs.prepare(api, options.paths(), data.persons());
            if (options.paths().contains(Measured.WEBHOOK)) {
                say("Filling the database: " + deliveries + " deliveries of webhooks …");
                data.copyDeliveries(deliveries);
            }
            for (var path : options.paths()) {
                report.trips(path, trips(trips, api, jobs.of(path)));
            }
            return jobs;
        }
    }

    private void measure(Embedded postgres, Jobs jobs, Path scratch, Report report) throws IOException, InterruptedException {
        try (var server = ServerProcess.start(home, scratch, settings(postgres.port()))) {
            var load = new Load(server.port());
            var processors = ProcessorTime.of(server.pid(), scratch.resolve(POSTGRES).resolve("data"));
            // In two halves: the compiler finishes the code of the first half while another path runs.
            for (int half = 1; half <= 2; half++) {
                for (var path : options.paths()) {
                    say("Warming up, half " + half + " of 2: " + path.key() + ", " + path.what() + " …");
                    load.run(jobs.of(path), options.connectionsOfBars(), options.warmUpSeconds() / 2);
                }
            }
            for (int connections : options.connections()) {
                rounds(load, jobs, server, processors.orElse(null), connections, report);
            }
        }
    }

    /** Runs all paths in turn, forwards and backwards, so that other load affects all of them and none always follows the same one. */
    private void rounds(Load load, Jobs jobs, ServerProcess server, @Nullable ProcessorTime processors, int connections, Report report)
            throws IOException {
        for (int round = 1; round <= options.rounds(connections); round++) {
            say(connections + (connections == 1 ? " connection" : " connections") + ", round " + round + " of " + options.rounds(connections) + " …");
            for (var path : round % 2 == 1 ? options.paths() : options.paths().reversed()) {
                var before = processors == null ? null : processors.used();
                var measured = load.run(jobs.of(path), connections, options.seconds(connections));
                report.round(path, connections, measured, processors == null ? null : processors.used().since(before));
                if (connections == Options.CONNECTIONS_OF_MEMORY) {
                    report.resident(server.residentMebibytes());
                }
            }
        }
    }

    private static void say(String what) {
        System.err.println(what);
    }

    /** Callers wait for a connection for as long as it takes, since a refusal for want of one isn't work to measure. */
    private static Map<String, String> settings(int databasePort) {
        return Map.of(
                "GUILDHALL_DATABASE_POOL_WAIT_MILLIS", "30000",
                "GUILDHALL_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + databasePort + "/" + BenchData.DATABASE,
                "GUILDHALL_DATABASE_USER", Roles.APP,
                "GUILDHALL_KEYS", BenchData.KEYS);
    }

    /** The medians of many single requests, so that the server's own background work hardly counts. */
    private static Report.Trips trips(RoundTrips trips, Api api, Load.Requests requests) throws IOException, InterruptedException {
        var counts = new long[TRIPS_REQUESTS];
        var statements = new long[TRIPS_REQUESTS];
        for (int at = -TRIPS_WARM_UP; at < TRIPS_REQUESTS; at++) {
            long tripsBefore = trips.count();
            long statementsBefore = trips.statements();
            api.send(requests.method(), requests.next().get());
            if (at >= 0) {
                counts[at] = trips.count() - tripsBefore;
                statements[at] = trips.statements() - statementsBefore;
            }
        }
        Arrays.sort(counts);
        Arrays.sort(statements);
        return new Report.Trips(counts[TRIPS_REQUESTS / 2], statements[TRIPS_REQUESTS / 2]);
    }

    private static void deleteAll(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
