package org.guildhall.core.http;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Endpoint;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.auth.Authenticator;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.RateTotals;
import org.guildhall.core.data.Tx;
import org.guildhall.core.external.ExternalCall;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.http.limits.RateLimits;
import org.guildhall.core.json.Spec;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.PlatformModule;

/**
 * A node on the shared database with a test's own handlers; the rest of the pipeline is real. For behavior that no
 * handler of the rooms has.
 */
final class HandlerUnderTest {

    private static final HandlerUnderTest SHARED = new HandlerUnderTest();

    private final Map<Operation, Endpoint<Call>> handlers = new ConcurrentHashMap<>(new EnumMap<>(Operation.class));
    private final Map<Operation, ExternalCall<?, ?>> calls = new ConcurrentHashMap<>();
    private final HttpServer server;

    private HandlerUnderTest() {
        var settings = TestServer.shared().settings();
        var db = new Db(settings.database());
        var platform = new PlatformModule(db, db);
        var api = new Api(new ExternalCalls(new TaskQueue(db, 1, tenant -> true), db));
        var offered = new HashSet<String>();
        for (var operation : Operation.values()) {
            api.routes().bind(operation, (call, in) -> handlers.get(operation).handle(call, in));
            if (operation.external()) {
                api.externalCalls().on(operation, new ReplaceableCall(operation));
            }
            for (var path : operation.expands().keySet()) {
                for (var name : path.split("\\.")) {
                    if (offered.add(name)) {
                        api.expansions().offer(name, "zzz", (tx, ids) -> Map.of());
                    }
                }
            }
        }
        this.server = api.server(
                        new Api.Address("127.0.0.1", 0, settings.publicUrl(), settings.corsOrigins(), settings.trustedProxies()), new Spec(), db,
                        settings.keys(),
                        new Api.Callers(new Authenticator(platform.credentials(), settings.keys(), db.clock()), platform::listsOrigin, caller -> {}),
                        new RateLimits(new RateTotals(db)))
                .start();
    }

    /** The call outside that a test has set. */
    private record ReplaceableCall(Operation operation) implements ExternalCall<Object, Object> {

        @SuppressWarnings("unchecked") // the types of a test's call fit each other
        private ExternalCall<Object, Object> call() {
            return (ExternalCall<Object, Object>) SHARED.calls.get(operation);
        }

        @Override
        public String action() {
            return call().action();
        }

        @Override
        public Object plan(Tx tx, UUID id) {
            return call().plan(tx, id);
        }

        @Override
        public Object ask(Object plan) throws ExternalFailure {
            return call().ask(plan);
        }

        @Override
        public Recorded record(Tx tx, Changes changes, UUID id, Object answer) {
            return call().record(tx, changes, id, answer);
        }

        @Override
        public void abandon(Tx tx, Changes changes, UUID id) {
            call().abandon(tx, changes, id);
        }
    }

    /** The HTTP server itself. */
    static Server jetty() {
        return SHARED.server.jetty();
    }

    /** Replaces the call outside of the operation. */
    static void calling(Operation operation, ExternalCall<?, ?> call) {
        SHARED.calls.put(operation, call);
    }

    /** Replaces the handler of the operation; the returned caller sends its requests to this node. */
    static Http serving(Operation operation, Endpoint<Call> handler, String token) {
        SHARED.handlers.put(operation, handler);
        return new Http("http://127.0.0.1:" + SHARED.server.port(), token);
    }
}
