package org.guildhall.smoke.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command-line options.
 *
 * @param json the file for the results; null for none
 * @param paths the paths to measure, in order
 * @param connections the numbers of connections, each with its own rounds
 * @param warmUpSeconds the warm-up of each path before the first round
 * @param rounds the rounds of every path with the targets' number of connections; quick runs have fewer rounds elsewhere
 * @param roundSeconds the seconds of each path in a round
 */
record Options(
        @Nullable Path json, List<Measured> paths, List<Integer> connections, int warmUpSeconds, int rounds, int otherRounds,
        double roundSeconds, double otherRoundSeconds) {

    /** The number of connections that the targets apply to. */
    static final int CONNECTIONS_OF_BARS = 16;

    /** The number of connections when resident memory is measured. */
    static final int CONNECTIONS_OF_MEMORY = 64;

    static final String USAGE = """
            usage: guildhall bench [--quick] [--json FILE]
              --quick            under five minutes: shorter rounds, and fewer
              --json FILE        writes the figures as JSON
              --paths a,b,c      only these of a, b, c, d, e, f1, f1000
              --connections 16   only these numbers of connections
              --rounds N, --seconds S, --warm-up S""";

    private static final Options FULL = new Options(null, List.of(Measured.values()), List.of(16, 64, 1), 20, 9, 5, 5, 4);
    private static final Options QUICK = new Options(null, List.of(Measured.values()), List.of(16, 64, 1), 20, 7, 2, 1, 1);

    static Options parse(List<String> arguments) {
        var options = arguments.contains("--quick") ? QUICK : FULL;
        for (int at = 0; at < arguments.size(); at++) {
            var name = arguments.get(at);
            if (name.equals("--quick")) {
                continue;
            }
            if (at + 1 == arguments.size()) {
                throw new IllegalArgumentException(name.startsWith("--") ? name + " needs a value" : "unknown: " + name);
            }
            options = options.with(name, arguments.get(++at));
        }
        return options;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--json" -> new Options(Path.of(value), paths, connections, warmUpSeconds, rounds, otherRounds, roundSeconds, otherRoundSeconds);
            case "--paths" -> new Options(json, list(value).stream().map(Measured::of).toList(), connections, warmUpSeconds, rounds, otherRounds,
                    roundSeconds, otherRoundSeconds);
            case "--connections" -> new Options(json, paths, list(value).stream().map(Integer::valueOf).toList(), warmUpSeconds, rounds,
                    otherRounds, roundSeconds, otherRoundSeconds);
            case "--rounds" -> new Options(json, paths, connections, warmUpSeconds, Integer.parseInt(value), Integer.parseInt(value),
                    roundSeconds, otherRoundSeconds);
            case "--seconds" -> new Options(json, paths, connections, warmUpSeconds, rounds, otherRounds, Double.parseDouble(value),
                    Double.parseDouble(value));
            case "--warm-up" -> new Options(json, paths, connections, Integer.parseInt(value), rounds, otherRounds, roundSeconds, otherRoundSeconds);
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static List<String> list(String text) {
        return new ArrayList<>(Arrays.asList(text.split("\\s*,\\s*")));
    }

    int rounds(int atConnections) {
        return atConnections == CONNECTIONS_OF_BARS ? rounds : otherRounds;
    }

    double seconds(int atConnections) {
        return atConnections == CONNECTIONS_OF_BARS ? roundSeconds : otherRoundSeconds;
    }
}
