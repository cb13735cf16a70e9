package org.guildhall.core.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The known time zones are exactly the names of the IANA time zone database. */
class TimeZonesTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "UTC", "Etc/UTC", "GMT", "Zulu", "EST", "MST", "HST", "EST5EDT", "ROC", "GMT+0", "GMT-0", "GMT0", "Etc/GMT+12", "Australia/Sydney", "Australia/NSW", "Asia/Kathmandu",
        "Asia/Katmandu", "Europe/Kyiv", "Europe/Kiev", "America/Argentina/Buenos_Aires", "America/Port-au-Prince", "US/Pacific", "PRC", "Antarctica/Troll"
    })
    void zoneOrLink_ofTheDatabase_isKnown(String name) {
        assertTrue(TimeZones.isKnown(name), name);
        TimeZones.of(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "SystemV/EST5", "SystemV/PST8PDT", "utc", "australia/sydney", "EUROPE/VIENNA", "+11:00", "UTC+1", "GMT+1", "Z", "PST", "IST", "AEST", "ACT",
        "Mars/Olympus", "Australia", "Australia/", " UTC", "posix/UTC", "Factory"
    })
    void nameOfNoZone_isUnknown(String name) {
        assertFalse(TimeZones.isKnown(name), name);
    }

    @Test
    void linksFromATable_resolveToTheirTarget() {
        var now = Instant.parse("2026-07-01T00:00:00Z");
        assertEquals(ZoneOffset.ofHours(-5), TimeZones.of("EST").getRules().getOffset(now));
        assertEquals(ZoneOffset.ofHours(-7), TimeZones.of("MST").getRules().getOffset(now));
        assertEquals(ZoneOffset.ofHours(-10), TimeZones.of("HST").getRules().getOffset(now));
    }

    @Test
    void everyName_hasTheSameOffsetInPostgres() throws SQLException {
        var now = Instant.parse("2026-07-01T00:00:00Z");
        var wrong = TestServer.shared().tenant().found("""
                select name || ' ' || there from unnest(string_to_array(?, ' '), string_to_array(?, ' ')::int[]) as z (name, here),
                    lateral (select extract(epoch from (timestamptz '2026-07-01 00:00:00Z' at time zone name) - timestamp '2026-07-01 00:00:00')::int) as o (there)
                where here <> there""",
                String.join(" ", TimeZones.all().stream().sorted().toList()),
                String.join(" ", TimeZones.all().stream().sorted().map(name -> String.valueOf(TimeZones.of(name).getRules().getOffset(now).getTotalSeconds())).toList()));
        assertEquals(List.of(), wrong);
    }
}
