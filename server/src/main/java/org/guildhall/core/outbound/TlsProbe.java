package org.guildhall.core.outbound;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.jspecify.annotations.Nullable;

/** Looks at the certificate of a host, also at one that isn't trusted. Nothing is sent over the connection. */
public final class TlsProbe {

    private final GuardedResolver resolver;
    private final X509TrustManager trust;

    /**
     * A certificate.
     *
     * @param issuer the distinguished name of its issuer (RFC 4514)
     * @param trusted true if its chain leads to a trusted authority and is valid now
     * @param matches true if it is for the host
     */
    public record Certificate(String issuer, Instant notAfter, boolean trusted, boolean matches) {}

    public TlsProbe(GuardedResolver resolver) {
        this(resolver, trust(null));
    }

    /** @param trust the trusted authorities; replaceable in tests */
    TlsProbe(GuardedResolver resolver, X509TrustManager trust) {
        this.resolver = resolver;
        this.trust = trust;
    }

    /** Trusts the authorities of a store. @param authorities null for those of the system */
    static X509TrustManager trust(@Nullable KeyStore authorities) {
        try {
            var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities);
            for (var manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new IllegalStateException("there is no trust manager for X.509");
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /**
     * Connects to the first address that accepts, and reads the certificate.
     *
     * @throws OutboundFailure {@code tls_failed} if the target shows no certificate, and the codes of a connection
     */
    public Certificate look(String host, int port, Deadline deadline) throws OutboundFailure {
        var judge = new Judge(trust);
        try (var plain = connect(host, port, deadline);
                var _ = deadline.alarm(() -> close(plain));
                var socket = (SSLSocket) context(judge).getSocketFactory().createSocket(plain, host, port, true)) {
            if (host.matches(".*[A-Za-z].*") && !host.contains(":")) {
                var parameters = socket.getSSLParameters();
                parameters.setServerNames(List.of(new SNIHostName(host)));
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            var certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return new Certificate(
                    certificate.getIssuerX500Principal().getName(), certificate.getNotAfter().toInstant(), judge.trusted, matches(host, certificate));
        } catch (SSLException refused) {
            deadline.left();
            throw new OutboundFailure(Code.TLS_FAILED, "The TLS handshake failed.");
        } catch (IOException broken) {
            deadline.left();
            throw new OutboundFailure(Code.CONNECT_FAILED, "The connection broke during the TLS handshake.");
        }
    }

    private static boolean matches(String host, X509Certificate certificate) {
        try {
            new DefaultHostnameVerifier().verify(host, certificate);
            return true;
        } catch (SSLException other) {
            return false;
        }
    }

    /** Connects to the first address of a host that accepts; the name isn't looked up again. */
    public Socket connect(String host, int port, Deadline deadline) throws OutboundFailure {
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

    private static SSLContext context(Judge judge) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {judge}, null);
            return context;
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** Remembers the judgement instead of ending the handshake, which would hide the certificate. One connection each. */
    private static final class Judge implements X509TrustManager {

        private final X509TrustManager trust;
        private volatile boolean trusted;

        Judge(X509TrustManager trust) {
            this.trust = trust;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String keyExchange) {
            try {
                trust.checkServerTrusted(chain, keyExchange);
                trusted = true;
            } catch (CertificateException untrusted) {
                trusted = false;
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String keyExchange) throws CertificateException {
            throw new CertificateException("this is a client");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trust.getAcceptedIssuers();
        }
    }
}
