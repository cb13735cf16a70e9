package org.guildhall.providers;

import static org.guildhall.providers.SignalsFixture.BASE;
import static org.guildhall.providers.SignalsFixture.each;
import static org.guildhall.providers.SignalsFixture.shown;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.core.outbound.WebhookSignature;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks that really run against servers of the test, and what their results make of a signal. */
class ChecksTest {

    private static final String URL = BASE + "/checks";

    private final SignalsFixture signals = new SignalsFixture(TestServer.sending());
    private final AtomicInteger status = new AtomicInteger(200);
    private final AtomicInteger calls = new AtomicInteger();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            calls.incrementAndGet();
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Reply create(String signal, String type, String more) {
        return signals.http.post(URL, "{\"signal_id\": \"" + signal + "\", \"type\": \"" + type + "\"" + more + "}");
    }

    /** The id of a check of the test's server, which is tried once and fails at once. */
    private String http(String signal, String more) {
        return create(signal, "http", ", \"target\": {\"url\": \"http://127.0.0.1:%d/\"}, \"retries\": 0%s".formatted(server.getAddress().getPort(), more))
                .expect(201).at("/id");
    }

    private Reply check(String id) {
        return signals.http.get(URL + "/" + id).expect(200);
    }

    private List<String> outcomes(String check) {
        return each(signals.http.get(URL + "/" + check + "/results?sort=at"), "/data", "/outcome");
    }

    /** Waits until the check has so many results, the first one included. */
    private Reply awaitResults(String check, int count) {
        for (int attempt = 0; attempt < 300; attempt++) {
            if (outcomes(check).size() >= count) {
                return check(check);
            }
            pause();
        }
        throw new AssertionError(check(check).text());
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    private Reply act(String check, String verb) {
        return signals.http.post(URL + "/" + check + "/" + verb, null);
    }

    private void runAgain(String check, int results) {
        act(check, "run").expect(200);
        awaitResults(check, results);
    }

    @Test
    void stoppedServer_degradesThenBlocksItsSignal_andRecovers() {
        var signal = signals.made("api", "system", "healthy", "");
        var check = http(signal, ", \"failures_to_block\": 2, \"successes_to_recover\": 1");
        awaitResults(check, 1);
        assertEquals(List.of("pass"), outcomes(check));
        assertEquals("operational 95", shown(signals.get(signal)));
        assertEquals("true", signals.get(signal).at("/derived"));
        status.set(500);
        runAgain(check, 2);
        assertEquals("degraded 61", shown(signals.get(signal)));
        var failed = check(check);
        assertEquals("warning 1 unexpected_answer", failed.at("/outcome") + " " + failed.at("/consecutive_failures") + " " + failed.at("/last_error/code"));
        server.stop(0);
        runAgain(check, 3);
        assertEquals("blocked 18", shown(signals.get(signal)));
        assertEquals("connect_failed", check(check).at("/last_error/code"));
        assertEquals(List.of("pass", "fail", "fail"), outcomes(check));
        var trail = signals.http.get("/api/v1/platform/audit-events?sort=occurred_at&actor_type=job&entity_type=signal&entity_id=" + signal);
        assertEquals(List.of("operational", "degraded", "blocked"), each(trail, "/data", "/after/status"), "each change of the status has an event");
        assertEquals(List.of("checks", "checks", "checks"), each(trail, "/data", "/source_workflow"));
    }

    @Test
    void recoveredServer_staysCappedUntilItsIncidentIsClosed() {
        var signal = signals.made("api", "system", "healthy", "");
        var check = http(signal, ", \"failures_to_block\": 1, \"successes_to_recover\": 1");
        awaitResults(check, 1);
        status.set(503);
        runAgain(check, 2);
        assertEquals("blocked 18", shown(signals.get(signal)));
        signals.http.post(BASE + "/incidents", """
                {"signal_id": "%s", "cause": "down", "title": "Down", "impact": "I", "severity": "major", "owner": {"kind": "team", "name": "T"},
                 "recovery_action": "Start it"}""".formatted(signal)).expect(201);
        status.set(200);
        runAgain(check, 3);
        assertEquals("degraded 61", shown(signals.get(signal)));
        assertEquals("operational", signals.get(signal).at("/evidence/status"));
    }

    @Test
    void worstActiveCheckDecides_andASignalWithoutChecksHasItsSourceStatus() {
        var signal = signals.made("api", "integration", "live", ", \"signal_percent\": 99");
        assertEquals("operational 99", shown(signals.get(signal)));
        var good = http(signal, "");
        awaitResults(good, 1);
        assertEquals("operational 92", shown(signals.get(signal)), "the percentage of the table");
        var closed = create(signal, "http", ", \"target\": {\"url\": \"http://127.0.0.1:%d/\", \"expected\": \"418\"}, \"retries\": 0, \"failures_to_block\": 1"
                .formatted(server.getAddress().getPort())).expect(201).at("/id");
        awaitResults(closed, 1);
        assertEquals("blocked 18", shown(signals.get(signal)));
        act(closed, "pause").expect(200);
        assertEquals("operational 92", shown(signals.get(signal)));
        act(good, "archive").expect(200);
        assertEquals("operational 99", shown(signals.get(signal)));
        assertEquals("false", signals.get(signal).at("/derived"));
        act(closed, "resume").expect(200);
        awaitResults(closed, 2);
        assertEquals("blocked 18", shown(signals.get(signal)));
        assertEquals("409 invalid_state", act(closed, "resume").outcome());
        assertEquals("409 invalid_state", act(good, "run").outcome());
        assertEquals("409 invalid_state", signals.http.patch(URL + "/" + good, "{\"retries\": 2}").outcome());
    }

    @Test
    void forbiddenTarget_failsWithoutACall() throws IOException {
        var signal = signals.made("api", "system", "healthy", "");
        var secret = HttpServer.create(new InetSocketAddress("127.0.0.2", 0), 0);
        secret.createContext("/", exchange -> calls.incrementAndGet());
        secret.start();
        try {
            for (var host : List.of("127.0.0.2", "2130706434", "[::ffff:127.0.0.2]")) {
                var check = create(signal, "http", ", \"target\": {\"url\": \"http://" + host + ":" + secret.getAddress().getPort() + "/\"}").expect(201).at("/id");
                var failed = awaitResults(check, 1);
                assertEquals("target_forbidden", failed.at("/last_error/code"), host);
            }
            var tcp = create(signal, "tcp", ", \"target\": {\"host\": \"127.0.0.2\", \"port\": " + secret.getAddress().getPort() + "}").expect(201).at("/id");
            assertEquals("target_forbidden", awaitResults(tcp, 1).at("/last_error/code"));
            assertEquals(0, calls.get());
        } finally {
            secret.stop(0);
        }
    }

    @Test
    void tcpAndDatabase_pass_tlsOfAPlainServerFails() throws IOException {
        var signal = signals.made("api", "system", "healthy", "");
        var port = server.getAddress().getPort();
        var tcp = create(signal, "tcp", ", \"target\": {\"host\": \"127.0.0.1\", \"port\": " + port + "}").expect(201).at("/id");
        var database = create(signal, "database", "").expect(201).at("/id");
        assertEquals("passing", awaitResults(tcp, 1).at("/outcome"));
        assertEquals("passing", awaitResults(database, 1).at("/outcome"));
        try (var plain = new ServerSocket(0, 4, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.startVirtualThread(() -> babble(plain));
            var tls = create(signal, "tls", ", \"target\": {\"host\": \"127.0.0.1\", \"port\": " + plain.getLocalPort() + "}, \"retries\": 0").expect(201).at("/id");
            assertEquals("tls_failed", awaitResults(tls, 1).at("/last_error/code"));
        }
    }

    private static void babble(ServerSocket plain) {
        try (var caller = plain.accept()) {
            caller.getInputStream().read();
            caller.getOutputStream().write("220 mail.example ready\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException gone) {
            // The check has closed the connection.
        }
    }

    @Test
    void webhookDelivery_isSigned_andItsSecretIsNeverShown() throws SQLException {
        var secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        var accepted = new AtomicInteger();
        server.removeContext("/");
        server.createContext("/", exchange -> {
            var headers = exchange.getRequestHeaders();
            var right = WebhookSignature.of(secret).verify(
                    headers.getFirst(WebhookSignature.ID), headers.getFirst(WebhookSignature.TIMESTAMP), headers.getFirst(WebhookSignature.SIGNATURE),
                    exchange.getRequestBody().readAllBytes(), Instant.now());
            accepted.addAndGet(right && exchange.getRequestMethod().equals("POST") ? 1 : 0);
            exchange.sendResponseHeaders(right ? 204 : 401, -1);
            exchange.close();
        });
        var url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        var made = create(signals.made("webhook", "webhook_event", "active", ""), "webhook_delivery",
                ", \"target\": {\"url\": \"" + url + "\", \"secret\": \"" + secret + "\"}, \"retries\": 0").expect(201);
        var check = made.at("/id");
        assertEquals("passing", awaitResults(check, 1).at("/outcome"));
        assertEquals(1, accepted.get());
        var patched = signals.http.patch(URL + "/" + check, "{\"target\": {\"url\": \"" + url + "two\"}}").expect(200);
        runAgain(check, 2);
        assertEquals(List.of("pass", "pass"), outcomes(check), "a change of the URL keeps the secret");
        signals.http.patch(URL + "/" + check, "{\"target\": {\"secret\": \"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}}").expect(200);
        runAgain(check, 3);
        assertEquals("unexpected_answer", check(check).at("/last_error/code"), "another secret is used at once");
        var trail = signals.http.get("/api/v1/platform/audit-events?entity_id=" + check).text();
        var stored = String.join(" ", signals.tenant.found("select to_jsonb(c)::text from providers.checks c where tenant_id = ?", signals.tenant.id()));
        for (var shown : List.of(made.text(), patched.text(), trail, stored, check(check).text())) {
            assertFalse(shown.contains("whsec_") || shown.contains("MfKQ9r8GKYq"), shown);
        }
    }

    @Test
    void slowAnswer_warns() {
        var signal = signals.made("api", "system", "healthy", "");
        server.removeContext("/");
        server.createContext("/", exchange -> {
            pause();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        var check = http(signal, ", \"warn_latency_ms\": 20");
        assertEquals("warning", awaitResults(check, 1).at("/outcome"));
        assertEquals("degraded 61", shown(signals.get(signal)));
        assertEquals(List.of("warn"), outcomes(check));
    }

    @Test
    void retries_areAttemptsOfOneResult() {
        status.set(500);
        var check = create(signals.made("api", "system", "healthy", ""), "http",
                ", \"target\": {\"url\": \"http://127.0.0.1:%d/\"}, \"retries\": 2".formatted(server.getAddress().getPort())).expect(201).at("/id");
        awaitResults(check, 1);
        assertEquals("3", signals.http.get(URL + "/" + check + "/results").at("/data/0/attempts"));
        assertEquals("500", signals.http.get(URL + "/" + check + "/results").at("/data/0/observed/status"));
        assertEquals(3, calls.get());
    }

    @Test
    void checksOfAPlannedSignal_runWhenItIsNoLongerPlanned() {
        var signal = signals.made("api", "system", "planned", "");
        var check = http(signal, "");
        assertEquals("planned 35", shown(signals.get(signal)));
        signals.patch(signal, "{\"source_status\": \"healthy\"}").expect(200);
        awaitResults(check, 1);
        assertEquals("operational 95", shown(signals.get(signal)));
    }

    @Test
    void staleResults_decay_andASummaryShowsThem() throws SQLException {
        var signal = signals.made("api", "system", "healthy", "");
        var check = http(signal, ", \"cadence_seconds\": 3600");
        awaitResults(check, 1);
        signals.tenant.sql("""
                update providers.checks set last_result_at = last_result_at - interval '298 minutes', active_since = active_since - interval '298 minutes'
                where tenant_id = ?""", signals.tenant.id());
        var stale = signals.get(signal);
        assertEquals("degraded 67", shown(stale), "nearly five cadences: 95 of which 70 percent");
        assertNotNull(stale.at("/stale_since"));
        assertEquals(Instant.parse(String.valueOf(check(check).at("/last_result_at"))).plus(2, ChronoUnit.HOURS), Instant.parse(String.valueOf(stale.at("/stale_since"))));
        assertEquals("67", signals.summary("").at("/signal_percent"));
        runAgain(check, 2);
        assertEquals("operational 95", shown(signals.get(signal)));
        assertNull(signals.get(signal).at("/stale_since"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "http     | {}                                                     | /target/url required",
        "http     | {\"url\": \"https://a.example/\", \"port\": 80}        | /target/port other_type",
        "http     | {\"url\": \"https://a.example/\", \"expected\": \"ok\"}| /target/expected status",
        "http     | {\"url\": \"ftp://a.example/\"}                        | /target/url target_forbidden",
        "http     | {\"url\": \"https://u:p@a.example/\"}                  | /target/url target_forbidden",
        "http     | {\"url\": \"https://a.example:22/\"}                   | /target/url target_forbidden",
        "tcp      | {\"host\": \"a.example\"}                              | /target/port required",
        "dns      | {\"host\": \"a.example\"}                              | /target/record_type required",
        "oauth_issuer | {\"url\": \"https://a.example/?tenant=1\"}       | /target/url issuer",
        "webhook_delivery | {\"url\": \"https://a.example/\"}           | /target/secret required",
        "webhook_delivery | {\"url\": \"https://a.example/\", \"secret\": \"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"} | /target/secret format",
        "http     | {\"url\": \"https://a.example/\", \"secret\": \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"} | /target/secret other_type",
        "database | {\"host\": \"a.example\"}                              | /target/host other_type",
    })
    void target_mustFitTheType(String type, String target, String error) {
        var refused = create(signals.made("api", "system", "healthy", ""), type, ", \"target\": " + target);
        assertEquals(422, refused.status());
        assertEquals(error, refused.at("/errors/0/pointer") + " " + refused.at("/errors/0/code"));
    }

    @Test
    void settings_areCheckedTogether() {
        var signal = signals.made("api", "system", "healthy", "");
        assertEquals("/failures_to_block", create(signal, "database", ", \"failures_to_degrade\": 4").at("/errors/0/pointer"));
        assertEquals("/warn_days", create(signal, "database", ", \"warn_days\": 4").at("/errors/0/pointer"));
        var check = create(signal, "database", "").expect(201).at("/id");
        assertEquals("422 validation_failed", signals.http.patch(URL + "/" + check, "{\"failures_to_block\": 1, \"failures_to_degrade\": 2}").outcome());
        assertTrue(check(check).json().get("next_run_at").isTextual());
        for (int count = 1; count < 20; count++) {
            create(signal, "database", "").expect(201);
        }
        assertEquals("409 conflict", create(signal, "database", "").outcome());
    }
}
