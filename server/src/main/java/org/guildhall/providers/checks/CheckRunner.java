package org.guildhall.providers.checks;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.guildhall.api.model.CheckId;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.GuardedHttp.Request;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.WebhookSignature;
import org.guildhall.providers.checks.CheckResultStore.Result;
import org.guildhall.providers.checks.CheckStore.Failure;
import org.guildhall.providers.checks.CheckStore.Settings;

/** Runs one check: calls its target, without a transaction. */
final class CheckRunner {

    private static final int REDIRECTS_MAX = 3;
    private static final int TLS_PORT = 443;
    private static final int WARN_DAYS = 14;
    private static final int OBSERVED_MAX = 255;

    private final Outbound outbound;
    private final Keys keys;
    private final IssuerProbe issuers;
    private final Function<UUID, Boolean> database;

    /** The observations of an attempt with a good answer. @param warns true if they are a reason for a warning, apart from the latency */
    private record Seen(Map<String, String> observed, boolean warns) {}

    /** @param database true if the database of this server answers, asked for a tenant */
    CheckRunner(Outbound outbound, Keys keys, Function<UUID, Boolean> database) {
        this.outbound = outbound;
        this.keys = keys;
        this.issuers = new IssuerProbe(outbound.http());
        this.database = database;
    }

    /** Runs the check, again after a failure as often as its settings say. */
    Result run(UUID tenant, CheckStore.Row check, Instant now) {
        var settings = check.settings();
        Result result;
        int attempts = 0;
        do {
            attempts++;
            result = attempt(tenant, check, now, attempts);
        } while (result.outcome().equals("fail") && attempts <= settings.retries());
        return result;
    }

    private Result attempt(UUID tenant, CheckStore.Row check, Instant now, int attempts) {
        var settings = check.settings();
        var deadline = Deadline.after(Duration.ofMillis(settings.timeoutMs()));
        try {
            var seen = switch (check.type()) {
                case "http" -> http(settings);
                case "tcp" -> tcp(settings, deadline);
                case "tls" -> tls(settings, deadline, now);
                case "dns" -> dns(settings, deadline);
                case "webhook_delivery" -> webhookDelivery(check, now);
                case "oauth_issuer" -> new Seen(issuers.observe(Objects.requireNonNull(settings.target().url()), deadline), false);
                default -> database(tenant);
            };
            int latency = (int) deadline.elapsed().toMillis();
            boolean slow = settings.warnLatencyMs() != null && latency >= settings.warnLatencyMs();
            return new Result(seen.warns() || slow ? "warn" : "pass", latency, attempts, null, seen.observed());
        } catch (CheckFailed failed) {
            return new Result("fail", (int) deadline.elapsed().toMillis(), attempts, failed.failure(), failed.observed());
        } catch (OutboundFailure failed) {
            var failure = new Failure(failed.code().value(), failed.getMessage());
            return new Result(failed.code() == Code.NO_RESOLVER ? "aborted" : "fail", null, attempts, failure, Map.of());
        }
    }

    private Seen http(Settings settings) throws OutboundFailure, CheckFailed {
        var url = Objects.requireNonNull(settings.target().url());
        var answer = outbound.http().send(new Request("GET", url, Duration.ofMillis(settings.timeoutMs()), REDIRECTS_MAX));
        var observed = Map.of("status", Integer.toString(answer.status()));
        var expected = settings.target().expected();
        if (expected == null ? answer.status() < 200 || answer.status() > 399 : answer.status() != Integer.parseInt(expected)) {
            throw new CheckFailed("unexpected_answer", "The answer has the status " + answer.status() + ".", observed);
        }
        return new Seen(observed, false);
    }

    /** Delivers a test event; the attempts of a run have the same id. */
    private Seen webhookDelivery(CheckStore.Row check, Instant now) throws OutboundFailure, CheckFailed {
        var settings = check.settings();
        var checkId = new CheckId(check.id()).toString();
        var secret = keys.openSecret(Objects.requireNonNull(settings.secret()), checkId);
        if (secret == null) {
            throw new OutboundFailure(Code.NO_RESOLVER, "The secret can't be opened by the keys of this server.");
        }
        var id = checkId + "-" + now.toEpochMilli();
        var body = """
                {"type": "webhook.check", "timestamp": "%s", "data": {"check_id": "%s"}}""".formatted(now, checkId).getBytes(StandardCharsets.UTF_8);
        var headers = Map.of(
                "Content-Type", "application/json", WebhookSignature.ID, id, WebhookSignature.TIMESTAMP, WebhookSignature.timestamp(now),
                WebhookSignature.SIGNATURE, WebhookSignature.of(secret).sign(id, now, body));
        var url = Objects.requireNonNull(settings.target().url());
        var answer = outbound.http().send(new Request("POST", url, Duration.ofMillis(settings.timeoutMs()), 0, headers, body));
        var observed = Map.of("status", Integer.toString(answer.status()));
        if (answer.status() < 200 || answer.status() > 299) {
            throw new CheckFailed("unexpected_answer", "The answer has the status " + answer.status() + ".", observed);
        }
        return new Seen(observed, false);
    }

    private Seen tcp(Settings settings, Deadline deadline) throws OutboundFailure {
        var target = settings.target();
        try (var _ = outbound.tls().connect(Objects.requireNonNull(target.host()), Objects.requireNonNull(target.port()), deadline)) {
            return new Seen(Map.of(), false);
        } catch (IOException closing) {
            throw new OutboundFailure(Code.CONNECT_FAILED, "The connection broke.");
        }
    }

    private Seen tls(Settings settings, Deadline deadline, Instant now) throws OutboundFailure, CheckFailed {
        int port = settings.target().port() == null ? TLS_PORT : settings.target().port();
        var certificate = outbound.tls().look(Objects.requireNonNull(settings.target().host()), port, deadline);
        long days = Duration.between(now, certificate.notAfter()).toDays();
        var observed = Map.of("expires_in_days", Long.toString(days));
        if (!certificate.trusted() || !certificate.matches()) {
            throw new CheckFailed("tls_failed", "The certificate isn't trusted for this host.", observed);
        }
        return new Seen(observed, days < (settings.warnDays() == null ? WARN_DAYS : settings.warnDays()));
    }

    private Seen dns(Settings settings, Deadline deadline) throws OutboundFailure, CheckFailed {
        var name = Objects.requireNonNull(settings.target().host());
        var type = Objects.requireNonNull(settings.target().recordType());
        var records = outbound.dns().find(name, type, deadline);
        if (records.isEmpty()) {
            throw new CheckFailed("unexpected_answer", "The name has no record of the type " + type.toUpperCase(Locale.ROOT) + ".", Map.of());
        }
        if ((type.equals("a") || type.equals("aaaa")) && records.stream().anyMatch(Predicate.not(this::isPublic))) {
            throw new OutboundFailure(Code.TARGET_FORBIDDEN, "The target leads to an address that isn't public.");
        }
        var observed = new TreeMap<String, String>();
        var first = records.getFirst();
        observed.put("record", first.substring(0, Math.min(first.length(), OBSERVED_MAX)));
        observed.put("records", Integer.toString(records.size()));
        var expected = settings.target().expected();
        if (expected != null && records.stream().noneMatch(record -> same(record, expected))) {
            throw new CheckFailed("unexpected_answer", "No record is the expected one.", observed);
        }
        return new Seen(observed, false);
    }

    private boolean isPublic(String literal) {
        return outbound.addresses().isAllowed(InetAddress.ofLiteral(literal));
    }

    /** Compares records without their case and without the dot at the end of a name. */
    private static boolean same(String record, String expected) {
        return record.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "").equals(expected.toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""));
    }

    private Seen database(UUID tenant) throws CheckFailed {
        if (!isAnswering(tenant)) {
            throw new CheckFailed("database_failed", "The database doesn't answer.", Map.of());
        }
        return new Seen(Map.of(), false);
    }

    private boolean isAnswering(UUID tenant) {
        try {
            return database.apply(tenant);
        } catch (RuntimeException failed) {
            return false;
        }
    }
}
