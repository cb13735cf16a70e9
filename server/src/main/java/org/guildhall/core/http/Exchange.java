package org.guildhall.core.http;

import io.javalin.http.Context;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Download;
import org.guildhall.core.audit.RequestIds;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.http.content.Spool;
import org.guildhall.core.http.limits.AnswersInFlight;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.http.uri.Paths;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One HTTP request and its answer. Only this class uses the HTTP server's classes while a request runs. Closing it frees the
 * reserved memory and deletes a spooled body.
 */
final class Exchange implements AutoCloseable {

    /** How much of an unwanted body is read and dropped. A client that sends more is disconnected, and may not see the answer. */
    private static final long DISCARDED_BYTES_MAX = 8L << 20;

    private static final int SLICE_BYTES = 64 << 10;
    private static final long DISCARDING_NANOS_MAX = 2_000_000_000L;

    private final Context context;
    private final Paths.@Nullable PathMatch found;
    private final String requestId = RequestIds.request();
    private final String traceId;
    private final InetAddress address;
    private final long startedNanos = System.nanoTime();
    private byte @Nullable [] body;
    private Spool.@Nullable Spooled spooled;
    private boolean bodyBegun;
    private boolean bodyEnded;
    private @Nullable Caller caller;
    private RateLimits.@Nullable Decision limits;
    private boolean paid;
    private AnswersInFlight.@Nullable Reservation reservation;
    private boolean callerCurrent;

    /** @param found the operation's path; null for an answer that needs none */
    Exchange(Context context, Paths.@Nullable PathMatch found, List<IpRange> trustedProxies) {
        this.context = context;
        this.found = found;
        this.traceId = RequestIds.trace(context.req().getHeader("traceparent"));
        this.address = address(context, trustedProxies);
    }

    String requestId() {
        return requestId;
    }

    String traceId() {
        return traceId;
    }

    InetAddress address() {
        return address;
    }

    /** The caller, once authenticated. */
    @Nullable Caller caller() {
        return caller;
    }

    void caller(Caller known) {
        this.caller = known;
    }

    /** Sets the limits that the answer shows without spending from them. */
    void limits(RateLimits.Decision shown) {
        this.limits = shown;
    }

    /** Keeps what was spent. A request that runs again doesn't spend again. */
    void paid(RateLimits.Decision decision) {
        this.limits = decision;
        this.paid = true;
    }

    /** Returns true if the request has spent from exactly these limits. They differ if credentials changed in between. */
    boolean hasPaid(List<Caller.Limit> now) {
        return paid && limits != null && limits.left().stream().map(RateLimits.Remaining::limit).toList().equals(now);
    }

    long micros() {
        return (System.nanoTime() - startedNanos) / 1_000;
    }

    String method() {
        return context.req().getMethod();
    }

    String path() {
        return context.req().getRequestURI();
    }

    @Nullable String query() {
        return context.req().getQueryString();
    }

    @Nullable String header(String name) {
        return context.req().getHeader(name);
    }

    /** All lines of a list header, joined by commas; null if the header is absent. */
    @Nullable String list(String name) {
        var lines = headers(name);
        return lines.isEmpty() ? null : String.join(",", lines);
    }

    List<String> headers(String name) {
        return Collections.list(context.req().getHeaders(name));
    }

    String pathParameter(String name) {
        return Objects.requireNonNull(found).value(name);
    }

    /** The declared Content-Length; -1 if absent. */
    long contentLength() {
        return context.req().getContentLengthLong();
    }

    boolean hasChunkedBody() {
        return context.req().getHeader("Transfer-Encoding") != null;
    }

    /** Reads the body once; a request that runs again gets the same bytes. */
    byte[] body(int most) throws IOException {
        if (body == null) {
            // One byte beyond Content-Length detects the end. A buffer of the maximal size is only made without Content-Length.
            long announced = contentLength();
            int read = announced < 0 ? most : (int) Math.min(most, announced + 1);
            body = stream().readNBytes(read);
            bodyEnded = body.length < read;
        }
        return body;
    }

    /** Opening the stream makes the server send {@code 100 Continue} to a client that expects it. */
    private ServletInputStream stream() throws IOException {
        bodyBegun = true;
        return context.req().getInputStream();
    }

    /** Reads the body once into a spool file, for bodies too large for memory. */
    Spool.Spooled body(Spool spool, String mediaType, Charset charset, long most, UUID tenant) throws IOException {
        if (spooled == null) {
            spooled = spool.take(stream(), mediaType, charset, most, tenant);
            bodyEnded = true;
        }
        return spooled;
    }

    /** Notes that a statement of this request has found the caller's credentials unchanged. */
    void callerIsCurrent() {
        callerCurrent = true;
    }

    /** Returns true if a statement of this request has found the caller's credentials unchanged. */
    boolean isCallerCurrent() {
        return callerCurrent;
    }

    /** Returns true if memory is reserved for the answer. */
    boolean hasReservation() {
        return reservation != null;
    }

    /** Keeps the reserved memory until the answer is sent. */
    void reservation(AnswersInFlight.Reservation taken) {
        this.reservation = taken;
    }

    @Override
    public void close() {
        if (reservation != null) {
            reservation.close();
        }
        if (spooled != null) {
            spooled.close();
        }
    }

    void send(Response answer) {
        context.status(answer.status());
        answer.headers().forEach(context.res()::setHeader);
        var headers = context.res();
        headers.setHeader("Request-Id", requestId);
        if (!answer.headers().containsKey("Vary")) {
            headers.setHeader("Vary", "Authorization, Origin, Accept");
        }
        if (!answer.headers().containsKey("Cache-Control")) {
            headers.setHeader("Cache-Control", "private, no-cache");
        }
        // A token that expires during its request has spent from the limit, but its answer shows no limits.
        if (limits != null && answer.status() != 401) {
            limits.headers().forEach(headers::setHeader);
        }
        if (answer.download() != null) {
            stream(answer.download());
        } else if (answer.body() == null) {
            context.res().setContentType(null);
        } else {
            write(answer.body());
        }
    }

    /** Writes without Javalin, which would copy the bytes through a stream and a buffer of its own. */
    private void write(byte[] body) {
        try {
            boolean ends = !isBodyRead();
            if (ends) {
                // Otherwise the server closes the connection only after the answer, and the client's next request on it fails.
                context.res().setHeader("Connection", "close");
            }
            context.res().setContentLength(body.length);
            var out = context.res().getOutputStream();
            // In slices: the socket copies each write into memory outside of the heap, and keeps that buffer.
            for (int at = 0; at < body.length; at += SLICE_BYTES) {
                out.write(body, at, Math.min(SLICE_BYTES, body.length - at));
            }
            if (ends && !isAwaited()) {
                discardBody();
            }
        } catch (IOException gone) {
            // The client is gone.
            LoggerFactory.getLogger(Exchange.class).debug("an answer could not be sent", gone);
        }
    }

    /** A failure midway sends fewer bytes than Content-Length. The server then closes the connection, so the caller notices. */
    private void stream(Download download) {
        context.res().setContentLengthLong(download.bytes());
        if (method().equals("HEAD")) {
            return;
        }
        try {
            var out = context.res().getOutputStream();
            for (int part = 0; part < download.parts(); part++) {
                out.write(download.part().apply(part));
            }
        } catch (IOException gone) {
            LoggerFactory.getLogger(Exchange.class).debug("an answer could not be sent", gone);
        } catch (RuntimeException failed) {
            LoggerFactory.getLogger(Exchange.class).error("request {} failed while its answer was sent", requestId, failed);
        }
    }

    /** Returns true if the request's body has arrived completely. Drops the bytes that have arrived and were not read. */
    private boolean isBodyRead() throws IOException {
        if (bodyEnded || contentLength() <= 0 && !hasChunkedBody()) {
            return true;
        }
        if (isAwaited()) {
            return false;
        }
        var rest = context.req().getInputStream();
        long passed = body == null ? 0 : body.length;
        for (int available = rest.available(); available > 0 && passed < DISCARDED_BYTES_MAX; available = rest.available()) {
            rest.skipNBytes(available);
            passed += available;
        }
        return passed == contentLength() || rest.isFinished();
    }

    /** Returns true if the client still waits for {@code 100 Continue}: the final answer tells it not to send its body. */
    private boolean isAwaited() {
        return header("Expect") != null && !bodyBegun;
    }

    /**
     * Reads and drops the rest of a body after the answer, for a limited time. Most clients send everything before they read; closing at
     * once would lose the answer.
     */
    private void discardBody() throws IOException {
        long end = System.nanoTime() + DISCARDING_NANOS_MAX;
        var rest = context.req().getInputStream();
        var chunk = new byte[16 << 10];
        for (long passed = 0; passed < DISCARDED_BYTES_MAX && System.nanoTime() < end; ) {
            int read = rest.read(chunk);
            if (read < 0) {
                return;
            }
            passed += read;
        }
    }

    /** The caller's address: the peer or, behind trusted proxies, the last address in X-Forwarded-For that is not one of them. */
    static InetAddress address(Context context, List<IpRange> trusted) {
        var peer = parse(context.req().getRemoteAddr());
        // The caller may send its own X-Forwarded-For; a proxy may append a second line. So all lines count as one list.
        var forwarded = String.join(",", Collections.list(context.req().getHeaders("X-Forwarded-For")));
        if (forwarded.isEmpty() || trusted.stream().noneMatch(range -> range.contains(peer))) {
            return peer;
        }
        var hops = forwarded.split(",");
        for (int at = hops.length - 1; at >= 0; at--) {
            try {
                var hop = IpRange.parse(hops[at].strip()).network();
                if (trusted.stream().noneMatch(range -> range.contains(hop))) {
                    return hop;
                }
            } catch (IllegalArgumentException notAnAddress) {
                return peer;
            }
        }
        return peer;
    }

    private static InetAddress parse(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
