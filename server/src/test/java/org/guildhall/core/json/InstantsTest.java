package org.guildhall.core.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.guildhall.api.model.NewGrant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instants in the format of RFC 3339, truncated to microseconds. */
class InstantsTest {

    @ParameterizedTest
    @CsvSource({
        "2026-11-21T02:15:00Z, 2026-11-21T02:15:00Z",
        "2026-11-21t02:15:00z, 2026-11-21T02:15:00Z",
        "2026-11-21T02:15:00+00:00, 2026-11-21T02:15:00Z",
        "2026-11-21T02:15:00-00:00, 2026-11-21T02:15:00Z",
        "2026-11-21T13:15:00+11:00, 2026-11-21T02:15:00Z",
        "2026-11-21T02:15:00.5-03:30, 2026-11-21T05:45:00.500Z",
        "2026-11-21T02:15:00+23:59, 2026-11-20T02:16:00Z",
        "2026-11-21T02:15:00-23:59, 2026-11-22T02:14:00Z",
        "2026-11-30T23:59:59.9999999Z, 2026-11-30T23:59:59.999999Z",
        "2026-11-30T23:59:59.9999994999999999999999999999999+00:00, 2026-11-30T23:59:59.999999Z",
        "2026-11-21T02:15:00.123456789+11:00, 2026-11-20T15:15:00.123456Z",
        "1969-12-31T23:59:59.9999999Z, 1969-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.9999999Z, 9999-12-31T23:59:59.999999Z",
        "0000-12-31T23:00:00-01:00, 0001-01-01T00:00:00Z",
        "2024-02-29T00:00:00Z, 2024-02-29T00:00:00Z",
        "2016-12-31T23:59:60Z, 2016-12-31T23:59:59.999999Z",
        "2016-12-31T15:59:60.25-08:00, 2016-12-31T23:59:59.999999Z",
        "2015-07-01T08:59:60+09:00, 2015-06-30T23:59:59.999999Z",
    })
    void instant_ofRfc3339_isTruncatedToMicroseconds(String text, Instant expected) throws Exception {
        assertEquals(expected, Instants.parse(text));
        // A request body is bound to the same value.
        assertEquals(expected, Json.bind(Json.WIRE.getNodeFactory().objectNode().put("ends_at", text), NewGrant.class).endsAt());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "2026-11-21", "2026-11-21T02:15:00", "2026-11-21T02:15Z", "2026-11-21 02:15:00Z", "2026-11-21T02:15:00.Z", "2026-11-21T02:15:00,5Z",
        "2026-11-21T02:15:00+11", "2026-11-21T02:15:00+1100", "2026-11-21T02:15:00+24:00", "2026-11-21T02:15:00+11:60", "2026-11-21T24:00:00Z",
        "2026-11-21T02:60:00Z", "2026-11-21T02:15:61Z", "2026-11-21T02:15:60Z", "2026-11-21T23:59:60Z", "2016-12-31T23:59:60+01:00",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "+2026-11-21T02:15:00Z", "12026-11-21T02:15:00Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z ", " 2026-11-21T02:15:00Z", "2026-11-21T02:15:00Z\n",
        "2026-11-21T02:15:00 11:00", "\u0662026-11-21T02:15:00Z", "2026-11-21T02:15:00.\u0661Z",
        "2026-11-21T02:15:00.00000000000000000000000000000000000000000000Z"
    })
    void instant_notOfRfc3339_isRefused(String text) {
        assertNull(Instants.parse(text));
    }

    @Test
    void instant_of64Characters_isRead() {
        var text = "2026-11-21T02:15:00." + "9".repeat(38) + "+00:00";
        assertEquals(64, text.length());
        assertNotNull(Instants.parse(text));
    }

    @Test
    void instant_ofEveryOffset_equalsTheLibrarysValue() {
        var random = new Random(7);
        for (int round = 0; round < 10_000; round++) {
            var at = Instant.ofEpochSecond(random.nextLong(-60_000_000_000L, 250_000_000_000L), random.nextInt(1_000_000_000))
                    .atOffset(ZoneOffset.ofTotalSeconds(random.nextInt(-1_080, 1_081) * 60));
            var text = at.toString().replaceFirst("T([0-9]{2}:[0-9]{2})(Z|[+-])", "T$1:00$2");
            assertEquals(OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS), Instants.parse(text), text);
        }
    }
}
