package org.guildhall.core.outbound;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.guildhall.core.outbound.TlsProbe.Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates of local servers, made by the JDK's keytool. */
class TlsProbeTest {

    private static final char[] PASSWORD = "changeit".toCharArray();
    private static final String HOST = "shop.winter.example";

    @TempDir
    private Path folder;

    private KeyStore certificate(String host, String... validity) throws Exception {
        var file = folder.resolve(host + validity.length + ".p12");
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=" + host,
                "-ext", "SAN=dns:" + host, "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        command.addAll(List.of(validity));
        var keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        var words = new String(keytool.getInputStream().readAllBytes());
        assertEquals(0, keytool.waitFor(), words);
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    /** Looks at a server with a certificate, with a store of trusted authorities. */
    private static Certificate look(KeyStore shown, KeyStore trusted) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(shown, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        try (var server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 4, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofPlatform().daemon().start(() -> shake(server));
            return probe(server.getLocalPort(), trusted);
        }
    }

    private static Certificate probe(int port, KeyStore trusted) throws OutboundFailure {
        var local = new OutgoingAddresses(List.of(IpRange.parse("127.0.0.1/32")));
        try (var resolver = new GuardedResolver(local, host -> new InetAddress[] {InetAddress.ofLiteral("127.0.0.1")})) {
            return new TlsProbe(resolver, TlsProbe.trust(trusted)).look(HOST, port, Deadline.after(Duration.ofSeconds(20)));
        }
    }

    private static void shake(ServerSocket server) {
        try (var socket = (SSLSocket) server.accept()) {
            socket.startHandshake();
            socket.getInputStream().read();
        } catch (IOException gone) {
            // The probe has closed the connection.
        }
    }

    private static KeyStore authorities(KeyStore of) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("a", of.getCertificate("a"));
        return store;
    }

    @Test
    void certificate_isJudgedAndShown_alsoIfItIsNotTrusted() throws Exception {
        var good = certificate(HOST);
        var trusted = look(good, authorities(good));
        assertEquals("CN=" + HOST + " true true", trusted.issuer() + " " + trusted.trusted() + " " + trusted.matches());
        assertTrue(trusted.notAfter().isAfter(Instant.now().plus(Duration.ofDays(30))));

        var other = certificate("other.example");
        var untrusted = look(good, authorities(other));
        assertEquals("CN=" + HOST + " false true", untrusted.issuer() + " " + untrusted.trusted() + " " + untrusted.matches());
        var elsewhere = look(other, authorities(other));
        assertEquals("true false", elsewhere.trusted() + " " + elsewhere.matches());

        var old = certificate(HOST, "-startdate", "-90d", "-validity", "30");
        var expired = look(old, authorities(old));
        assertTrue(expired.notAfter().isBefore(Instant.now()));
        assertEquals("true", String.valueOf(expired.matches()));
    }

    @Test
    void plainServer_hasNoCertificate() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("a", certificate(HOST).getCertificate("a"));
        try (var server = new ServerSocket(0, 4, InetAddress.ofLiteral("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    socket.getOutputStream().write("220 mail.example ready\r\n".getBytes());
                    socket.getInputStream().read();
                } catch (IOException gone) {
                    // The probe has closed the connection.
                }
            });
            var failed = assertThrows(OutboundFailure.class, () -> probe(server.getLocalPort(), store));
            assertEquals(Code.TLS_FAILED, failed.code());
        }
    }
}
