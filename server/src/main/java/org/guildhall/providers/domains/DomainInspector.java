package org.guildhall.providers.domains;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.DnsRecords;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.outbound.TlsProbe.Certificate;
import org.guildhall.core.outbound.TlsProbe;
import org.jspecify.annotations.Nullable;

/** Looks at a domain: its records of DNS, and the certificate that it shows. Calls others, so it never runs in a transaction. */
final class DomainInspector {

    static final String RECORD = "_guildhall-verification.";
    static final String RECORD_VALUE = "guildhall-verification=";

    private static final int SEEN_MAX = 10;
    private static final int SEEN_CHARACTERS_MAX = 255;

    private final DnsRecords dns;
    private final OutgoingAddresses addresses;
    private final TlsProbe tls;
    private final int port;

    /** @param port the port that shows the certificate, 443 except in tests */
    DomainInspector(DnsRecords dns, OutgoingAddresses addresses, TlsProbe tls, int port) {
        this.dns = dns;
        this.addresses = addresses;
        this.tls = tls;
        this.port = port;
    }

    /**
     * Looks at a domain.
     *
     * @param token the token of its verification
     * @param failover null without one
     * @throws OutboundFailure {@code no_resolver} or {@code timeout}: the look found nothing out
     */
    DomainLook look(String name, String token, String expected, @Nullable String failover, Deadline deadline) throws OutboundFailure {
        boolean recordSeen = records(RECORD + name, "txt", deadline).stream().anyMatch(record -> record.contains(RECORD_VALUE + token));
        var alias = records(name, "cname", deadline);
        var found = hosts(name, deadline);
        if (alias.isEmpty() && found.isEmpty()) {
            return new DomainLook(recordSeen, "missing", List.of(), null, null);
        }
        if (!found.stream().allMatch(literal -> addresses.isAllowed(InetAddress.ofLiteral(literal)))) {
            // An address within a private network is never shown.
            return new DomainLook(recordSeen, "elsewhere", List.of(), null,
                    new DomainLook.Error("target_forbidden", "The domain leads to an address that isn't public."));
        }
        var seen = (alias.isEmpty() ? found.stream().sorted().toList() : alias.stream().map(DomainInspector::host).toList()).stream()
                .map(record -> record.substring(0, Math.min(record.length(), SEEN_CHARACTERS_MAX)))
                .limit(SEEN_MAX)
                .toList();
        var leads = leads(expected, alias, found, deadline) ? "expected"
                : failover != null && leads(failover, alias, found, deadline) ? "failover" : "elsewhere";
        Certificate certificate = null;
        DomainLook.Error error = null;
        try {
            certificate = tls.look(name, port, deadline);
        } catch (OutboundFailure failed) {
            if (failed.code() == Code.NO_RESOLVER) {
                throw failed;
            }
            error = new DomainLook.Error(failed.code().value(), failed.getMessage());
        }
        return new DomainLook(recordSeen, leads, seen, certificate, error);
    }

    /** True if the records lead to a target: to the same name, or only to addresses of the target. */
    private boolean leads(String target, List<String> alias, Set<String> found, Deadline deadline) throws OutboundFailure {
        if (alias.stream().anyMatch(record -> host(record).equals(host(target)))) {
            return true;
        }
        var wanted = DomainRules.isLiteral(target) ? Set.of(InetAddress.ofLiteral(target).getHostAddress()) : hosts(host(target), deadline);
        return !found.isEmpty() && wanted.containsAll(found);
    }

    private Set<String> hosts(String name, Deadline deadline) throws OutboundFailure {
        var found = new HashSet<String>();
        for (var type : List.of("a", "aaaa")) {
            records(name, type, deadline).forEach(literal -> found.add(InetAddress.ofLiteral(literal).getHostAddress()));
        }
        return found;
    }

    /** The records of a name; none if the name doesn't exist. */
    private List<String> records(String name, String type, Deadline deadline) throws OutboundFailure {
        try {
            return new ArrayList<>(dns.find(name, type, deadline));
        } catch (OutboundFailure failed) {
            if (failed.code() == Code.NAME_UNKNOWN) {
                return List.of();
            }
            throw failed;
        }
    }

    /** A host name in lower case and without the dot at its end. */
    private static String host(String name) {
        return name.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "");
    }
}
