package org.guildhall.core.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.routing.RoutingSupport;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.Lookup;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.util.Timeout;
import org.guildhall.core.outbound.OutboundFailure.Code;
import org.jspecify.annotations.Nullable;

/**
 * Calls URLs that a tenant names. The address is judged when the connection is opened, each redirect again. A call ends at its deadline, also
 * if the server sends a byte now and then. At most a mebibyte of the answer is read. There are no proxies, cookies or credentials.
 */
public final class GuardedHttp {

    /** The bytes of an answer that are read. */
    public static final int BODY_BYTES_MAX = 1 << 20;

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /**
     * A call.
     *
     * @param redirectsMax the redirects that are followed; with 0 a redirect is the answer. A request with a body must have 0.
     * @param headers further headers of the request
     * @param body null for none
     */
    public record Request(String method, String url, Duration timeout, int redirectsMax, Map<String, String> headers, byte @Nullable [] body) {

        public Request {
            if (body != null && redirectsMax > 0) {
                throw new IllegalArgumentException("a body isn't sent to the target of a redirect");
            }
        }

        public Request(String method, String url, Duration timeout, int redirectsMax) {
            this(method, url, timeout, redirectsMax, Map.of(), null);
        }
    }

    /**
     * An answer.
     *
     * @param location the target of a redirect that wasn't followed
     * @param truncated true if the body is longer
     * @param retryAfter the header {@code Retry-After} as it was sent
     */
    public record Answer(int status, byte[] body, boolean truncated, @Nullable String location, @Nullable String retryAfter, Duration latency) {}

    private final GuardedResolver resolver;
    private final Lookup<TlsSocketStrategy> tls;

    public GuardedHttp(GuardedResolver resolver) {
        this(resolver, DefaultClientTlsStrategy.createDefault());
    }

    /** @param tls the trusted authorities; replaceable in tests */
    GuardedHttp(GuardedResolver resolver, TlsSocketStrategy tls) {
        this.resolver = resolver;
        this.tls = RegistryBuilder.<TlsSocketStrategy>create().register(URIScheme.HTTPS.id, tls).build();
    }

    /** Sends a request. @throws OutboundFailure if there is no answer, or the target is forbidden */
    public Answer send(Request request) throws OutboundFailure {
        var deadline = Deadline.after(request.timeout());
        var method = request.method();
        var target = TargetRules.http(request.url());
        for (int redirects = 0; ; redirects++) {
            var answer = once(request, method, target, deadline);
            if (request.redirectsMax() == 0 || answer.location() == null) {
                return answer;
            }
            if (redirects == request.redirectsMax()) {
                throw new OutboundFailure(Code.TOO_MANY_REDIRECTS, "The target redirects more than " + redirects + " times.");
            }
            target = TargetRules.http(resolved(target, answer.location()));
            method = answer.status() == 303 && !method.equals("HEAD") ? "GET" : method;
        }
    }

    private static String resolved(URI base, String location) throws OutboundFailure {
        try {
            return base.resolve(location).toString();
        } catch (IllegalArgumentException unreadable) {
            throw new OutboundFailure(Code.PROTOCOL_ERROR, "The target redirects to something that is not a URL.");
        }
    }

    private Answer once(Request wanted, String method, URI target, Deadline deadline) throws OutboundFailure {
        var request = new HttpUriRequestBase(method, target);
        wanted.headers().forEach(request::setHeader);
        var handedOver = new AtomicBoolean();
        if (wanted.body() != null) {
            request.setEntity(new ObservedBody(wanted.body(), handedOver));
        }
        var late = new AtomicBoolean();
        var refused = new AtomicReference<@Nullable OutboundFailure>();
        try (var _ = deadline.alarm(() -> {
                    late.set(true);
                    request.abort();
                });
                var client = client(deadline, refused)) {
            // The response isn't closed, which would read the rest of its body. Closing the client drops the connection.
            return read(client.executeOpen(RoutingSupport.determineHost(request), request, null), deadline);
        } catch (IOException | HttpException | RuntimeException failed) {
            var refusal = refused.get();
            var failure = refusal != null ? refusal : late.get() ? Deadline.timeout() : translated(failed);
            throw handedOver.get() ? failure.afterHandOver() : failure;
        } finally {
            request.abort();
        }
    }

    /** A client for one request: its resolver knows the deadline, and no connection is used twice. */
    private CloseableHttpClient client(Deadline deadline, AtomicReference<@Nullable OutboundFailure> refused) throws OutboundFailure {
        var left = Timeout.of(deadline.left());
        var connections = BasicHttpClientConnectionManager.create(null, new Resolver(deadline, refused), tls, null);
        connections.setConnectionConfig(ConnectionConfig.custom().setConnectTimeout(left).setSocketTimeout(left).build());
        return HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(left)
                        .setProtocolUpgradeEnabled(false)
                        .setAuthenticationEnabled(false)
                        .build())
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Guildhall")
                .build();
    }

    private static Answer read(ClassicHttpResponse response, Deadline deadline) throws IOException {
        var entity = response.getEntity();
        byte[] body = new byte[0];
        boolean truncated = false;
        if (entity != null) {
            var stream = entity.getContent();
            body = stream.readNBytes(BODY_BYTES_MAX);
            truncated = body.length == BODY_BYTES_MAX && stream.read() >= 0;
        }
        var location = REDIRECTS.contains(response.getCode()) ? response.getFirstHeader(HttpHeaders.LOCATION) : null;
        var retryAfter = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        return new Answer(
                response.getCode(), body, truncated, location == null ? null : location.getValue(), retryAfter == null ? null : retryAfter.getValue(),
                deadline.elapsed());
    }

    private static OutboundFailure translated(Exception failed) {
        if (failed instanceof SSLException) {
            return new OutboundFailure(Code.TLS_FAILED, "The TLS handshake failed, or the certificate isn't trusted for this host.");
        }
        if (failed instanceof InterruptedIOException) {
            return Deadline.timeout();
        }
        if (failed instanceof ConnectException || failed instanceof NoRouteToHostException) {
            return new OutboundFailure(Code.CONNECT_FAILED, "The target refuses the connection.");
        }
        return new OutboundFailure(Code.PROTOCOL_ERROR, "The target didn't answer with HTTP.");
    }

    /** A body that tells when it begins to be sent. From then on the target may act on it. */
    private static final class ObservedBody extends HttpEntityWrapper {

        private final AtomicBoolean handedOver;

        ObservedBody(byte[] body, AtomicBoolean handedOver) {
            super(new ByteArrayEntity(body, null));
            this.handedOver = handedOver;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            handedOver.set(true);
            super.writeTo(out);
        }
    }

    /** Gives the client the addresses that were judged, and keeps the refusal, which the client would hide in an exception of its own. */
    private final class Resolver implements DnsResolver {

        private final Deadline deadline;
        private final AtomicReference<@Nullable OutboundFailure> refused;

        Resolver(Deadline deadline, AtomicReference<@Nullable OutboundFailure> refused) {
            this.deadline = deadline;
            this.refused = refused;
        }

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            try {
                return resolver.resolve(host, deadline).toArray(InetAddress[]::new);
            } catch (OutboundFailure refusal) {
                refused.set(refusal);
                throw new UnknownHostException(host);
            }
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }
}
