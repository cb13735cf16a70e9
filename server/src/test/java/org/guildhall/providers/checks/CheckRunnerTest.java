package org.guildhall.providers.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.TestServer;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.providers.checks.CheckResultStore.Result;
import org.guildhall.providers.checks.CheckStore.Settings;
import org.guildhall.providers.checks.CheckStore.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs of single checks against local targets. */
class CheckRunnerTest {

    private static final int TIMEOUT_MS = 1_000;
    /** The header of a TLS record of 16 KiB, of which the rest comes a byte at a time. */
    private static final byte[] RECORD = {0x16, 0x03, 0x03, 0x40, 0x00};

    private static Result run(String type, Target target, int timeoutMs) {
        var now = Instant.parse("2026-11-29T12:00:00Z");
        var settings = new Settings(target, 60, timeoutMs, 0, new CheckHealth.Limits(1, 3, 2), null, null, null);
        var check = new CheckStore.Row(
                UUID.randomUUID(), null, UUID.randomUUID(), type, settings, "active", CheckHealth.UNKNOWN, null, null, null, null, null, now, now, now, 1);
        try (var outbound = Outbound.open(new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1/32"))))) {
            return new CheckRunner(outbound, Keys.parse(TestServer.KEYS), tenant -> true).run(UUID.randomUUID(), check, now);
        }
    }

    @Test
    void tls_targetThatTrickles_endsAtTheDeadline() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> trickle(server));
            var begun = System.nanoTime();
            var result = run("tls", new Target(null, "127.0.0.1", server.getLocalPort(), null, null), TIMEOUT_MS);
            var lasted = Duration.ofNanos(System.nanoTime() - begun);
            assertEquals("fail", result.outcome());
            assertEquals("timeout", Objects.requireNonNull(result.error()).code());
            assertTrue(lasted.toMillis() < 10 * TIMEOUT_MS, lasted::toString);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # metadata of OpenID Connect                               | of RFC 8414                | key set                      | outcome
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | {"keys": [RSA]}              | pass 1
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | {"keys": [RSA, RSA, SECRET]} | pass 2
            -                                                          | {"issuer": "ISSUER", "jwks_uri": "BASE/keys"} | {"keys": [RSA]} | pass 1
            {"issuer": "BASE/other", "jwks_uri": "BASE/keys"}          | -                          | {"keys": [RSA]}              | The metadata names another issuer.
            {"issuer": "ISSUER"}                                       | -                          | {"keys": [RSA]}              | The metadata has no `jwks_uri`.
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | {"keys": [SECRET]}           | The key set has no public key for signatures.
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | {"keys": [ENCRYPTION]}       | The key set has no public key for signatures.
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | {"keys": 1}                  | The key set is no JSON Web Key Set.
            {"issuer": "ISSUER", "jwks_uri": "BASE/keys"}              | -                          | -                            | The answer for the key set has the status 404.
            <html>                                                     | -                          | -                            | The metadata is no JSON.
            -                                                          | -                          | -                            | The answer for the metadata has the status 404.
            {"issuer": "ISSUER", "jwks_uri": "http://127.0.0.2/keys"}  | -                          | -                            | The target leads to an address that isn't public.
            """)
    void oauthIssuer_passesOnlyIfItsTokensCanBeVerified(String openId, String authorizationServer, String keySet, String outcome) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        var base = "http://127.0.0.1:" + server.getAddress().getPort();
        answer(server, "/tenant/.well-known/openid-configuration", base, openId);
        answer(server, "/.well-known/oauth-authorization-server/tenant", base, authorizationServer);
        answer(server, "/keys", base, keySet);
        server.start();
        try {
            var result = run("oauth_issuer", new Target(base + "/tenant", null, null, null, null), 10 * TIMEOUT_MS);
            var error = result.error();
            assertEquals(outcome, error == null ? result.outcome() + " " + result.observed().get("signing_keys") : error.detail());
        } finally {
            server.stop(0);
        }
    }

    private static void answer(HttpServer server, String path, String base, @Nullable String template) {
        var rsa = "{\"kty\": \"RSA\", \"e\": \"AQAB\", \"n\": \"%s\"%s}";
        var modulus = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[256]).replaceFirst("A", "u");
        var body = template == null ? null : template
                .replace("ISSUER", base + "/tenant")
                .replace("BASE", base)
                .replace("RSA", rsa.formatted(modulus, ""))
                .replace("ENCRYPTION", rsa.formatted(modulus, ", \"use\": \"enc\""))
                .replace("SECRET", "{\"kty\": \"oct\", \"k\": \"c2VjcmV0\"}");
        server.createContext(path, exchange -> {
            var bytes = body == null ? new byte[0] : body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(body == null ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    /** Sends a byte long before any timeout of a single read, for half a minute. */
    private static void trickle(ServerSocket server) {
        try (var socket = server.accept()) {
            socket.getOutputStream().write(RECORD);
            for (int count = 0; count < 300; count++) {
                socket.getOutputStream().write(1);
                Thread.sleep(100);
            }
        } catch (IOException gone) {
            // The check has closed the connection.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
