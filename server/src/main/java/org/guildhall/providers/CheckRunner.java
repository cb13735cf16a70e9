package org.guildhall.providers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingException;
import javax.naming.directory.InitialDirContext;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.guildhall.core.outbound.Deadline;
import org.guildhall.core.outbound.GuardedHttp.Request;
import org.guildhall.core.outbound.GuardedHttp;
import org.guildhall.core.outbound.GuardedResolver;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.OutboundFailure;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.providers.CheckResultStore.Result;
import org.guildhall.providers.CheckStore.Failure;
import org.guildhall.providers.CheckStore.Settings;

/** Runs one check: calls its target, without a transaction. */
final class CheckRunner {

    private static final int REDIRECTS_MAX = 3;
    private static final int TLS_PORT = 443;
    private static final int WARN_DAYS = 14;
    private static final int OBSERVED_MAX = 255;

    private final GuardedHttp http;
    private final IssuerProbe issuers;
    private final GuardedResolver resolver;
    private final OutgoingAddresses addresses;
    private final Function<UUID, Boolean> database;
    private final SSLSocketFactory tls = (SSLSocketFactory) SSLSocketFactory.getDefault();

    /** The observations of an attempt with a good answer. @param warns true if they are a reason for a warning, apart from the latency */
    private record Seen(Map<String, String> observed, boolean warns) {}

    /** @param database true if the database of this server answers, asked for a tenant */
    CheckRunner(GuardedHttp http, GuardedResolver resolver, OutgoingAddresses addresses, Function<UUID, Boolean> database) {
        this.http = http;
        this.issuers = new IssuerProbe(http);
        this.resolver = resolver;
        this.addresses = addresses;
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
        var answer = http.send(new Request("GET", url, Duration.ofMillis(settings.timeoutMs()), REDIRECTS_MAX));
        var observed = Map.of("status", Integer.toString(answer.status()));
        var expected = settings.target().expected();
        if (expected == null ? answer.status() < 200 || answer.status() > 399 : answer.status() != Integer.parseInt(expected)) {
            throw new CheckFailed("unexpected_answer", "The answer has the status " + answer.status() + ".", observed);
        }
        return new Seen(observed, false);
    }

    private Seen tcp(Settings settings, Deadline deadline) throws OutboundFailure {
        var target = settings.target();
        try (var socket = connect(Objects.requireNonNull(target.host()), Objects.requireNonNull(target.port()), deadline)) {
            return new Seen(Map.of(), false);
        } catch (IOException closing) {
            throw new OutboundFailure(Code.CONNECT_FAILED, "The connection broke.");
        }
    }

    /** Connects to the first address that accepts; the name isn't looked up again. */
    private Socket connect(String host, int port, Deadline deadline) throws OutboundFailure {
        for (var address : resolver.resolve(host, deadline)) {
            var socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), (int) Math.max(1, deadline.left().toMillis()));
                return socket;
            } catch (IOException refused) {
                close(socket);
            }
        }
        deadline.left();
        throw new OutboundFailure(Code.CONNECT_FAILED, "The target refuses the connection.");
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // The socket is closed, or had no connection.
        }
    }

    private Seen tls(Settings settings, Deadline deadline, Instant now) throws OutboundFailure, CheckFailed {
        var host = Objects.requireNonNull(settings.target().host());
        int port = settings.target().port() == null ? TLS_PORT : settings.target().port();
        try (var plain = connect(host, port, deadline);
                var _ = deadline.alarm(() -> close(plain));
                var socket = (SSLSocket) tls.createSocket(plain, host, port, true)) {
            var parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            if (host.matches(".*[A-Za-z].*") && !host.contains(":")) {
                parameters.setServerNames(List.of(new SNIHostName(host)));
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            long days = Duration.between(now, certificate.getNotAfter().toInstant()).toDays();
            int warn = settings.warnDays() == null ? WARN_DAYS : settings.warnDays();
            return new Seen(Map.of("expires_in_days", Long.toString(days)), days < warn);
        } catch (SSLException refused) {
            deadline.left();
            throw new CheckFailed("tls_failed", "The TLS handshake failed, or the certificate isn't trusted for this host.", Map.of());
        } catch (IOException broken) {
            deadline.left();
            throw new OutboundFailure(Code.CONNECT_FAILED, "The connection broke during the TLS handshake.");
        }
    }

    private Seen dns(Settings settings, Deadline deadline) throws OutboundFailure, CheckFailed {
        var name = Objects.requireNonNull(settings.target().host());
        var type = Objects.requireNonNull(settings.target().recordType()).toUpperCase(Locale.ROOT);
        var records = records(name, type, deadline);
        if (records.isEmpty()) {
            throw new CheckFailed("unexpected_answer", "The name has no record of the type " + type + ".", Map.of());
        }
        if ((type.equals("A") || type.equals("AAAA")) && records.stream().anyMatch(Predicate.not(this::isPublic))) {
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
        return addresses.isAllowed(InetAddress.ofLiteral(literal));
    }

    /** Compares records without their case and without the dot at the end of a name. */
    private static boolean same(String record, String expected) {
        return record.toLowerCase(Locale.ROOT).replaceFirst("\\.$", "").equals(expected.toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""));
    }

    private static List<String> records(String name, String type, Deadline deadline) throws OutboundFailure, CheckFailed {
        var settings = new Hashtable<String, String>();
        settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        settings.put(Context.PROVIDER_URL, "dns:");
        // One retry: together three times the initial wait.
        settings.put("com.sun.jndi.dns.timeout.initial", Long.toString(Math.max(1, deadline.left().toMillis() / 3)));
        settings.put("com.sun.jndi.dns.timeout.retries", "2");
        try {
            var context = new InitialDirContext(settings);
            try {
                var found = context.getAttributes(name, new String[] {type}).get(type);
                var records = new ArrayList<String>();
                for (int at = 0; found != null && at < found.size(); at++) {
                    records.add(String.valueOf(found.get(at)));
                }
                return records;
            } finally {
                context.close();
            }
        } catch (NameNotFoundException unknown) {
            throw new CheckFailed("name_unknown", "The name doesn't exist.", Map.of());
        } catch (NamingException unanswered) {
            throw new OutboundFailure(Code.NO_RESOLVER, "No name server gave an answer.");
        }
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
