package org.guildhall.smoke.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The processor time of the server's JVM and of PostgreSQL, from {@code /proc} of Linux in ticks of a hundredth of a second. Other systems have
 * no such files.
 */
final class ProcessorTime {

    /** The time of both so far, in microseconds. */
    record Used(long serverMicros, long postgresMicros) {

        Used since(Used earlier) {
            return new Used(serverMicros - earlier.serverMicros, postgresMicros - earlier.postgresMicros);
        }
    }

    private static final Path PROC = Path.of("/proc");
    private static final long TICK_MICROS = 10_000;
    // Fields of /proc/PID/stat, counted from the state, which follows the name in parentheses.
    private static final int PARENT = 1;
    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    private final long server;
    private final long postmaster;

    private ProcessorTime(long server, long postmaster) {
        this.server = server;
        this.postmaster = postmaster;
    }

    /**
     * @param server the process of the JVM
     * @param data the data folder of PostgreSQL, which has a file with the id of its first process
     * @return empty where the time isn't known
     */
    static Optional<ProcessorTime> of(long server, Path data) throws IOException {
        if (!Files.isReadable(PROC.resolve("self").resolve("stat"))) {
            return Optional.empty();
        }
        var postmaster = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip());
        return Optional.of(new ProcessorTime(server, postmaster));
    }

    Used used() throws IOException {
        var first = fields(postmaster);
        // The first process also has the time of those that have ended.
        long postgres = ticks(first, USER) + ticks(first, SYSTEM) + ticks(first, CHILDREN_USER) + ticks(first, CHILDREN_SYSTEM);
        try (var processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (var process : processes) {
                var fields = fields(Long.parseLong(process.getFileName().toString()));
                if (fields.length > 0 && ticks(fields, PARENT) == postmaster) {
                    postgres += ticks(fields, USER) + ticks(fields, SYSTEM);
                }
            }
        }
        var jvm = fields(server);
        return new Used((ticks(jvm, USER) + ticks(jvm, SYSTEM)) * TICK_MICROS, postgres * TICK_MICROS);
    }

    private static long ticks(String[] fields, int at) {
        return fields.length == 0 ? 0 : Long.parseLong(fields[at]);
    }

    /** The fields from the state on; none if the process has ended. */
    private static String[] fields(long process) throws IOException {
        try {
            var line = Files.readString(PROC.resolve(Long.toString(process)).resolve("stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ");
        } catch (NoSuchFileException ended) {
            return new String[0];
        } catch (IOException ended) {
            // The process ended between the file's opening and its reading.
            if (Files.exists(PROC.resolve(Long.toString(process)))) {
                throw ended;
            }
            return new String[0];
        }
    }
}
