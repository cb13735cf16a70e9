package org.guildhall.providers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import org.guildhall.TestServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Status and percentage of a signal by the age of its checks' results; the last result is of 12:00:00, and the cadence a minute. */
class StalenessTest {

    @ParameterizedTest
    @CsvSource({
        "operational, 95, 12:00:00,        operational, 95",
        "operational, 95, 12:02:00,        operational, 95",
        "operational, 95, 12:02:00.000001, degraded,    95",
        "operational, 95, 12:03:00,        degraded,    86",
        "operational, 95, 12:05:00,        degraded,    67",
        "operational, 95, 12:07:00,        degraded,    48",
        "operational, 95, 12:12:00,        degraded,    0",
        "operational, 95, 23:00:00,        degraded,    0",
        "degraded,    61, 12:02:00,        degraded,    61",
        "degraded,    61, 12:03:00,        degraded,    55",
        "degraded,    61, 12:05:00,        degraded,    43",
        "degraded,    61, 12:07:00,        degraded,    31",
        "degraded,    61, 12:12:00,        degraded,    0",
        "blocked,     18, 12:07:00,        blocked,     9",
        "blocked,     18, 12:12:00,        blocked,     0",
        "operational, 95, 11:59:00,        operational, 95",
    })
    void percentage_decaysWithTheAgeOfTheResult(String status, int base, String at, String shown, int percent) throws SQLException {
        var staleness = "providers.staleness(timestamptz '2026-11-21 12:00:00+00', 60, timestamptz '2026-11-21 " + at + "+00')";
        var tenant = TestServer.shared().tenant();
        assertEquals(shown + " " + percent, tenant.found("select providers.decayed_status('%1$s', %2$s) || ' ' || providers.decayed_percent(%3$d, %2$s)"
                .formatted(status, staleness, base)).getFirst());
    }
}
