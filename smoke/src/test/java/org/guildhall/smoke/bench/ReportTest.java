package org.guildhall.smoke.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures that the benchmark computes from its rounds. */
class ReportTest {

    private final Options options = Options.parse(List.of("--paths", "grant,grant-bare"));
    private final Report report = new Report(options);

    private static void round(Report report, Measured path, long count, long serverMicros, long postgresMicros) {
        report.round(path, 16, new Load.Round(count, count, 1, 1, 1), new ProcessorTime.Used(serverMicros, postgresMicros));
    }

    private static Ratio ratio(String name) {
        return Ratio.ALL.stream().filter(ratio -> ratio.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void ratio_isTheMedianOfTheRounds() {
        for (int rate : new int[] {50, 80, 90}) {
            round(report, Measured.GRANT, rate, 1, 1);
            round(report, Measured.GRANT_BARE, 100, 1, 1);
        }
        assertEquals(new Report.Spread(0.8, 0.5, 0.9), report.ratio(ratio("grant")));
        assertNull(report.ratio(ratio("transition")));
    }

    @Test
    void processorTime_isThatOfAllRoundsPerRequest() {
        round(report, Measured.GRANT, 10, 4_000, 1_000);
        round(report, Measured.GRANT, 30, 8_000, 3_000);
        assertEquals(new Report.Processor(300, 100), report.processor(Measured.GRANT, 16));
    }

    @Test
    void processorTime_notKnown_isSaid() {
        report.trips(Measured.GRANT, new Report.Trips(3, 15));
        report.round(Measured.GRANT, 16, new Load.Round(1, 1, 1, 1, 1), null);
        assertNull(report.processor(Measured.GRANT, 16));
        assertTrue(report.text().lines().anyMatch(line -> line.matches("  grant +3 +15 +isn't known on this system")), report.text());
    }

    @Test
    void growth_isTheRatioOfProcessorTimes() {
        var large = new Report(options);
        round(report, Measured.GRANT, 10, 500, 500);
        round(large, Measured.GRANT, 10, 800, 400);
        var growth = new Growth(options, report, large);
        assertTrue(growth.text().lines().anyMatch(line -> line.matches("  grant +1\\.20")), growth.text());
        assertTrue(growth.text().lines().anyMatch(line -> line.matches("  grant-bare +isn't known on this system")), growth.text());
    }

    @Test
    void json_hasRatiosAndCostsByName(@TempDir Path folder) throws Exception {
        var file = folder.resolve("bench.json");
        var written = new Report(Options.parse(List.of("--json", file.toString(), "--paths", "grant,grant-bare")));
        written.trips(Measured.GRANT, new Report.Trips(3, 15));
        round(written, Measured.GRANT, 10, 4_000, 1_000);
        round(written, Measured.GRANT_BARE, 20, 1, 1);
        written.write(java.util.Map.of("growth", 1));
        var json = new ObjectMapper().readTree(file.toFile());
        assertEquals(0.5, json.at("/ratios/grant").asDouble());
        assertEquals(15, json.at("/requests/grant/statements").asInt());
        assertEquals(400.0, json.at("/requests/grant/server_micros").asDouble());
        assertEquals(1, json.at("/growth").asInt());
    }
}
