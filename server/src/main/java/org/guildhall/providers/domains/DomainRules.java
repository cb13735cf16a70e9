package org.guildhall.providers.domains;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.core.outbound.TlsProbe.Certificate;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The states of a domain: functions of what was seen and of an instant. */
final class DomainRules {

    /** The looks in a row without a target or a good certificate from which an active domain fails. */
    static final int FAILURES_TO_FAIL = 3;

    private static final Duration EXPIRING = Duration.ofDays(30);

    /** @param failures the looks in a row that found a verified domain without its target or without a good certificate */
    record Standing(String state, int failures) {}

    private DomainRules() {}

    /** Checks the targets of a domain together. @throws ProblemException {@code validation_failed} */
    static void requireTargets(String expected, @Nullable String failover) {
        var wrong = new ArrayList<Item>();
        addMalformed("/expected_target", expected, wrong);
        if (failover != null) {
            addMalformed("/failover_target", failover, wrong);
            if (failover.equalsIgnoreCase(expected)) {
                wrong.add(Item.pointer("/failover_target", "same_target", "`failover_target` must not be `expected_target`."));
            }
        }
        ProblemException.ifAny(wrong);
    }

    private static void addMalformed(String pointer, String target, List<Item> wrong) {
        if (isLiteral(target)) {
            try {
                InetAddress.ofLiteral(target);
            } catch (IllegalArgumentException malformed) {
                wrong.add(Item.pointer(pointer, "address", "The target is neither a host name nor an address."));
            }
        }
    }

    /** True if a target is written as an address. */
    static boolean isLiteral(String target) {
        return target.contains(":") || target.matches("[0-9.]+");
    }

    /** The standing after a look. */
    static Standing after(Standing before, DomainLook look, Instant now) {
        if (before.state().equals("pending") && !look.recordSeen()) {
            return before;
        }
        var certificate = certificate(look.certificate(), now);
        boolean leads = look.dns().equals("expected") || look.dns().equals("failover");
        if (leads && (certificate.equals("issued") || certificate.equals("expiring"))) {
            return new Standing("active", 0);
        }
        int failures = before.failures() + 1;
        return switch (before.state()) {
            case "pending", "verified" -> new Standing("verified", failures);
            default -> new Standing(before.state().equals("failing") || failures >= FAILURES_TO_FAIL ? "failing" : "active", failures);
        };
    }

    /** The state of a certificate at an instant. */
    static String certificate(@Nullable Certificate certificate, Instant now) {
        if (certificate == null) {
            return "none";
        }
        if (!certificate.notAfter().isAfter(now)) {
            return "expired";
        }
        if (!certificate.trusted() || !certificate.matches()) {
            return "failed";
        }
        return certificate.notAfter().isBefore(now.plus(EXPIRING)) ? "expiring" : "issued";
    }

    /** The state of the verification. @param verified true if a look has seen the record before */
    static String verification(boolean verified, boolean recordSeen) {
        return recordSeen ? "verified" : verified ? "missing" : "pending";
    }

    /** The need for an operator. */
    static String runbook(Standing standing, String verification, String dns, String certificate) {
        if (standing.state().equals("failing") || certificate.equals("expired") || certificate.equals("failed")) {
            return "action";
        }
        if (dns.equals("failover")) {
            return "failed_over";
        }
        boolean watched = !standing.state().equals("active") || standing.failures() > 0 || !verification.equals("verified") || certificate.equals("expiring");
        return watched && !standing.state().equals("removed") ? "watch" : "ok";
    }
}
