package org.guildhall.smoke.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.guildhall.smoke.bench.Load.Round;
import org.jspecify.annotations.Nullable;

/** The results at one size: medians with minimum and maximum, and ratios of rounds that ran side by side, as a table and as JSON. */
final class Report {

    /**
     * A median with its spread.
     *
     * @param least the minimum
     * @param most the maximum
     */
    record Spread(double median, double least, double most) {

        static @Nullable Spread of(double[] figures) {
            if (figures.length == 0) {
                return null;
            }
            var sorted = figures.clone();
            Arrays.sort(sorted);
            int middle = sorted.length / 2;
            double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
            return new Spread(median, sorted[0], sorted[sorted.length - 1]);
        }
    }

    /** The round trips and statements of one request. */
    record Trips(long roundTrips, long statements) {}

    /** The processor time of one request, in microseconds. */
    record Processor(double serverMicros, double postgresMicros) {

        double sum() {
            return serverMicros + postgresMicros;
        }
    }

    private record Measurement(Round round, ProcessorTime.@Nullable Used used) {}

    private final Options options;
    private final Map<Integer, Map<Measured, List<Measurement>>> rounds = new TreeMap<>();
    private final Map<Measured, Trips> trips = new EnumMap<>(Measured.class);
    private long residentMebibytes;

    Report(Options options) {
        this.options = options;
    }

    void trips(Measured path, Trips perRequest) {
        trips.put(path, perRequest);
    }

    /** @param used the processor time of the round; null if it isn't known */
    void round(Measured path, int connections, Round round, ProcessorTime.@Nullable Used used) {
        rounds.computeIfAbsent(connections, any -> new EnumMap<>(Measured.class)).computeIfAbsent(path, any -> new ArrayList<>())
                .add(new Measurement(round, used));
    }

    /** Resident memory, of which the maximum counts. */
    void resident(long mebibytes) {
        residentMebibytes = Math.max(residentMebibytes, mebibytes);
    }

    private List<Measurement> measured(Measured path, int connections) {
        return rounds.getOrDefault(connections, Map.of()).getOrDefault(path, List.of());
    }

    private @Nullable Spread spread(Measured path, int connections, ToDoubleFunction<Round> figure) {
        return Spread.of(measured(path, connections).stream().map(Measurement::round).mapToDouble(figure).toArray());
    }

    /** The ratio of the first path's rate to the second one's, round by round, at the number of connections of the targets. */
    @Nullable Spread ratio(Ratio of) {
        var ones = measured(of.one(), options.connectionsOfBars());
        var others = measured(of.other(), options.connectionsOfBars());
        var ratios = new double[Math.min(ones.size(), others.size())];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = ones.get(round).round.perSecond() / others.get(round).round.perSecond();
        }
        return Spread.of(ratios);
    }

    /** The processor time per request over all rounds; null if it isn't known. */
    @Nullable Processor processor(Measured path, int connections) {
        long server = 0;
        long postgres = 0;
        long count = 0;
        for (var one : measured(path, connections)) {
            if (one.used == null) {
                return null;
            }
            server += one.used.serverMicros();
            postgres += one.used.postgresMicros();
            count += one.round.count();
        }
        return count == 0 ? null : new Processor((double) server / count, (double) postgres / count);
    }

    String text() {
        var out = new StringBuilder();
        out.append("Medians of the rounds, and (least – most)\n");
        rounds.forEach((connections, paths) -> {
            out.append("\n%d connection%s%n".formatted(connections, connections == 1 ? "" : "s"));
            paths.keySet().forEach(path -> {
                var rate = spread(path, connections, Round::perSecond);
                var half = spread(path, connections, Round::p50Micros);
                var most = spread(path, connections, Round::p99Micros);
                out.append(String.format(Locale.ROOT, "  %-18s%-70s %7.0f/s (%.0f – %.0f)  p50 %.2f ms  p99 %.2f ms%n", path.key(), path.what(),
                        rate.median, rate.least, rate.most, half.median / 1000, most.median / 1000));
            });
        });
        costs(out);
        out.append('\n');
        for (var ratio : Ratio.ALL) {
            var spread = ratio(ratio);
            if (spread != null) {
                out.append(String.format(Locale.ROOT, "%-18s %-32s %.2f (%.2f – %.2f) with %d connections%s%n", ratio.name(), ratio.formula(),
                        spread.median, spread.least, spread.most, options.connectionsOfBars(), ratio.bar() == null ? "" : "; " + ratio.bar()));
            }
        }
        if (residentMebibytes > 0) {
            out.append("memory  resident with %d connections %d MiB; at most 400%n".formatted(Options.CONNECTIONS_OF_MEMORY, residentMebibytes));
        }
        return out.toString();
    }

    private void costs(StringBuilder out) {
        out.append("\nEach request: round trips, statements, and the processor time of the server and of PostgreSQL with %d connections%n"
                .formatted(options.connectionsOfBars()));
        trips.forEach((path, count) -> {
            var processor = processor(path, options.connectionsOfBars());
            out.append(String.format(Locale.ROOT, "  %-18s %4d %4d   %s%n", path.key(), count.roundTrips, count.statements,
                    processor == null ? "isn't known on this system"
                            : String.format(Locale.ROOT, "server %6.0f µs  PostgreSQL %6.0f µs", processor.serverMicros, processor.postgresMicros)));
        });
    }

    /** Writes the results; {@code more} is added to them. */
    void write(Map<String, Object> more) throws IOException {
        if (options.json() == null) {
            return;
        }
        var ratios = new LinkedHashMap<String, Object>();
        for (var ratio : Ratio.ALL) {
            var spread = ratio(ratio);
            ratios.put(ratio.name(), spread == null ? null : rounded(spread.median, 1000));
        }
        var perRequest = new LinkedHashMap<String, Object>();
        perRequest.put("read", trips.containsKey(Measured.READ) ? trips.get(Measured.READ).roundTrips : null);
        perRequest.put("create", trips.containsKey(Measured.CREATE) ? trips.get(Measured.CREATE).roundTrips : null);
        var all = new LinkedHashMap<String, Object>();
        all.put("ratios", ratios);
        all.put("round_trips", perRequest);
        all.put("requests", requests());
        all.put("rss_mib", residentMebibytes);
        all.put("rows", rows());
        all.putAll(more);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(options.json().toFile(), all);
    }

    /** Prints the round trips, statements and processor time of each path. */
    private Map<String, Object> requests() {
        var requests = new LinkedHashMap<String, Object>();
        trips.forEach((path, count) -> {
            var processor = processor(path, options.connectionsOfBars());
            var request = new LinkedHashMap<String, Object>();
            request.put("round_trips", count.roundTrips);
            request.put("statements", count.statements);
            request.put("server_micros", processor == null ? null : rounded(processor.serverMicros, 10));
            request.put("postgres_micros", processor == null ? null : rounded(processor.postgresMicros, 10));
            requests.put(path.key(), request);
        });
        return requests;
    }

    private List<Map<String, Object>> rows() {
        var rows = new ArrayList<Map<String, Object>>();
        rounds.forEach((connections, paths) -> paths.forEach((path, figures) -> {
            var row = new LinkedHashMap<String, Object>();
            row.put("path", path.key());
            row.put("what", path.what());
            row.put("connections", connections);
            row.put("rounds", figures.size());
            row.put("per_second", json(spread(path, connections, Round::perSecond)));
            row.put("mean_micros", json(spread(path, connections, Round::meanMicros)));
            row.put("p50_micros", json(spread(path, connections, Round::p50Micros)));
            row.put("p99_micros", json(spread(path, connections, Round::p99Micros)));
            rows.add(row);
        }));
        for (var ratio : Ratio.ALL) {
            var spread = ratio(ratio);
            if (spread != null) {
                var row = new LinkedHashMap<String, Object>();
                row.put("ratio", ratio.name());
                row.put("connections", options.connectionsOfBars());
                row.put("median", rounded(spread.median, 1000));
                row.put("min", rounded(spread.least, 1000));
                row.put("max", rounded(spread.most, 1000));
                rows.add(row);
            }
        }
        return rows;
    }

    private static Map<String, Object> json(Spread spread) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("median", rounded(spread.median, 10));
        figures.put("min", rounded(spread.least, 10));
        figures.put("max", rounded(spread.most, 10));
        return figures;
    }

    static double rounded(double figure, int parts) {
        return Math.round(figure * parts) / (double) parts;
    }
}
