package org.guildhall.core.outbound;

import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.core.auth.IpRange;

/**
 * The addresses to which the server connects when a tenant names the target. Private, local and reserved ranges are forbidden, after the
 * special-purpose registries of IANA (RFC 6890). The operator's configuration can allow some of them.
 *
 * <p>The caller connects to the returned addresses without resolving the name again: another answer could name another address.
 */
public final class OutgoingAddresses {

    private static final List<IpRange> FORBIDDEN = Stream.of(
                    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
                    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
                    "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
                    "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8")
            .map(IpRange::parse)
            .toList();

    private final List<IpRange> allowed;

    /** @param allowed the ranges that the operator allows although they are forbidden */
    public OutgoingAddresses(List<IpRange> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /**
     * Resolves a host once. One forbidden address among several refuses all.
     *
     * @throws ForbiddenTarget if an address is forbidden
     * @throws java.net.UnknownHostException if the host has no address
     */
    public List<InetAddress> resolve(String host) throws IOException {
        var found = List.of(InetAddress.getAllByName(host));
        if (!found.stream().allMatch(this::isAllowed)) {
            throw new ForbiddenTarget(host);
        }
        return found;
    }

    /**
     * Resolves a host all of whose addresses the operator has listed, for connections without encryption.
     *
     * @throws ForbiddenTarget if an address isn't listed
     */
    public List<InetAddress> resolveListed(String host) throws IOException {
        var found = List.of(InetAddress.getAllByName(host));
        if (!found.stream().allMatch(this::isListed)) {
            throw new ForbiddenTarget(host);
        }
        return found;
    }

    /** True if the server may connect to the address. An IPv4-mapped address counts as its IPv4 address. */
    public boolean isAllowed(InetAddress address) {
        return isListed(address) || FORBIDDEN.stream().noneMatch(range -> range.contains(address));
    }

    private boolean isListed(InetAddress address) {
        return allowed.stream().anyMatch(range -> range.contains(address));
    }
}
