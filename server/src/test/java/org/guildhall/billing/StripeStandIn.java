package org.guildhall.billing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StandInServer.Answered;
import org.jspecify.annotations.Nullable;

/**
 * A server that answers as Stripe's API does: single objects, lists in pages with the newest first, ten lines with an invoice, new objects with the memory
 * of idempotency keys, errors, and limits. Each account has a key of its own, so that all tests share the server.
 */
public final class StripeStandIn {

    private static final StripeStandIn SHARED = new StripeStandIn();
    private static final int LINES_WITH_INVOICE = 10;
    private static final int PAGE = 10;

    private final StandInServer<Account> server = new StandInServer<>(this::answer);

    private StripeStandIn() {}

    public static StripeStandIn shared() {
        return SHARED;
    }

    /** The address of the API. */
    public String url() {
        return server.url();
    }

    /** A new account in live mode, without objects. */
    public Account account() {
        return server.account("rk_live_", Account::new);
    }

    private record Failure(int status, @Nullable Integer retryAfter, @Nullable String code, @Nullable String message) {}

    /** A change that was asked for: the path, the parameters and the idempotency key. */
    public record Posted(String path, Map<String, String> parameters, @Nullable String key) {}

    /** An answer that is kept for a key. @param answered null while the first call with the key runs */
    private record Kept(Posted posted, @Nullable Answered answered) {}

    /** An account at Stripe. */
    public static final class Account {

        private final String apiKey;
        private final Map<String, Map<String, Map<String, Object>>> collections = new HashMap<>();
        private final Deque<Failure> failures = new ArrayDeque<>();
        private final Deque<Runnable> before = new ArrayDeque<>();
        private final Deque<Runnable> between = new ArrayDeque<>();
        private final Deque<Runnable> betweenReads = new ArrayDeque<>();
        private final List<String> calls = new ArrayList<>();
        private final List<Posted> posted = new ArrayList<>();
        private final Map<String, Kept> kept = new HashMap<>();

        private Account(String apiKey) {
            this.apiKey = apiKey;
        }

        public String apiKey() {
            return apiKey;
        }

        /** Adds or replaces an object. @param collection such as {@code customers} */
        public synchronized Account put(String collection, Map<String, Object> object) {
            collections.computeIfAbsent(collection, any -> new LinkedHashMap<>()).put(String.valueOf(object.get("id")), object);
            return this;
        }

        /** Makes the next call fail. @param retryAfter seconds; null for none */
        public synchronized Account fails(int status, @Nullable Integer retryAfter) {
            failures.add(new Failure(status, retryAfter, null, null));
            return this;
        }

        /** Makes the next call be refused. */
        public synchronized Account refuses(int status, @Nullable String code, String message) {
            failures.add(new Failure(status, null, code, message));
            return this;
        }

        /** The changes that were asked for, each repetition too. */
        public synchronized List<Posted> posted() {
            return List.copyOf(posted);
        }

        /** The objects of a collection, such as {@code checkout_sessions}. */
        public synchronized List<Map<String, Object>> objects(String collection) {
            return List.copyOf(collections.getOrDefault(collection, Map.of()).values());
        }

        /** Forgets all idempotency keys, as Stripe does after 24 hours. */
        public synchronized Account forget() {
            kept.clear();
            return this;
        }

        /** Runs something before the next change is taken. If it throws, the change is lost on its way. */
        public synchronized Account before(Runnable action) {
            before.add(action);
            return this;
        }

        /** Runs something after the next change is made and before it is answered. */
        public synchronized Account between(Runnable action) {
            between.add(action);
            return this;
        }

        /** Runs something after the next object or list has been read and before it is answered. */
        public synchronized Account betweenReads(Runnable action) {
            betweenReads.add(action);
            return this;
        }

        /** The paths that were asked for, in order. */
        public synchronized List<String> calls() {
            return List.copyOf(calls);
        }

        private synchronized @Nullable Runnable nextBefore() {
            return before.poll();
        }

        private synchronized @Nullable Runnable nextBetween() {
            return between.poll();
        }

        private synchronized @Nullable Runnable nextBetweenReads() {
            return betweenReads.poll();
        }

        private synchronized Answered answer(String path, Map<String, String> query) {
            calls.add(path);
            var failure = failures.poll();
            if (failure != null) {
                return failed(failure);
            }
            var parts = path.split("/");
            var objects = collections.getOrDefault(parts[2], Map.of());
            if (parts.length == 3) {
                return new Answered(200, page(path, newestFirst(objects, query).stream().map(object -> told(object, query)).toList(), query), null);
            }
            var object = objects.get(parts[3]);
            if (object == null) {
                return new Answered(404, error("resource_missing"), null);
            }
            return new Answered(200, parts.length == 4 ? told(whole(object), query) : page(path, lines(object), query), null);
        }

        private static Answered failed(Failure failure) {
            var code = failure.code() == null ? failure.status() == 429 ? "rate_limit" : "api_error" : failure.code();
            return new Answered(failure.status(), failure.message() == null ? error(code) : error(code, failure.message()), failure.retryAfter());
        }

        /** Takes a change. The answer of a key is kept; a call with a key whose first call still runs is refused. */
        private synchronized Answered begin(Posted change) {
            calls.add(change.path());
            posted.add(change);
            var failure = failures.poll();
            if (failure != null) {
                return failed(failure);
            }
            var first = change.key() == null ? null : kept.get(change.key());
            if (first != null) {
                return first.answered() == null ? new Answered(409, error("idempotency_key_in_use"), null)
                        : first.posted().equals(change) ? first.answered()
                        : new Answered(400, error("idempotency_error", "The key was used with other parameters."), null);
            }
            var answered = StripeChanges.made(change, collections);
            if (change.key() != null) {
                kept.put(change.key(), new Kept(change, between.isEmpty() ? answered : null));
            }
            return answered;
        }

        private synchronized void end(Posted change, Answered answered) {
            kept.computeIfPresent(String.valueOf(change.key()), (key, before) -> new Kept(before.posted(), answered));
        }

        private static List<Map<String, Object>> newestFirst(Map<String, Map<String, Object>> objects, Map<String, String> query) {
            return new ArrayList<>(objects.values()).reversed().stream()
                    .filter(object -> query.entrySet().stream().allMatch(filter -> switch (filter.getKey()) {
                        case "limit", "starting_after", "status", "expand[]" -> true;
                        case "created[gte]" -> created(object) >= Long.parseLong(filter.getValue());
                        case "created[lte]" -> created(object) <= Long.parseLong(filter.getValue());
                        case "created[lt]" -> created(object) < Long.parseLong(filter.getValue());
                        default -> filter.getValue().equals(object.get(filter.getKey()));
                    }))
                    .toList();
        }

        private static long created(Map<String, Object> object) {
            return object.get("created") instanceof Number number ? number.longValue() : 0;
        }

        @SuppressWarnings("unchecked") // the objects of tests have this form
        private static List<Map<String, Object>> lines(Map<String, Object> invoice) {
            return (List<Map<String, Object>>) ((Map<String, Object>) invoice.get("lines")).get("data");
        }

        private static Map<String, Object> whole(Map<String, Object> object) {
            if (!(object.get("lines") instanceof Map<?, ?>)) {
                return object;
            }
            var lines = lines(object);
            return lines.size() <= LINES_WITH_INVOICE ? object : StripeBodies.with(object, "lines", Map.of(
                    "object", "list", "has_more", true, "data", lines.subList(0, LINES_WITH_INVOICE)));
        }

        /** A subscription has the ids of its discounts, unless they are asked for. */
        private static Map<String, Object> told(Map<String, Object> object, Map<String, String> query) {
            return !"subscription".equals(object.get("object")) || !(object.get("discounts") instanceof List<?> discounts)
                    || query.getOrDefault("expand[]", "").endsWith("discounts") ? object
                    : StripeBodies.with(object, "discounts", discounts.stream().map(discount -> discount instanceof Map<?, ?> whole ? whole.get("id") : discount).toList());
        }

        private static Map<String, Object> page(String path, List<Map<String, Object>> all, Map<String, String> query) {
            int limit = Integer.parseInt(query.getOrDefault("limit", Integer.toString(PAGE)));
            int from = 0;
            for (int at = 0; at < all.size(); at++) {
                from = String.valueOf(all.get(at).get("id")).equals(query.get("starting_after")) ? at + 1 : from;
            }
            int to = Math.min(all.size(), from + limit);
            return Map.of("object", "list", "url", path, "has_more", to < all.size(), "data", all.subList(from, to));
        }
    }

    static Map<String, Object> error(String code) {
        return error(code, "The stand-in says " + code + ".");
    }

    static Map<String, Object> error(String code, String message) {
        return Map.of("error", Map.of("type", "invalid_request_error", "code", code, "message", message));
    }

    private static Answered change(HttpExchange exchange, Account account, String path) throws IOException {
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var change = new Posted(path, StandInServer.query(body.isEmpty() ? null : body), exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        var before = account.nextBefore();
        if (before != null) {
            before.run();
        }
        var answered = account.begin(change);
        var between = answered.status() == 409 ? null : account.nextBetween();
        try {
            if (between != null) {
                between.run();
            }
        } finally {
            account.end(change, answered);
        }
        return answered;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var account = server.account(exchange);
            var uri = exchange.getRequestURI();
            Answered answered;
            if (account == null) {
                answered = new Answered(401, error("api_key_invalid", "Invalid API Key provided: " + StandInServer.key(exchange)), null);
            } else if (exchange.getRequestMethod().equals("POST")) {
                answered = change(exchange, account, path(uri.getPath()));
            } else {
                answered = account.answer(path(uri.getPath()), StandInServer.query(uri.getRawQuery()));
                var between = account.nextBetweenReads();
                if (between != null) {
                    between.run();
                }
            }
            exchange.getResponseHeaders().set("Stripe-Version", "2026-07-29.dahlia");
            StandInServer.send(exchange, answered);
        }
    }

    /** The path with one segment for each collection. */
    private static String path(String path) {
        return path.replace("/v1/checkout/sessions", "/v1/checkout_sessions").replace("/v1/billing_portal/sessions", "/v1/portal_sessions");
    }
}
