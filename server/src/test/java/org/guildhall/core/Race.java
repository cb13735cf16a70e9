package org.guildhall.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;

/** Races with real threads that all begin at the same moment. */
public final class Race {

    private Race() {}

    /** Runs the work in a number of threads at once. Each gets its index, and the results are in the order of the indexes. */
    public static <T> List<T> run(int threads, IntFunction<T> each) throws Exception {
        var barrier = new CyclicBarrier(threads);
        var calls = new ArrayList<Callable<T>>();
        for (int number = 0; number < threads; number++) {
            int mine = number;
            calls.add(() -> {
                barrier.await();
                return each.apply(mine);
            });
        }
        // Threads of the system: a virtual one that waits for a class to be initialized holds its carrier, and with two cores the server
        // that the class starts would get none.
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var done = new ArrayList<T>();
            for (var one : executor.invokeAll(calls)) {
                done.add(one.get());
            }
            return done;
        }
    }
}
