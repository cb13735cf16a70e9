package org.guildhall.providers.domains;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.guildhall.core.outbound.TlsProbe.Certificate;
import org.guildhall.providers.domains.DomainRules.Standing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The states of domains. */
class DomainRulesTest {

    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static Certificate certificate(String kind) {
        return switch (kind) {
            case "none" -> null;
            case "expired" -> new Certificate("CN=a", NOW, false, true);
            case "untrusted" -> new Certificate("CN=a", NOW.plus(Duration.ofDays(90)), false, true);
            case "other name" -> new Certificate("CN=a", NOW.plus(Duration.ofDays(90)), true, false);
            case "expiring" -> new Certificate("CN=a", NOW.plus(Duration.ofDays(30)).minusNanos(1_000), true, true);
            default -> new Certificate("CN=a", NOW.plus(Duration.ofDays(30)), true, true);
        };
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pending 0  | no record | expected  | good       | pending 0
            pending 0  | record    | missing   | none       | verified 1
            pending 0  | record    | expected  | good       | active 0
            verified 1 | record    | elsewhere | good       | verified 2
            verified 9 | record    | expected  | untrusted  | verified 10
            verified 1 | record    | failover  | expiring   | active 0
            active 0   | record    | missing   | none       | active 1
            active 1   | record    | expected  | expired    | active 2
            active 2   | record    | expected  | other name | failing 3
            active 2   | record    | expected  | good       | active 0
            active 0   | no record | expected  | good       | active 0
            failing 3  | record    | elsewhere | good       | failing 4
            failing 7  | record    | expected  | good       | active 0
            """)
    void standing_followsFromWhatALookFound(String before, String record, String dns, String certificate, String after) {
        var words = before.split(" ");
        var look = new DomainLook(record.equals("record"), dns, List.of(), certificate(certificate), null);
        var standing = DomainRules.after(new Standing(words[0], Integer.parseInt(words[1])), look, NOW);
        assertEquals(after, standing.state() + " " + standing.failures());
    }

    @ParameterizedTest
    @CsvSource({"none, none", "expired, expired", "untrusted, failed", "other name, failed", "expiring, expiring", "good, issued"})
    void certificate_hasAStateAtEachInstant(String kind, String state) {
        assertEquals(state, DomainRules.certificate(certificate(kind), NOW));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pending 0  | pending  | unknown  | none     | watch
            verified 0 | verified | missing  | none     | watch
            active 0   | verified | expected | issued   | ok
            active 1   | verified | missing  | none     | watch
            active 0   | missing  | expected | issued   | watch
            active 0   | verified | expected | expiring | watch
            active 0   | verified | failover | issued   | failed_over
            active 1   | verified | failover | expired  | action
            failing 3  | verified | missing  | none     | action
            verified 0 | verified | expected | failed   | action
            removed 0  | pending  | unknown  | none     | ok
            """)
    void runbook_tellsTheNeedForAnOperator(String standing, String verification, String dns, String certificate, String state) {
        var words = standing.split(" ");
        assertEquals(state, DomainRules.runbook(new Standing(words[0], Integer.parseInt(words[1])), verification, dns, certificate));
    }
}
