package org.guildhall.core.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.guildhall.core.auth.IpRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses to which the server doesn't connect for a tenant. */
class OutgoingAddressesTest {

    private final OutgoingAddresses addresses = new OutgoingAddresses(List.of());

    @ParameterizedTest
    @ValueSource(strings = {
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "168.63.129.16", "169.254.169.254",
            "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1",
            "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1",
            "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
            "fec0::1", "ff02::1"})
    void privateAndReserved_areForbidden(String address) {
        var forbidden = assertThrows(ForbiddenTarget.class, () -> addresses.resolve(address));
        assertTrue(forbidden.getMessage().contains("operator"), forbidden.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "172.15.255.255", "172.32.0.0",
            "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:1.1.1.1", "2606:4700::1111", "2a00:1450::1"})
    void public_isAllowed(String address) throws IOException {
        assertEquals(1, addresses.resolve(address).size());
    }

    @Test
    void operator_canAllowARange_butNoMore() throws IOException {
        var allowing = new OutgoingAddresses(List.of(IpRange.parse("127.0.0.0/30")));
        assertEquals(List.of(InetAddress.ofLiteral("127.0.0.1")), allowing.resolve("127.0.0.1"));
        assertFalse(allowing.isAllowed(InetAddress.ofLiteral("127.0.0.4")));
        assertThrows(ForbiddenTarget.class, () -> allowing.resolveListed("1.1.1.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.1", "2130706433", "127.0.0.1", "localhost"})
    void spellingsOfLoopback_areForbidden(String host) {
        assertThrows(IOException.class, () -> addresses.resolve(host));
    }
}
