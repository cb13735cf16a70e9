package org.guildhall.smoke.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command-line options.
 *
 * @param json the file for the results; null for none
 * @param mode the kind of run, which has the defaults of the other options
 * @param paths the paths to measure, in order
 * @param connections the numbers of connections, each with its own rounds
 * @param warmUpSeconds the warm-up of each path before the first round
 * @param rounds the rounds of every path with the targets' number of connections; quick runs have fewer rounds elsewhere
 * @param roundSeconds the seconds of each path in a round
 * @param deliveries the deliveries of webhooks of the default size
 */
record Options(
        @Nullable Path json, Mode mode, List<Measured> paths, List<Integer> connections, double warmUpSeconds, int rounds, int otherRounds,
        double roundSeconds, double otherRoundSeconds, int deliveries) {

    /** The kinds of runs. */
    enum Mode {
        FULL,
        /** Takes under five minutes. */
        QUICK,
        /** Measures at the default size and again at ten times the rows. */
        GROWTH
    }

    /** The number of connections that the targets apply to. */
    static final int CONNECTIONS_OF_BARS = 16;

    /** The number of connections when resident memory is measured. */
    static final int CONNECTIONS_OF_MEMORY = 64;

    /** The multiple of the default size in the second half of a run with {@code --growth}. */
    static final int GROWTH = 10;

    private static final int DELIVERIES = 100_000;
    private static final int ORGANIZATIONS = 10_000;
    private static final int ORGANIZATIONS_OF_QUICK = 2_000;

    static final String USAGE = """
            usage: guildhall bench [--quick | --growth] [--json FILE]
              --quick            under five minutes: fewer paths, shorter rounds, and fewer
              --growth           every path with 16 connections, at the default size and at ten times the rows
              --json FILE        writes the figures as JSON
              --paths a,b,c      only these of
                                 %s
              --connections 16   only these numbers of connections
              --deliveries N     the deliveries of webhooks before `webhook` is measured, 100000 by default
              --rounds N, --seconds S, --warm-up S""".formatted(wrapped(Measured.keys(", ")));

    private static final Options FULL = new Options(null, Mode.FULL, List.of(Measured.values()), List.of(16, 64, 1), 20, 9, 5, 5, 4, DELIVERIES);
    private static final Options QUICK = new Options(null, Mode.QUICK, Measured.QUICK, List.of(16, 64, 1), 5, 5, 1, 1, 1, DELIVERIES);
    private static final Options GROWING = new Options(null, Mode.GROWTH, List.of(Measured.values()), List.of(CONNECTIONS_OF_BARS), 10, 5, 5, 3, 3, DELIVERIES);
    private static final int USAGE_COLUMNS = 85;

    static Options parse(List<String> arguments) {
        boolean quick = arguments.contains("--quick");
        boolean growth = arguments.contains("--growth");
        if (quick && growth) {
            throw new IllegalArgumentException("--quick and --growth exclude each other");
        }
        var options = quick ? QUICK : growth ? GROWING : FULL;
        for (int at = 0; at < arguments.size(); at++) {
            var name = arguments.get(at);
            if (name.equals("--quick") || name.equals("--growth")) {
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
            case "--json" -> new Options(Path.of(value), mode, paths, connections, warmUpSeconds, rounds, otherRounds, roundSeconds, otherRoundSeconds, deliveries);
            case "--paths" -> new Options(json, mode, list(value).stream().map(Measured::of).toList(), connections, warmUpSeconds, rounds, otherRounds,
                    roundSeconds, otherRoundSeconds, deliveries);
            case "--connections" -> new Options(json, mode, paths, list(value).stream().map(Integer::valueOf).toList(), warmUpSeconds, rounds,
                    otherRounds, roundSeconds, otherRoundSeconds, deliveries);
            case "--rounds" -> new Options(json, mode, paths, connections, warmUpSeconds, Integer.parseInt(value), Integer.parseInt(value),
                    roundSeconds, otherRoundSeconds, deliveries);
            case "--seconds" -> new Options(json, mode, paths, connections, warmUpSeconds, rounds, otherRounds, Double.parseDouble(value),
                    Double.parseDouble(value), deliveries);
            case "--warm-up" -> new Options(json, mode, paths, connections, Double.parseDouble(value), rounds, otherRounds, roundSeconds,
                    otherRoundSeconds, deliveries);
            case "--deliveries" -> new Options(json, mode, paths, connections, warmUpSeconds, rounds, otherRounds, roundSeconds, otherRoundSeconds,
                    Integer.parseInt(value));
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }

    private static List<String> list(String text) {
        return Arrays.asList(text.split("\\s*,\\s*"));
    }

    private static String wrapped(String words) {
        var lines = new StringBuilder();
        int column = 0;
        for (var word : words.split(" ")) {
            if (column > 0 && column + word.length() > USAGE_COLUMNS) {
                lines.append('\n').append(" ".repeat(21));
                column = 0;
            }
            lines.append(column == 0 ? "" : " ").append(word);
            column += word.length() + 1;
        }
        return lines.toString();
    }

    /** The number of connections of the ratios: that of the targets, or the first one if it isn't measured. */
    int connectionsOfBars() {
        return connections.contains(CONNECTIONS_OF_BARS) ? CONNECTIONS_OF_BARS : connections.getFirst();
    }

    /** The multiples of the default size to measure at. */
    List<Integer> scales() {
        return mode == Mode.GROWTH ? List.of(1, GROWTH) : List.of(1);
    }

    /** The organizations of the default size. A quick run has fewer, unless the list of their grants needs a page 1,000. */
    int organizations() {
        return mode == Mode.QUICK && !paths.contains(Measured.GRANTS_1000) ? ORGANIZATIONS_OF_QUICK : ORGANIZATIONS;
    }

    int rounds(int atConnections) {
        return atConnections == CONNECTIONS_OF_BARS ? rounds : otherRounds;
    }

    double seconds(int atConnections) {
        return atConnections == CONNECTIONS_OF_BARS ? roundSeconds : otherRoundSeconds;
    }
}
