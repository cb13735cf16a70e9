package org.guildhall.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** All orders of some things, for tests that send them in each. */
public final class Permutations {

    private Permutations() {}

    /** All orders of the numbers from 0 to below {@code size}. */
    public static List<List<Integer>> of(int size) {
        if (size == 0) {
            return List.of(List.of());
        }
        return of(size - 1).stream().flatMap(order -> IntStream.range(0, size).mapToObj(at -> {
            var longer = new ArrayList<>(order);
            longer.add(at, size - 1);
            return List.copyOf(longer);
        })).toList();
    }
}
