package org.guildhall.core.auth;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of addresses in CIDR notation, IPv4 or IPv6. */
public record IpRange(InetAddress network, int prefixLength) {

    /** @throws IllegalArgumentException if the text is no address, optionally followed by a slash and a length */
    public static IpRange parse(String text) {
        var parts = text.split("/", 2);
        // Only what can't be a host's name: getByName must never ask a name server.
        if (!parts[0].matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("not an address: " + parts[0]);
        }
        try {
            var network = InetAddress.getByName(parts[0]);
            int bits = network.getAddress().length * 8;
            int length = parts.length == 1 ? bits : Integer.parseInt(parts[1]);
            if (length < 0 || length > bits) {
                throw new IllegalArgumentException("the length must be between 0 and " + bits);
            }
            return new IpRange(network, length);
        } catch (UnknownHostException | NumberFormatException wrong) {
            throw new IllegalArgumentException("not an address range: " + text, wrong);
        }
    }

    /** Whether the address is in the range. */
    public boolean contains(InetAddress address) {
        var wanted = network.getAddress();
        var found = address.getAddress();
        if (wanted.length != found.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            int mask = 0x80 >>> (bit & 7);
            if ((wanted[bit >>> 3] & mask) != (found[bit >>> 3] & mask)) {
                return false;
            }
        }
        return true;
    }
}
