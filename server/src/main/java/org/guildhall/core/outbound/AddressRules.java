package org.guildhall.core.outbound;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.guildhall.core.auth.IpRange;

/**
 * The addresses that may be called. Addresses of private networks, of this host, of its cloud and of special purposes
 * (<a href="https://www.iana.org/assignments/iana-ipv4-special-registry">IANA's registries</a>) are forbidden. The operator can allow
 * ranges of them; a tenant can't.
 */
public final class AddressRules {

    private static final List<IpRange> FORBIDDEN = Stream.of(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
            "fe80::/10", "fec0::/10", "ff00::/8").map(IpRange::parse).toList();

    private final List<IpRange> allowed;

    /** @param allowed the ranges that the operator allows although they are forbidden */
    public AddressRules(List<IpRange> allowed) {
        this.allowed = List.copyOf(allowed);
    }

    /** True if the address may be called. Java reads an IPv4 address that is mapped into IPv6 as the IPv4 address. */
    public boolean allows(InetAddress address) {
        return allowed.stream().anyMatch(range -> range.contains(address)) || FORBIDDEN.stream().noneMatch(range -> range.contains(address));
    }
}
