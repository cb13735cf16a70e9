package org.guildhall.core.auth;

import java.net.InetAddress;
import java.util.regex.Pattern;

/** A range of addresses in CIDR notation, IPv4 or IPv6. */
public record IpRange(InetAddress network, int prefixLength) {

    /** Four numbers for IPv4, without the short forms that only some programs know; anything with a colon for IPv6. */
    private static final Pattern RANGE = Pattern.compile(
            "((?:[0-9]{1,3}\\.){3}[0-9]{1,3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/(0|[1-9][0-9]{0,2}))?");

    /** @throws IllegalArgumentException if the text is no address, optionally followed by a slash and a length */
    public static IpRange parse(String text) {
        var parts = RANGE.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not an address range: " + text);
        }
        // Never asks a name server.
        var network = InetAddress.ofLiteral(parts.group(1));
        int bits = network.getAddress().length * 8;
        int length = parts.group(2) == null ? bits : Integer.parseInt(parts.group(2));
        if (length > bits) {
            throw new IllegalArgumentException("the length must be between 0 and " + bits);
        }
        return new IpRange(network, length);
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
