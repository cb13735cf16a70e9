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
import org.guildhall.core.json.Spec;
import org.guildhall.core.problem.Constraints;

/** What rooms bind themselves to, and what becomes a server when all have. */
public final class Api {

    private final Routes routes = new Routes();
    private final Constraints constraints = new Constraints();
    private final Expansions expansions = new Expansions();
    private final Map<String, HttpServer.PageHandler> pages = new LinkedHashMap<>();
    private Consumer<RoutesConfig> beside = routes -> {};

    /** Where handlers are bound. */
    public Routes routes() {
        return routes;
    }

    /** Where a room tells what its constraints mean to callers. */
    public Constraints constraints() {
        return constraints;
    }

    /** Where a room offers its resources for {@code expand}. */
    public Expansions expansions() {
        return expansions;
    }

    /** Serves pages at a path outside the API. */
    public void page(String path, HttpServer.PageHandler page) {
        pages.put(path, page);
    }

    /** Adds routes that the pipeline never sees. Nothing of the product may: it is what the pipeline's cost is measured against. */
    public void beside(Consumer<RoutesConfig> more) {
        beside = beside.andThen(more);
    }

    /**
     * How the server is reached.
     *
     * @param publicUrl the address that callers know, without a slash at its end
     * @param corsOrigins pages that may read answers whoever's token they use
     */
    public record Address(String host, int port, String publicUrl, Set<String> corsOrigins, List<IpRange> trustedProxies) {}

    /**
     * What the platform room knows of callers.
     *
     * @param anyTokenLists whether any token lists an origin
     * @param seen told of every caller whose credentials are good
     */
    public record Callers(Authenticator authenticator, Predicate<String> anyTokenLists, Consumer<Caller> seen) {}

    /** The server, not yet listening. Refuses if an operation is bound nowhere or a reference can't be expanded. */
    public HttpServer server(Address address, Spec spec, Db db, Keys keys, Callers callers, RateLimits limits) {
        for (var operation : Operation.values()) {
            operation.expands().keySet().forEach(expansions::require);
        }
        var problems = new Problems(address.publicUrl(), constraints);
        var gate = new AccessControl(callers.authenticator(), limits, db, callers.seen());
        var pipeline = new Pipeline(db, gate, new RequestReader(spec, new Cursors(keys)), new Idempotency(keys),
                new ResponseWriter(expansions), problems, AnswersInFlight.ofHeap());
        return new HttpServer(address.host(), address.port(), address.trustedProxies(), pipeline, problems,
                new Cors(address.corsOrigins(), callers.anyTokenLists()), routes, pages, beside);
    }
}
