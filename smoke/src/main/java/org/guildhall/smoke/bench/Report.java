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

/** The results: medians with minimum and maximum, and ratios of rounds that ran side by side, as a table and as JSON. */
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

    private final Options options;
    private final Map<Integer, Map<Measured, List<Round>>> rounds = new TreeMap<>();
    private final Map<Measured, Long> trips = new EnumMap<>(Measured.class);
    private long residentMebibytes;

    Report(Options options) {
        this.options = options;
    }

    void say(String what) {
        System.err.println(what);
    }

    void trips(Measured path, long perRequest) {
        trips.put(path, perRequest);
    }

    void round(Measured path, int connections, Round round) {
        rounds.computeIfAbsent(connections, any -> new EnumMap<>(Measured.class)).computeIfAbsent(path, any -> new ArrayList<>()).add(round);
    }

    /** Keeps the maximum. */
    void resident(long mebibytes) {
        residentMebibytes = Math.max(residentMebibytes, mebibytes);
    }

    private @Nullable Spread spread(Measured path, int connections, ToDoubleFunction<Round> figure) {
        return Spread.of(rounds.getOrDefault(connections, Map.of()).getOrDefault(path, List.of()).stream().mapToDouble(figure).toArray());
    }

    /** The ratio of the first path's rate to the second one's, round by round, at the number of connections of the targets. */
    private @Nullable Spread ratio(Measured one, Measured other) {
        var at = rounds.getOrDefault(Options.CONNECTIONS_OF_BARS, Map.of());
        var ones = at.getOrDefault(one, List.of());
        var others = at.getOrDefault(other, List.of());
        var ratios = new double[Math.min(ones.size(), others.size())];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = ones.get(round).perSecond() / others.get(round).perSecond();
        }
        return Spread.of(ratios);
    }

    void print() {
        var out = new StringBuilder();
        out.append("Medians of the rounds, and (least – most)\n");
        rounds.forEach((connections, paths) -> {
            out.append("\n%d connection%s%n".formatted(connections, connections == 1 ? "" : "s"));
            paths.forEach((path, figures) -> {
                var rate = spread(path, connections, Round::perSecond);
                var half = spread(path, connections, Round::p50Micros);
                var most = spread(path, connections, Round::p99Micros);
                out.append(String.format(Locale.ROOT, "  %-6s%-70s %7.0f/s (%.0f – %.0f)  p50 %.2f ms  p99 %.2f ms%n", path.key(), path.what(),
                        rate.median, rate.least, rate.most, half.median / 1000, most.median / 1000));
            });
        });
        out.append("\nRound trips per request: ");
        trips.forEach((path, count) -> out.append(path.key()).append(' ').append(count).append("  "));
        out.append('\n');
        line(out, "read    c / b          ", ratio(Measured.READ, Measured.SELECT), "at least 0.7, aiming at 0.8");
        line(out, "create  e / d          ", ratio(Measured.CREATE, Measured.INSERTS), "at least 0.9, aiming at 1.2");
        line(out, "page    time f1000 / f1", ratio(Measured.PAGE_1, Measured.PAGE_1000), "at most 1.2");
        if (residentMebibytes > 0) {
            out.append("memory  resident with %d connections %d MiB; at most 400%n".formatted(Options.CONNECTIONS_OF_MEMORY, residentMebibytes));
        }
        System.out.print(out);
    }

    private static void line(StringBuilder out, String name, @Nullable Spread ratio, String bar) {
        if (ratio != null) {
            out.append(String.format(Locale.ROOT, "%s  %.2f (%.2f – %.2f) with %d connections; %s%n", name, ratio.median, ratio.least, ratio.most,
                    Options.CONNECTIONS_OF_BARS, bar));
        }
    }

    void write() throws IOException {
        if (options.json() == null) {
            return;
        }
        var ratios = new LinkedHashMap<String, Object>();
        put(ratios, "read", ratio(Measured.READ, Measured.SELECT));
        put(ratios, "create", ratio(Measured.CREATE, Measured.INSERTS));
        put(ratios, "page", ratio(Measured.PAGE_1, Measured.PAGE_1000));
        var perRequest = new LinkedHashMap<String, Object>();
        perRequest.put("read", trips.get(Measured.READ));
        perRequest.put("create", trips.get(Measured.CREATE));
        var all = new LinkedHashMap<String, Object>();
        all.put("ratios", ratios);
        all.put("round_trips", perRequest);
        all.put("rss_mib", residentMebibytes);
        all.put("rows", rows());
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(options.json().toFile(), all);
    }

    private static void put(Map<String, Object> ratios, String name, @Nullable Spread ratio) {
        ratios.put(name, ratio == null ? null : rounded(ratio.median, 1000));
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
        ratioRow(rows, "read", Measured.READ, Measured.SELECT);
        ratioRow(rows, "create", Measured.CREATE, Measured.INSERTS);
        ratioRow(rows, "page", Measured.PAGE_1, Measured.PAGE_1000);
        return rows;
    }

    private void ratioRow(List<Map<String, Object>> rows, String name, Measured one, Measured other) {
        var ratio = ratio(one, other);
        if (ratio != null) {
            var row = new LinkedHashMap<String, Object>();
            row.put("ratio", name);
            row.put("connections", Options.CONNECTIONS_OF_BARS);
            row.put("median", rounded(ratio.median, 1000));
            row.put("min", rounded(ratio.least, 1000));
            row.put("max", rounded(ratio.most, 1000));
            rows.add(row);
        }
    }

    private static Map<String, Object> json(Spread spread) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("median", rounded(spread.median, 10));
        figures.put("min", rounded(spread.least, 10));
        figures.put("max", rounded(spread.most, 10));
        return figures;
    }

    private static double rounded(double figure, int parts) {
        return Math.round(figure * parts) / (double) parts;
    }
}
