package org.guildhall.migrations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a killed JVM leaves behind: a PostgreSQL that runs on without it, or the number of one that is gone, which another
 * program may bear by now. Either keeps the next start from its data, and a blind stop would hit the wrong process.
 */
final class Orphans {
    private static final long STOP_SECONDS_MAX = 60;
    private static final String LOCK = "epg-lock";

    private Orphans() {}

    /** Stops a PostgreSQL that still runs on this data folder, or clears the number that a dead one left. */
    static void stop(Path data) {
        var file = data.resolve("postmaster.pid");
        try {
            if (!Files.exists(file)) {
                return;
            }
            refuseIfOwned(data);
            var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
            var process = ProcessHandle.of(pid).filter(handle -> isPostgres(handle, data));
            if (process.isPresent()) {
                interrupt(process.get());
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops what runs on this data folder, and deletes it. */
    static void erase(Path data) {
        try {
            if (Files.isDirectory(data)) {
                refuseIfOwned(data);
                stop(data);
                delete(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops and deletes all throwaway folders below this one whose JVM is gone. */
    static void sweep(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var children = Files.list(folder)) {
            for (var data : children.toList()) {
                if (Files.exists(data.resolve(LOCK)) && !owned(data)) {
                    erase(data);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refuseIfOwned(Path data) throws IOException {
        if (owned(data)) {
            throw new IllegalStateException("Another Guildhall runs on " + data + ". Stop it first, or choose another folder.");
        }
    }

    /** The library holds a lock on this file as long as its JVM lives. */
    private static boolean owned(Path data) throws IOException {
        var file = data.resolve(LOCK);
        if (!Files.exists(file)) {
            return false;
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE); var lock = channel.tryLock()) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    private static boolean isPostgres(ProcessHandle handle, Path data) {
        var info = handle.info();
        // Linux adds "(deleted)" when the program's file is gone, which a cleaner of temporary folders does.
        var named = info.command().map(command -> command.endsWith("/postgres") || command.endsWith("/postgres (deleted)")).orElse(false);
        // Where the system shows no arguments the name has to do.
        return named && info.arguments().map(arguments -> servesFrom(List.of(arguments), data)).orElse(true);
    }

    private static boolean servesFrom(List<String> arguments, Path data) {
        var folder = arguments.indexOf("-D") + 1;
        try {
            return folder > 0 && folder < arguments.size() && Files.isSameFile(Path.of(arguments.get(folder)), data);
        } catch (IOException e) {
            return false;
        }
    }

    /** SIGINT is PostgreSQL's fast shutdown: SIGTERM, which Java would send, waits for the clients. */
    private static void interrupt(ProcessHandle process) throws IOException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).inheritIO().start();
        try {
            process.onExit().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while an orphaned PostgreSQL was stopping.", e);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("An orphaned PostgreSQL, process " + process.pid() + ", doesn't stop. Stop it by hand.", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
