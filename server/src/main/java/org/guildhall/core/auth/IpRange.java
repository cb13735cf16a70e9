package org.guildhall.core.auth;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** A range of addresses in CIDR notation, IPv4 or IPv6. */
public record IpRange(InetAddress network, int prefixLength) {

    /** IPv4 as four decimal numbers, without the short forms of some programs; IPv6 as any text with a colon. */
    private static final Pattern RANGE = Pattern.compile(
            "((?:[0-9]{1,3}\\.){3}[0-9]{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/(0|[1-9][0-9]{0,2}))?");

    /** @throws IllegalArgumentException if the text is not an address, optionally followed by a slash and a prefix length */
    public static IpRange parse(String text) {
        var parts = RANGE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an address range: " + text);
        }
        // Never queries DNS.
        var network = InetAddress.ofLiteral(parts.group(1));
        int bits = network.getAddress().length * 8;
        int length = parts.group(2) == null ? bits : Integer.parseInt(parts.group(2));
        if (length > bits) {
            throw new IllegalArgumentException("the prefix length must be between 0 and " + bits);
        }
        return new IpRange(network, length);
    }

    /** True if the address is in the range. */
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
