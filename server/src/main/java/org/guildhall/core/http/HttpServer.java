package org.guildhall.core.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import io.javalin.http.servlet.DefaultTasks;
import io.javalin.http.servlet.JavalinServlet;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.RequestIds;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.http.content.Etag;
import org.guildhall.core.http.content.PageContent;
import org.guildhall.core.http.limits.AddressLimits;
import org.guildhall.core.http.uri.Paths;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: routes each operation to the pipeline, and turns every other failure into a problem. */
public final class HttpServer implements AutoCloseable {

    private static final Logger ACCESS = LoggerFactory.getLogger("access");
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE");

    private final Server jetty;

    /** A page that isn't part of the API: no token, no limits, read only. */
    public interface PageHandler {
        /** @return the page, or null if there is none at this path */
        @Nullable PageContent serve(String path);
    }

    /** A page at a secret link that isn't part of the API: no token, and a limit by the caller's address. A GET changes nothing. */
    public interface LinkHandler {

        /** @return the page, or null if there is none at this path */
        @Nullable PageContent show(String path);
    }

    /** A page with a form at a secret link. */
    public interface FormHandler extends LinkHandler {

        /**
         * Does what the form is for.
         *
         * @param body the form as it was sent, at most 4 KiB
         * @return the page with the result, or null if there is none at this path
         */
        @Nullable PageContent submit(String path, String body);
    }

    private static final int FORM_BYTES_MAX = 4096;
    private static final int LINK_REQUESTS_PER_MINUTE = 600;

    private final AddressLimits linkLimits = new AddressLimits(LINK_REQUESTS_PER_MINUTE);
    private final List<IpRange> trustedProxies;
    private final Pipeline pipeline;
    private final Problems problems;
    private final Cors cors;

    HttpServer(String host, int port, List<IpRange> trustedProxies, Pipeline pipeline, Problems problems, Cors cors, Routes routes,
            Map<String, PageHandler> pages, Map<String, LinkHandler> links, Consumer<RoutesConfig> beside) {
        this.trustedProxies = trustedProxies;
        this.pipeline = pipeline;
        this.problems = problems;
        this.cors = cors;
        var javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.startupWatcherEnabled = false;
            config.concurrency.useVirtualThreads = true;
            config.http.prefer405over404 = true;
            config.http.generateEtags = false;
            config.http.compressionStrategy = CompressionStrategy.NONE;
            config.router.ignoreTrailingSlashes = false;
            config.router.caseInsensitiveRoutes = false;
            config.requestLifeCycle(DefaultTasks.INSTANCE.getHTTP());
            beside.accept(config.routes);
            bind(config, routes);
            pages.forEach((path, page) -> page(config, path, page));
            links.forEach((path, link) -> link(config, path, link));
            config.routes.addHttpHandler(HandlerType.GET, "/", HttpServer::home);
            config.routes.addHttpHandler(HandlerType.HEAD, "/", HttpServer::home);
            config.routes.addHttpHandler(HandlerType.OPTIONS, "/", context -> options(context, List.of("GET", "HEAD")));
        });
        this.jetty = Jetty.server(host, port, new RequestServlet(new JavalinServlet(javalin.unsafe)), new ServerErrors(problems));
    }

    /** Javalin tries its patterns one by one. So there is one pattern for all operations, and {@link Paths} finds the operation. */
    private void bind(JavalinConfig config, Routes routes) {
        var paths = new Paths(routes.operations());
        Handler handler = context -> {
            var found = paths.at(context.path());
            if (found == null) {
                throw new NotFoundResponse();
            }
            handle(context, found, routes);
        };
        for (var method : METHODS) {
            config.routes.addHttpHandler(HandlerType.findOrCreate(method), Paths.BASE + "*", handler);
        }
        failures(config, paths);
    }

    private void handle(Context context, Paths.PathMatch found, Routes routes) {
        var method = context.req().getMethod();
        var operation = found.path().operation(method);
        if (operation != null) {
            handle(context, found, operation, routes);
        } else if (method.equals("OPTIONS")) {
            var allowed = found.path().methods();
            options(context, allowed);
            cors.preflight(context.req().getHeader("Origin"), String.join(", ", allowed)).forEach(context.res()::setHeader);
        } else {
            throw new MethodNotAllowedResponse();
        }
    }

    private static void options(Context context, Collection<String> allowed) {
        context.status(204);
        context.res().setContentType(null);
        context.res().setHeader("Allow", String.join(", ", allowed) + ", OPTIONS");
        context.res().setHeader("Request-Id", RequestIds.request());
    }

    private void handle(Context context, Paths.PathMatch found, Operation operation, Routes routes) {
        try (var exchange = new Exchange(context, found, trustedProxies)) {
            var answer = pipeline.handle(exchange, operation, routes.endpoint(operation));
            send(context, exchange, answer);
            log(operation, exchange, answer);
        }
    }

    private static void log(Operation operation, Exchange exchange, Response answer) {
        if (ACCESS.isInfoEnabled()) {
            var caller = exchange.caller();
            ACCESS.atInfo()
                    .addKeyValue("operation", operation.id())
                    .addKeyValue("status", answer.status())
                    .addKeyValue("micros", exchange.micros())
                    .addKeyValue("request_id", exchange.requestId())
                    .addKeyValue("trace_id", exchange.traceId())
                    .addKeyValue("tenant", caller == null ? null : caller.tenant())
                    .addKeyValue("token", caller == null ? null : caller.prefix())
                    .log("request");
        }
    }

    private void send(Context context, Exchange exchange, Response answer) {
        cors.answer(context.req().getHeader("Origin"), exchange.caller()).forEach(context.res()::setHeader);
        exchange.send(answer);
    }

    private static void page(JavalinConfig config, String path, PageHandler page) {
        Handler handler = context -> {
            var content = page.serve(context.path());
            if (content == null) {
                throw new NotFoundResponse();
            }
            context.header("Request-Id", RequestIds.request());
            send(context, content);
        };
        config.routes.addHttpHandler(HandlerType.GET, path, handler);
        config.routes.addHttpHandler(HandlerType.HEAD, path, handler);
        config.routes.addHttpHandler(HandlerType.OPTIONS, path, context -> options(context, List.of("GET", "HEAD")));
    }

    private void link(JavalinConfig config, String path, LinkHandler link) {
        Handler show = context -> answer(context, () -> link.show(context.path()));
        config.routes.addHttpHandler(HandlerType.GET, path, show);
        config.routes.addHttpHandler(HandlerType.HEAD, path, show);
        if (link instanceof FormHandler form) {
            submit(config, path, form);
        }
        var methods = link instanceof FormHandler ? List.of("GET", "HEAD", "POST") : List.of("GET", "HEAD");
        config.routes.addHttpHandler(HandlerType.OPTIONS, path, context -> options(context, methods));
    }

    private void submit(JavalinConfig config, String path, FormHandler form) {
        config.routes.addHttpHandler(HandlerType.POST, path, context -> {
            var body = context.req().getInputStream().readNBytes(FORM_BYTES_MAX + 1);
            if (body.length > FORM_BYTES_MAX) {
                throw Problem.BODY_TOO_LARGE.because("A form has at most " + FORM_BYTES_MAX + " bytes.");
            }
            answer(context, () -> form.submit(context.path(), new String(body, StandardCharsets.UTF_8)));
        });
    }

    private void answer(Context context, Supplier<@Nullable PageContent> page) {
        int wait = linkLimits.spend(Exchange.address(context, trustedProxies));
        if (wait > 0) {
            throw Problem.RATE_LIMITED.because("This address has sent too many requests. Try again later.").retryAfter(wait);
        }
        var content = page.get();
        if (content == null) {
            throw new NotFoundResponse();
        }
        context.header("Request-Id", RequestIds.request());
        send(context, content);
    }

    /** A person who opens the server in a browser gets the documentation. */
    private static void home(Context context) {
        context.status(302);
        context.res().setContentType(null);
        context.res().setHeader("Location", "/docs");
        context.res().setHeader("Request-Id", RequestIds.request());
        context.res().setHeader("Cache-Control", "no-store");
    }

    private static void send(Context context, PageContent content) {
        var form = content.form(context.req().getHeader("Accept-Encoding"));
        context.header("Content-Security-Policy", content.contentSecurityPolicy());
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        if (content.isEmbedded()) {
            context.header("Access-Control-Allow-Origin", "*");
            context.header("Cross-Origin-Resource-Policy", "cross-origin");
        }
        context.header("Cache-Control", content.cacheControl());
        context.header("Vary", "Accept-Encoding");
        context.header("ETag", form.etag());
        if (Etag.matches(context.req().getHeader("If-None-Match"), form.etag())) {
            context.status(304);
            context.res().setContentType(null);
            return;
        }
        context.status(content.status());
        if (form.contentEncoding() != null) {
            context.header("Content-Encoding", form.contentEncoding());
        }
        context.contentType(content.contentType());
        context.result(form.bytes());
    }

    private void failures(JavalinConfig config, Paths paths) {
        config.routes.exception(HttpResponseException.class, (failed, context) -> {
            var found = paths.at(context.path());
            // Javalin's 405 only says that a pattern exists for another method. Below the base path, an unknown path must be 404.
            boolean nowhere = found == null && context.path().startsWith(Paths.BASE);
            var problem = nowhere ? Problem.NOT_FOUND : Problem.ofStatus(failed.getStatus());
            var refusal = problem == Problem.NOT_FOUND ? paths.unknown(context.path()) : problem.refusal();
            if (problem == Problem.METHOD_NOT_ALLOWED) {
                refusal.header("Allow", allow(failed, found == null ? null : found.path().methods()));
            }
            var exchange = new Exchange(context, null, trustedProxies);
            send(context, exchange, problems.answer(exchange, refusal));
        });
        config.routes.exception(Exception.class, (failed, context) -> {
            var exchange = new Exchange(context, null, trustedProxies);
            send(context, exchange, problems.answer(exchange, failed instanceof RuntimeException runtime ? runtime : new IllegalStateException(failed)));
        });
        config.router.javaLangErrorHandler((response, error) -> {
            LoggerFactory.getLogger(HttpServer.class).error("a request ended in a java.lang.Error", error);
            throw new IllegalStateException(error);
        });
    }

    /** @param known the methods of the operations at the path; null if the path is a page */
    private static String allow(HttpResponseException failed, @Nullable Collection<String> known) {
        var methods = new TreeSet<>(known != null ? known : List.of(failed.getDetails().getOrDefault("availableMethods", "").split("[, ]+")));
        methods.remove("");
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        methods.add("OPTIONS");
        return String.join(", ", methods);
    }

    /** Starts to listen. */
    public HttpServer start() {
        try {
            jetty.start();
        } catch (RuntimeException failed) {
            throw failed;
        } catch (Exception failed) {
            throw new IllegalStateException("the server can't listen: " + failed.getMessage(), failed);
        }
        return this;
    }

    /** The port that the server listens on. */
    public int port() {
        return ((ServerConnector) jetty.getConnectors()[0]).getLocalPort();
    }

    /** Visible for tests. */
    Server jetty() {
        return jetty;
    }

    @Override
    public void close() {
        pipeline.stop();
        try {
            jetty.stop();
        } catch (Exception failed) {
            LoggerFactory.getLogger(HttpServer.class).warn("the server failed to stop", failed);
        }
    }
}
