package org.guildhall.billing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.guildhall.billing.StandInServer.Answered;
import org.guildhall.billing.StandInServer.Posted;
import org.jspecify.annotations.Nullable;

/** A server that answers as GoCardless's API does: single objects, lists in pages with cursors, changes with the memory of
 * idempotency keys, errors, and limits. Each account has a token of its own. */
public final class GoCardlessStandIn {

    private static final GoCardlessStandIn SHARED = new GoCardlessStandIn();
    private static final int PAGE = 2;

    private final StandInServer<Account> server = new StandInServer<>(this::answer);

    private GoCardlessStandIn() {}

    public static GoCardlessStandIn shared() {
        return SHARED;
    }

    /** The address of the API. */
    public String url() {
        return server.url();
    }

    /** A new account without objects. */
    public Account account() {
        return server.account("live_", Account::new);
    }

    private record Failure(int status, @Nullable Integer retryAfter, @Nullable String reason, @Nullable String message) {}

    /** An account at GoCardless. */
    public static final class Account extends StandInServer.Interruptible<Account> {

        private final String token;
        private final Map<String, Map<String, Map<String, Object>>> collections = new HashMap<>();
        private final Deque<Failure> failures = new ArrayDeque<>();
        private final List<String> calls = new ArrayList<>();
        private final List<Posted> posted = new ArrayList<>();
        private final Map<String, String> made = new HashMap<>();
        private final Set<String> gone = new HashSet<>();

        private Account(String token) {
            this.token = token;
        }

        public String token() {
            return token;
        }

        /** Adds or replaces an object. @param collection such as {@code customers} */
        public synchronized Account put(String collection, Map<String, Object> object) {
            var objects = collections.computeIfAbsent(collection, any -> new LinkedHashMap<>());
            objects.put(object.containsKey("id") ? String.valueOf(object.get("id")) : "item-" + objects.size(), object);
            return this;
        }

        /** Makes an object be missing. */
        public synchronized void remove(String collection, String id) {
            collections.getOrDefault(collection, Map.of()).remove(id);
        }

        /** Makes a collection be gone: its answer is 410. */
        public synchronized Account gone(String collection) {
            gone.add(collection);
            return this;
        }

        /** Makes the next call fail. @param retryAfter seconds; null for none */
        public synchronized Account fails(int status, @Nullable Integer retryAfter) {
            failures.add(new Failure(status, retryAfter, null, null));
            return this;
        }

        /** The paths that were asked for, in order. */
        public synchronized List<String> calls() {
            return List.copyOf(calls);
        }

        @Override
        Account self() {
            return this;
        }

        /** The changes that were asked for, each repetition too. */
        public synchronized List<Posted> posted() {
            return List.copyOf(posted);
        }

        /** The objects of a collection, such as {@code billing_requests}. */
        public synchronized List<Map<String, Object>> objects(String collection) {
            return List.copyOf(collections.getOrDefault(collection, Map.of()).values());
        }

        /** Takes a change. An object with a key that was used is refused, and the refusal names it. */
        private synchronized Answered change(Posted change) {
            calls.add(change.call());
            posted.add(change);
            var failure = failures.poll();
            if (failure != null) {
                return failed(failure);
            }
            var earlier = change.key() == null ? null : made.get(change.key());
            if (earlier != null) {
                return new Answered(409, Map.of("error", Map.of("type", "invalid_state", "code", 409, "errors", List.of(Map.of(
                        "reason", "idempotent_creation_conflict", "message", "A resource has already been created with this idempotency key",
                        "links", Map.of("conflicting_resource_id", earlier))))), null);
            }
            var answered = GoCardlessChanges.made(change, collections);
            if (change.key() != null && answered.status() == 201) {
                var object = (Map<?, ?>) answered.body().values().iterator().next();
                made.put(change.key(), String.valueOf(object.get("id")));
            }
            return answered;
        }

        /** Makes the next call be refused. */
        public synchronized Account refuses(int status, String reason, String message) {
            failures.add(new Failure(status, null, reason, message));
            return this;
        }

        private static Answered failed(Failure failure) {
            return new Answered(failure.status(), Map.of("error", failure.reason() == null ? Map.of("type", "gocardless") : Map.of(
                    "type", "invalid_state", "message", String.valueOf(failure.message()), "errors", List.of(Map.of(
                            "reason", failure.reason(), "message", String.valueOf(failure.message()))))), failure.retryAfter());
        }

        private synchronized Answered answer(String path, Map<String, String> query, String version) {
            calls.add(path);
            var failure = failures.poll();
            if (failure != null) {
                return failed(failure);
            }
            if (!version.equals("2015-07-06")) {
                return new Answered(400, Map.of("error", Map.of("type", "invalid_api_usage")), null);
            }
            var parts = path.split("/");
            if (gone.contains(parts[1])) {
                return new Answered(410, Map.of("error", Map.of("type", "invalid_api_usage")), null);
            }
            var objects = collections.getOrDefault(parts[1], Map.of());
            if (parts.length == 2) {
                return new Answered(200, page(parts[1], objects, query), null);
            }
            var object = objects.get(parts[2]);
            return object == null ? new Answered(404, Map.of("error", Map.of("type", "invalid_api_usage")), null)
                    : new Answered(200, Map.of(parts[1], object), null);
        }

        /** Pages of two, so that tests see several. */
        private static Map<String, Object> page(String collection, Map<String, Map<String, Object>> objects, Map<String, String> query) {
            var keys = objects.entrySet().stream()
                    .filter(object -> !query.containsKey("payout") || query.get("payout").equals(object.getValue().get("payout")))
                    .map(Map.Entry::getKey)
                    .toList();
            int from = query.containsKey("after") ? keys.indexOf(query.get("after")) + 1 : 0;
            int to = Math.min(keys.size(), from + PAGE);
            var cursors = new HashMap<String, Object>();
            cursors.put("before", null);
            cursors.put("after", to < keys.size() ? keys.get(to - 1) : null);
            return Map.of(collection, keys.subList(from, to).stream().map(objects::get).toList(), "meta", Map.of("cursors", cursors, "limit", PAGE));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var account = server.account(exchange);
            var uri = exchange.getRequestURI();
            var change = StandInServer.change(exchange);
            var answered = account != null && change != null ? account.around(() -> account.change(change)) : account == null
                    ? new Answered(401, Map.of("error", Map.of("type", "invalid_api_usage", "message", "The token isn't known.")), null)
                    : account.answer(uri.getPath(), StandInServer.query(uri.getRawQuery()), String.valueOf(exchange.getRequestHeaders().getFirst("GoCardless-Version")));
            StandInServer.send(exchange, answered);
        }
    }
}
