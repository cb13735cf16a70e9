package org.guildhall.providers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.providers.CheckResultStore.Result;
import org.guildhall.providers.CheckStore.Settings;
import org.guildhall.providers.CheckStore.Target;
import org.junit.jupiter.api.Test;

/** Runs of single checks against local targets. */
class CheckRunnerTest {

    private static final int TIMEOUT_MS = 1_000;
    /** The header of a TLS record of 16 KiB, of which the rest comes a byte at a time. */
    private static final byte[] RECORD = {0x16, 0x03, 0x03, 0x40, 0x00};

    private static Result run(String type, int port) {
        var now = Instant.parse("2026-11-29T12:00:00Z");
        var settings = new Settings(
                new Target(null, "127.0.0.1", port, null, null), 60, TIMEOUT_MS, 0, new CheckHealth.Limits(1, 3, 2), null, null);
        var check = new CheckStore.Row(
                UUID.randomUUID(), null, UUID.randomUUID(), type, settings, "active", CheckHealth.UNKNOWN, null, null, null, null, null, now, now, now, 1);
        try (var outbound = Outbound.open(new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1/32"))))) {
            return new CheckRunner(outbound.http(), outbound.resolver(), outbound.addresses(), tenant -> true).run(UUID.randomUUID(), check, now);
        }
    }

    @Test
    void tls_targetThatTrickles_endsAtTheDeadline() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> trickle(server));
            var begun = System.nanoTime();
            var result = run("tls", server.getLocalPort());
            var lasted = Duration.ofNanos(System.nanoTime() - begun);
            assertEquals("fail", result.outcome());
            assertEquals("timeout", Objects.requireNonNull(result.error()).code());
            assertTrue(lasted.toMillis() < 10 * TIMEOUT_MS, lasted::toString);
        }
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
