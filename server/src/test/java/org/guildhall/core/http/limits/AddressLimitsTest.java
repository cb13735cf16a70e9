package org.guildhall.core.http.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** Limits of requests without a token. */
class AddressLimitsTest {

    private final AddressLimits limits = new AddressLimits(2);

    private int spend(String address) throws UnknownHostException {
        return limits.spend(InetAddress.getByName(address));
    }

    @Test
    void address_waitsBeyondItsLimit_othersDont() throws UnknownHostException {
        assertEquals(0, spend("203.0.113.7"));
        assertEquals(0, spend("203.0.113.7"));
        assertEquals(30, spend("203.0.113.7"));
        assertEquals(0, spend("203.0.113.8"));
    }

    @Test
    void ipv6Network_isOneAddress() throws UnknownHostException {
        assertEquals(0, spend("2001:db8:0:1::1"));
        assertEquals(0, spend("2001:db8:0:1:ffff::2"));
        assertEquals(30, spend("2001:db8:0:1::3"));
        assertEquals(0, spend("2001:db8:0:2::1"));
    }
}
