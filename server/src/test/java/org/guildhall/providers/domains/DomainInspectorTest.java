package org.guildhall.providers.domains;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.DnsRecords;
import org.guildhall.core.outbound.GuardedResolver;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.outbound.TlsProbe;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Looks at domains, with records of DNS from the test. */
class DomainInspectorTest {

    private static final String NAME = "shop.winter.example";
    private static final String TOKEN = "7c9e6679f0a84c2bb5d1e0a3c46f2d18";
    private static final OutgoingAddresses ADDRESSES = new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1/32")));

    private final Map<String, List<String>> records = new HashMap<>();

    /** @param port the port of the certificate at 127.0.0.1 */
    private DomainLook look(String expected, @Nullable String failover, int port) throws OutboundFailure {
        DnsRecords dns = (name, type, deadline) -> {
            var found = records.get(name + " " + type);
            if (found == null) {
                throw new OutboundFailure(Code.NAME_UNKNOWN, "The name doesn't exist.");
            }
            return found;
        };
        try (var resolver = new GuardedResolver(ADDRESSES, host -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")})) {
            return new DomainInspector(dns, ADDRESSES, new TlsProbe(resolver), port).look(NAME, TOKEN, expected, failover, Deadline.after(Duration.ofSeconds(5)));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # cname               | addresses           | expected            | failover          | state     | seen
            Shops.Example.        | 93.184.215.14       | shops.example       | -                 | expected  | shops.example
            -                     | 93.184.215.14       | 93.184.215.14       | -                 | expected  | 93.184.215.14
            -                     | 93.184.215.14       | apex.example        | -                 | expected  | 93.184.215.14
            -                     | 93.184.215.15       | apex.example        | -                 | elsewhere | 93.184.215.15
            backup.example.       | 93.184.215.15       | shops.example       | backup.example    | failover  | backup.example
            -                     | 93.184.215.15       | 93.184.215.14       | 93.184.215.15     | failover  | 93.184.215.15
            other.example.        | 93.184.215.15       | shops.example       | backup.example    | elsewhere | other.example
            -                     | -                   | shops.example       | backup.example    | missing   | -
            -                     | 10.1.2.3            | 10.1.2.3            | -                 | elsewhere | -
            shops.example.        | 169.254.169.254     | shops.example       | -                 | elsewhere | -
            """)
    void records_leadToATarget(@Nullable String cname, @Nullable String address, String expected, @Nullable String failover, String state, @Nullable String seen)
            throws OutboundFailure {
        records.put("apex.example a", List.of("93.184.215.14"));
        if (cname != null) {
            records.put(NAME + " cname", List.of(cname));
        }
        if (address != null) {
            records.put(NAME + " a", List.of(address));
        }
        var look = look(expected, failover, 1);
        assertEquals(state, look.dns());
        assertEquals(seen, look.seen().isEmpty() ? null : String.join(" ", look.seen()));
        assertNull(look.certificate());
        var error = look.error();
        assertEquals(state.equals("missing") ? null : seen == null ? "target_forbidden" : "connect_failed", error == null ? null : error.code());
    }

    @ParameterizedTest
    @CsvSource({
        "guildhall-verification=7c9e6679f0a84c2bb5d1e0a3c46f2d18, true",
        "\"\"\"guildhall-verification=7c9e6679f0a84c2bb5d1e0a3c46f2d18\"\"\", true",
        "guildhall-verification=00000000000000000000000000000000, false",
        "v=spf1 -all, false",
    })
    void verification_isTheTokenInARecordOfText(String text, boolean seen) throws OutboundFailure {
        records.put("_guildhall-verification." + NAME + " txt", List.of("v=other", text));
        assertEquals(seen, look("shops.example", null, 1).recordSeen());
    }

    @Test
    void silentNameServer_findsNothingOut() {
        DnsRecords silent = (name, type, deadline) -> {
            throw new OutboundFailure(Code.NO_RESOLVER, "No name server gave an answer.");
        };
        try (var resolver = new GuardedResolver(ADDRESSES)) {
            var inspector = new DomainInspector(silent, ADDRESSES, new TlsProbe(resolver), 1);
            var failed = assertThrows(OutboundFailure.class, () -> inspector.look(NAME, TOKEN, "shops.example", null, Deadline.after(Duration.ofSeconds(5))));
            assertEquals(Code.NO_RESOLVER, failed.code());
        }
    }
}
