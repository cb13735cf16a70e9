package org.guildhall.core.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses may be called: the first and last address of each forbidden range, their neighbors, and other spellings. */
class GuardedResolverTest {

    private static final OutgoingAddresses RULES = new OutgoingAddresses(List.of());

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0,         0.255.255.255",
        "10.0.0.0,        10.255.255.255",
        "100.64.0.0,      100.127.255.255",
        "127.0.0.0,       127.255.255.255",
        "168.63.129.16,   168.63.129.16",
        "169.254.0.0,     169.254.255.255",
        "172.16.0.0,      172.31.255.255",
        "192.0.0.0,       192.0.0.255",
        "192.0.2.0,       192.0.2.255",
        "192.88.99.0,     192.88.99.255",
        "192.168.0.0,     192.168.255.255",
        "198.18.0.0,      198.19.255.255",
        "198.51.100.0,    198.51.100.255",
        "203.0.113.0,     203.0.113.255",
        "224.0.0.0,       239.255.255.255",
        "240.0.0.0,       255.255.255.255",
        "::,              ::ffff:ffff",
        "::ffff:0:0,      ::ffff:10.1.2.3",
        "64:ff9b::,       64:ff9b::ffff:ffff",
        "64:ff9b:1::,     64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
        "100::,           100::ffff:ffff:ffff:ffff",
        "2001::,          2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db8::,      2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002::,          2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::,          3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "5f00::,          5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fc00::,          fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::,          febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fec0::,          feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "ff00::,          ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    })
    void forbiddenRange_isRefusedFromItsFirstToItsLastAddress(String first, String last) {
        assertFalse(RULES.isAllowed(InetAddress.ofLiteral(first)), first);
        assertFalse(RULES.isAllowed(InetAddress.ofLiteral(last)), last);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "168.63.129.15",
        "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0",
        "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0",
        "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9a:ffff::", "64:ff9b:2::", "2001:200::", "2001:db7:ffff::",
        "2001:db9::", "2003::", "2606:4700:4700::1111", "2a00:1450:4001::200e", "3ffe::", "fbff:ffff::"})
    void publicAddress_isAllowed(String address) {
        assertTrue(RULES.isAllowed(InetAddress.ofLiteral(address)), address);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "127.0.0.1", "[::1]", "[::]", "0.0.0.0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "127.1", "2130706433", "10.0.0.5",
        "[fe80::1%1]", "169.254.169.254", "[::ffff:169.254.169.254]", "[64:ff9b::169.254.169.254]", "[2002:7f00:1::]", "[fd00:ec2::254]", "localhost"})
    void spellingsOfForbiddenAddresses_areRefused(String host) {
        try (var resolver = new GuardedResolver(RULES)) {
            var refused = assertThrows(OutboundFailure.class, () -> resolver.resolve(host, Deadline.after(Duration.ofSeconds(20))));
            assertEquals(Code.TARGET_FORBIDDEN, refused.code(), host);
            assertFalse(refused.getMessage().contains("127"), "the message doesn't tell the address");
        }
    }

    @Test
    void oneForbiddenAddressAmongSeveral_refusesAll() throws OutboundFailure {
        try (var resolver = new GuardedResolver(RULES, host -> addresses("8.8.8.8", "10.0.0.1"))) {
            assertEquals(Code.TARGET_FORBIDDEN,
                    assertThrows(OutboundFailure.class, () -> resolver.resolve("mixed.example", Deadline.after(Duration.ofSeconds(5)))).code());
        }
        try (var resolver = new GuardedResolver(RULES, host -> addresses("8.8.8.8", "2606:4700:4700::1111"))) {
            assertEquals(2, resolver.resolve("public.example", Deadline.after(Duration.ofSeconds(5))).size());
        }
    }

    @Test
    void operatorsList_allowsForbiddenRanges() {
        var rules = new OutgoingAddresses(List.of(IpRange.parse("10.1.0.0/16"), IpRange.parse("fd00:1::/32")));
        assertTrue(rules.isAllowed(InetAddress.ofLiteral("10.1.2.3")));
        assertTrue(rules.isAllowed(InetAddress.ofLiteral("::ffff:10.1.2.3")));
        assertTrue(rules.isAllowed(InetAddress.ofLiteral("fd00:1::5")));
        assertFalse(rules.isAllowed(InetAddress.ofLiteral("10.2.0.0")));
        assertFalse(rules.isAllowed(InetAddress.ofLiteral("127.0.0.1")));
    }

    @Test
    void unknownName_andSlowNameServer_haveTheirOwnCodes() {
        try (var resolver = new GuardedResolver(RULES, host -> {
            throw new UnknownHostException(host);
        })) {
            assertEquals(Code.NAME_UNKNOWN, assertThrows(OutboundFailure.class, () -> resolver.resolve("no.example", Deadline.after(Duration.ofSeconds(5)))).code());
        }
        try (var resolver = new GuardedResolver(RULES, host -> sleep())) {
            assertEquals(Code.TIMEOUT, assertThrows(OutboundFailure.class, () -> resolver.resolve("slow.example", Deadline.after(Duration.ofMillis(100)))).code());
        }
    }

    private static InetAddress[] sleep() {
        try {
            Thread.sleep(10_000);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        return addresses("8.8.8.8");
    }

    static InetAddress[] addresses(String... literals) {
        return Arrays.stream(literals).map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    @ParameterizedTest
    @CsvSource({
        "http://example.com,                     ",
        "https://example.com/a?b=c,              ",
        "HTTPS://example.com:443,                ",
        "http://example.com:8080,                ",
        "http://example.com:1024/,               ",
        "http://[2606:4700:4700::1111]/,         ",
        "ftp://example.com,                      The target must begin with http:// or https://.",
        "file:///etc/passwd,                     The target must begin with http:// or https://.",
        "gopher://127.0.0.1:25/,                 The target must begin with http:// or https://.",
        "//example.com,                          The target must begin with http:// or https://.",
        "https:///path,                          The target has no host.",
        "https:example.com,                      The target has no host.",
        "https://user:secret@example.com,        The target must not contain credentials.",
        "https://user@example.com,               The target must not contain credentials.",
        "'https://exa mple.com',                 The target is not a URL.",
        "http://example.com:22,                  'The port must be 80, 443, or 1024 or more.'",
        "http://example.com:1023,                'The port must be 80, 443, or 1024 or more.'",
        "http://example.com:0,                   'The port must be 80, 443, or 1024 or more.'",
        "http://example.com:65536,               'The port must be 80, 443, or 1024 or more.'",
    })
    void targets_haveTheFormOfTheRules(String url, @Nullable String refusal) throws OutboundFailure {
        if (refusal == null) {
            assertEquals(url, TargetRules.http(url).toString());
        } else {
            var refused = assertThrows(OutboundFailure.class, () -> TargetRules.http(url));
            assertEquals(refusal, refused.getMessage());
            assertEquals(Code.TARGET_FORBIDDEN, refused.code());
        }
    }
}
