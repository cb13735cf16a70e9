package org.guildhall.core.http;

import io.javalin.util.ConcurrencyUtil;
import jakarta.servlet.Servlet;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * Builds Jetty with one servlet and nothing else. Javalin's own Jetty has sessions, statistics and a monitor besides.
 * {@code docs/security.md} lists Jetty's defaults and the decision on each.
 */
final class Jetty {

    private static final int STOP_MILLIS = 10_000;
    private static final int HEADER_BYTES_MAX = 8 * 1024;
    private static final int THREADS_MIN = 8;
    private static final int THREADS_MAX = 250;

    /**
     * Ambiguous paths that Jetty lets pass; the operations answer them with 404. An idempotency key in a path may contain an escaped slash
     * or percent sign. Jetty still refuses undecodable paths: bytes that aren't UTF-8, {@code %u0041}, user information, a fragment.
     */
    private static final UriCompliance PATHS = UriCompliance.from(EnumSet.of(
            Violation.AMBIGUOUS_PATH_SEGMENT, Violation.AMBIGUOUS_PATH_SEPARATOR, Violation.AMBIGUOUS_PATH_ENCODING,
            Violation.AMBIGUOUS_EMPTY_SEGMENT, Violation.SUSPICIOUS_PATH_CHARACTERS));

    private Jetty() {}

    /** A server that is not started and passes all requests to the servlet. */
    static Server server(String host, int port, Servlet servlet, ServerErrors errors) {
        var server = new Server(ConcurrencyUtil.jettyThreadPool("http", THREADS_MIN, THREADS_MAX, true));
        server.setStopTimeout(STOP_MILLIS);
        server.setErrorHandler(errors);
        server.setHandler(context(servlet, errors));
        var connector = new ServerConnector(server, new HttpConnectionFactory(http()));
        connector.setHost(host);
        connector.setPort(port);
        server.addConnector(connector);
        return server;
    }

    private static ServletContextHandler context(Servlet servlet, ServerErrors errors) {
        var context = new ServletContextHandler("/", ServletContextHandler.NO_SESSIONS | ServletContextHandler.NO_SECURITY);
        context.getServletHandler().setEnsureDefaultServlet(false);
        context.setProtectedTargets(new String[0]);
        context.setErrorHandler(errors);
        context.addServlet(new ServletHolder(servlet), "/*");
        return context;
    }

    private static HttpConfiguration http() {
        var http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setSendDateHeader(true);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
        // Values that differ only in case are different tokens, keys or tags. Jetty's header cache would return the first one seen.
        http.setHeaderCacheCaseSensitive(true);
        http.setUriCompliance(PATHS);
        return http;
    }
}
