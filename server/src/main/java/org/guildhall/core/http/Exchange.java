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
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One HTTP request and its answer: the only thing that touches the server's own classes while a request is on its way. Closing it lets go
 * of a body that was spooled.
 */
final class Exchange implements AutoCloseable {

    /** Of a body that nobody wants; who sends more is cut off, and perhaps never sees why. */
    private static final long PASSED_BYTES_MAX = 8L << 20;

    private static final int SLICE_BYTES = 64 << 10;
    private static final long PASSED_NANOS_MAX = 2_000_000_000L;

    private final Context context;
    private final Paths.@Nullable Found found;
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
    private AnswersInFlight.@Nullable Room room;

    /** @param found what the path leads to; null if that doesn't matter any more */
    Exchange(Context context, Paths.@Nullable Found found, List<IpRange> trustedProxies) {
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

    /** Who calls, once that is known. */
    @Nullable Caller caller() {
        return caller;
    }

    void caller(Caller known) {
        this.caller = known;
    }

    /** What is to be told of the limits, of which nothing was spent. */
    void limits(RateLimits.Decision shown) {
        this.limits = shown;
    }

    /** Takes what was spent for this request. It is spent once, however often the request has to be run. */
    void paid(RateLimits.Decision decision) {
        this.limits = decision;
        this.paid = true;
    }

    /** Whether it was spent from exactly these limits; others may hold by now, if credentials have changed on the way. */
    boolean hasPaid(List<Caller.Limit> now) {
        return paid && limits != null && limits.left().stream().map(RateLimits.Left::limit).toList().equals(now);
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

    /** All lines of a header that is a list, as one; null if there is none. */
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

    /** The announced length; -1 if none was. */
    long contentLength() {
        return context.req().getContentLengthLong();
    }

    boolean hasChunkedBody() {
        return context.req().getHeader("Transfer-Encoding") != null;
    }

    /** Read once: what is run again finds the same bytes. */
    byte[] body(int most) throws IOException {
        if (body == null) {
            // One byte more than was announced finds the end; room for as much as is allowed is made only where nothing was announced.
            long announced = contentLength();
            int room = announced < 0 ? most : (int) Math.min(most, announced + 1);
            body = stream().readNBytes(room);
            bodyEnded = body.length < room;
        }
        return body;
    }

    /** Asked for its stream, the server tells a client that expects it to go on ({@code 100 Continue}). */
    private ServletInputStream stream() throws IOException {
        bodyBegun = true;
        return context.req().getInputStream();
    }

    /** The same for a body that is streamed. */
    Spool.Spooled body(Spool spool, String mediaType, Charset charset, long most, UUID tenant) throws IOException {
        if (spooled == null) {
            spooled = spool.take(stream(), mediaType, charset, most, tenant);
            bodyEnded = true;
        }
        return spooled;
    }

    /** Whether room was taken for the answer. */
    boolean hasRoom() {
        return room != null;
    }

    /** Takes the room for the answer, which is given back once it is sent. */
    void room(AnswersInFlight.Room taken) {
        this.room = taken;
    }

    @Override
    public void close() {
        if (room != null) {
            room.close();
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
        // A credential that ends while its request is on the way has paid, and is nobody's any more.
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

    /** Past Javalin, which would pass the bytes on through a stream and a buffer of its own. */
    private void write(byte[] body) {
        try {
            boolean ends = !isBodyRead();
            if (ends) {
                // The answer goes out before the server finds that out, and a client would send its next request into a connection that ends.
                context.res().setHeader("Connection", "close");
            }
            context.res().setContentLength(body.length);
            var out = context.res().getOutputStream();
            // In slices: of what is written at once the socket makes a copy outside of the heap, and keeps it.
            for (int at = 0; at < body.length; at += SLICE_BYTES) {
                out.write(body, at, Math.min(SLICE_BYTES, body.length - at));
            }
            if (ends && !isAwaited()) {
                passOver();
            }
        } catch (IOException gone) {
            // Nobody is there any more to tell.
            LoggerFactory.getLogger(Exchange.class).debug("an answer could not be sent", gone);
        }
    }

    /** If it fails in the middle, less is sent than was announced: the server breaks off the connection, and the caller knows. */
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

    /** Whether nothing of the request's body is still to come. What has arrived of a body that nobody wanted is passed over. */
    private boolean isBodyRead() throws IOException {
        if (bodyEnded || contentLength() <= 0 && !hasChunkedBody()) {
            return true;
        }
        if (isAwaited()) {
            return false;
        }
        var rest = context.req().getInputStream();
        long passed = body == null ? 0 : body.length;
        for (int available = rest.available(); available > 0 && passed < PASSED_BYTES_MAX; available = rest.available()) {
            rest.skipNBytes(available);
            passed += available;
        }
        return passed == contentLength() || rest.isFinished();
    }

    /** Whether a client waits to be told to go on, and is told now that it needn't: its final answer comes without {@code 100 Continue}. */
    private boolean isAwaited() {
        return header("Expect") != null && !bodyBegun;
    }

    /**
     * Lets a client send on for a while that has been answered. Most send all before they read anything, and would be told by the end of the
     * connection that there is no answer.
     */
    private void passOver() throws IOException {
        long end = System.nanoTime() + PASSED_NANOS_MAX;
        var rest = context.req().getInputStream();
        var chunk = new byte[16 << 10];
        for (long passed = 0; passed < PASSED_BYTES_MAX && System.nanoTime() < end; ) {
            int read = rest.read(chunk);
            if (read < 0) {
                return;
            }
            passed += read;
        }
    }

    /** Who called: the peer, or, behind proxies that are trusted, the last address in X-Forwarded-For that isn't one of them. */
    private static InetAddress address(Context context, List<IpRange> trusted) {
        var peer = parse(context.req().getRemoteAddr());
        // A proxy may add a line of its own behind what the caller made up: the last hop is the last one of all lines.
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
