package org.guildhall.core.http;

import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.guildhall.api.Operation;
import org.guildhall.core.auth.Authenticator;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.http.limits.AnswersInFlight;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.json.Spec;
import org.guildhall.core.problem.Constraints;

/** Collects the handlers, constraints, expansions and pages of all rooms, and builds the server from them. */
public final class Api {

    private final Routes routes = new Routes();
    private final Constraints constraints = new Constraints();
    private final Expansions expansions = new Expansions();
    private final Map<String, HttpServer.PageHandler> pages = new LinkedHashMap<>();
    private final Map<String, HttpServer.LinkHandler> links = new LinkedHashMap<>();
    private final ExternalCalls externalCalls;
    private Consumer<RoutesConfig> beside = routes -> {};

    public Api(ExternalCalls externalCalls) {
        this.externalCalls = externalCalls;
    }

    /** The operations' handlers. */
    public Routes routes() {
        return routes;
    }

    /** The meaning of each room's constraints. */
    public Constraints constraints() {
        return constraints;
    }

    /** The resources that {@code expand} can load. */
    public Expansions expansions() {
        return expansions;
    }

    /** The calls outside of operations with {@code x-external}. */
    public ExternalCalls externalCalls() {
        return externalCalls;
    }

    /** Serves pages at a path outside the API. */
    public void page(String path, HttpServer.PageHandler page) {
        pages.put(path, page);
    }

    /** Serves a page, with a form or without, at a secret link outside the API. */
    public void link(String path, HttpServer.LinkHandler link) {
        links.put(path, link);
    }

    /** Adds routes outside the pipeline. Only the benchmark uses them, as the baseline of the pipeline's cost. */
    public void beside(Consumer<RoutesConfig> more) {
        beside = beside.andThen(more);
    }

    /**
     * The server's addresses.
     *
     * @param publicUrl the address for callers, without a slash at its end
     * @param corsOrigins origins that may read all answers, independent of the token
     */
    public record Address(String host, int port, String publicUrl, Set<String> corsOrigins, List<IpRange> trustedProxies) {}

    /**
     * The callers, as the platform room knows them.
     *
     * @param anyTokenLists true for an origin that at least one token lists
     * @param seen called with each authenticated caller
     */
    public record Callers(Authenticator authenticator, Predicate<String> anyTokenLists, Consumer<Caller> seen) {}

    /** The server, not yet listening. @throws IllegalStateException if an operation has no handler or a reference no loader */
    public HttpServer server(Address address, Spec spec, Db db, Keys keys, Callers callers, RateLimits limits) {
        for (var operation : Operation.values()) {
            operation.expands().keySet().forEach(expansions::require);
        }
        externalCalls.requireAll();
        var problems = new Problems(address.publicUrl(), constraints);
        var accessControl = new AccessControl(callers.authenticator(), limits, db, callers.seen());
        var pipeline = new Pipeline(db, accessControl, new RequestReader(spec, new Cursors(keys)), new Idempotency(keys),
                new ResponseWriter(expansions), problems, AnswersInFlight.ofHeap(PageWriter.BYTES_MAX), externalCalls);
        return new HttpServer(address.host(), address.port(), address.trustedProxies(), pipeline, problems,
                new Cors(address.corsOrigins(), callers.anyTokenLists()), routes, pages, links, beside);
    }
}
