package org.guildhall.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranges of addresses. */
class IpRangeTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8,         10.255.255.255,   true",
        "10.0.0.0/8,         11.0.0.0,         false",
        "10.1.2.3/8,         10.9.9.9,         true",
        "192.168.1.128/25,   192.168.1.127,    false",
        "192.168.1.128/25,   192.168.1.128,    true",
        "203.0.113.7,        203.0.113.7,      true",
        "203.0.113.7,        203.0.113.8,      false",
        "203.0.113.7/32,     203.0.113.7,      true",
        "0.0.0.0/0,          8.8.8.8,          true",
        "0.0.0.0/0,          ::1,              false",
        "2001:db8::/32,      2001:db8:1::1,    true",
        "2001:db8::/32,      2001:db9::1,      false",
        "::1,                ::1,              true",
        "::/0,               2001:db8::1,      true",
        "::/0,               10.0.0.1,         false",
        "10.0.0.0/8,         ::ffff:10.0.0.1,  true",
    })
    void address_isInsideOrOutsideTheRange(String range, String address, boolean inside) {
        assertEquals(inside, IpRange.parse(range).contains(InetAddress.ofLiteral(address)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "example.org", "10", "10.1", "10.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
        "256.0.0.1", "1.2.3.4.5", "::/129", ":::", "fe80::1%eth0", " 10.0.0.1", "10.0.0.1 ", "0x0a000001", "10.0.0.0/8x"})
    void malformedRange_isRefused_withoutNameLookup(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpRange.parse(text));
    }
}
