package org.guildhall.providers.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import org.guildhall.providers.checks.CheckHealth.Limits;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The outcome of a check after each of its results. P pass, F fail, W warn, A aborted. */
class CheckHealthTest {

    @ParameterizedTest
    @CsvSource({
        "P F P F F F P P,     1, 3, 2, passing warning passing warning warning failing failing passing",
        "F F F,               1, 1, 1, failing failing failing",
        "F P,                 1, 1, 1, failing passing",
        "P F F F F,           2, 4, 1, passing passing warning warning failing",
        "F,                   2, 3, 1, unknown",
        "W P,                 1, 3, 2, warning passing",
        "P W W P,             1, 3, 2, passing warning warning passing",
        "F F W F,             1, 3, 2, warning warning warning failing",
        "F F F W P P,         1, 3, 2, warning warning failing failing failing passing",
        "F F F P F P P,       1, 3, 2, warning warning failing failing failing failing passing",
        "P A F A F F,         1, 3, 2, passing passing warning warning warning failing",
        "A P,                 1, 3, 2, unknown passing",
    })
    void outcome_followsTheResultsInARow(String results, int degrade, int block, int recover, String outcomes) {
        var limits = new Limits(degrade, block, recover);
        var found = new ArrayList<String>();
        var health = CheckHealth.UNKNOWN;
        for (var result : results.split(" ")) {
            health = health.after(switch (result) {
                case "P" -> "pass";
                case "F" -> "fail";
                case "W" -> "warn";
                default -> "aborted";
            }, limits);
            found.add(health.outcome());
        }
        assertEquals(outcomes, String.join(" ", found));
    }
}
