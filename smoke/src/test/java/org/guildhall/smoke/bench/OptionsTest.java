package org.guildhall.smoke.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The options of the benchmark. */
class OptionsTest {

    @Test
    void none_measuresEveryPathAtTheDefaultSize() {
        var options = Options.parse(List.of());
        assertEquals(List.of(Measured.values()), options.paths());
        assertEquals(List.of(1), options.scales());
        assertEquals(16, options.connectionsOfBars());
    }

    @Test
    void quick_hasTheOldPathsAndTheNewOnesWithABar() {
        var keys = Options.parse(List.of("--quick")).paths().stream().map(Measured::key).toList();
        assertTrue(keys.containsAll(List.of("a", "b", "c", "d", "e", "f1", "f1000", "grant", "transition", "person", "overview")), keys::toString);
        assertTrue(keys.containsAll(List.of("grant-bare", "transition-bare")), keys::toString);
        assertTrue(!keys.contains("usage") && !keys.contains("trial"), keys::toString);
    }

    /** The least time that the slices take, without filling the database and starting the servers. */
    @Test
    void quick_slicesTakeUnderFourMinutes() {
        var quick = Options.parse(List.of("--quick"));
        double seconds = quick.warmUpSeconds();
        for (int connections : quick.connections()) {
            seconds += quick.rounds(connections) * quick.seconds(connections);
        }
        assertTrue(seconds * quick.paths().size() < 240, seconds + " s for each path");
    }

    @Test
    void quick_hasFewerOrganizations_unlessAPageNeedsThem() {
        assertEquals(2_000, Options.parse(List.of("--quick")).organizations());
        assertEquals(10_000, Options.parse(List.of("--quick", "--paths", "grants1000")).organizations());
        assertEquals(2_000, Options.parse(List.of("--quick", "--paths", "grants1")).organizations());
        assertEquals(10_000, Options.parse(List.of()).organizations());
    }

    @Test
    void growth_measuresTwoSizesWithSixteenConnections() {
        var options = Options.parse(List.of("--growth", "--paths", "grant,check"));
        assertEquals(List.of(1, 10), options.scales());
        assertEquals(List.of(16), options.connections());
        assertEquals(List.of(Measured.GRANT, Measured.CHECK), options.paths());
    }

    @Test
    void deliveries_areAHundredThousand_orAsManyAsWanted() {
        assertEquals(100_000, Options.parse(List.of("--quick")).deliveries());
        var options = Options.parse(List.of("--deliveries", "1000000", "--rounds", "3", "--seconds", "2", "--warm-up", "4"));
        assertEquals("1000000 3 2.0 4.0", options.deliveries() + " " + options.rounds(16) + " " + options.seconds(16) + " " + options.warmUpSeconds());
    }

    @Test
    void otherConnections_areThoseOfTheRatios() {
        assertEquals(4, Options.parse(List.of("--connections", "4")).connectionsOfBars());
        assertEquals(16, Options.parse(List.of("--connections", "64,16")).connectionsOfBars());
    }

    @Test
    void misuse_isRefused() {
        for (var arguments : List.of("--paths nothing", "--paths", "--quick --growth", "--fast 1", "fast")) {
            assertThrows(IllegalArgumentException.class, () -> Options.parse(Arrays.asList(arguments.split(" "))), arguments);
        }
    }

    @Test
    void usage_namesEveryPath() {
        for (var path : Measured.values()) {
            assertTrue((" " + Options.USAGE.replaceAll("[,\\s]+", " ") + " ").contains(" " + path.key() + " "), path.key());
        }
    }

    @Test
    void baseline_ofEachRatio_isAnotherPath() {
        assertEquals(Ratio.ALL.size(), Ratio.ALL.stream().map(Ratio::name).distinct().count());
        for (var ratio : Ratio.ALL) {
            assertTrue(ratio.one() != ratio.other(), ratio.name());
        }
    }
}
