package org.guildhall.billing;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StandInServer.Answered;
import org.guildhall.billing.StandInServer.Posted;
import org.jspecify.annotations.Nullable;

/** A server that answers as Paystack's API does, which knows no idempotency keys. Each account has a key of its own, which also signs its events. */
public final class PaystackStandIn {

    private static final PaystackStandIn SHARED = new PaystackStandIn();

    private final StandInServer<Account> server = new StandInServer<>(this::answer);

    private PaystackStandIn() {}

    public static PaystackStandIn shared() {
        return SHARED;
    }

    /** The address of the API. */
    public String url() {
        return server.url();
    }

    /** A new account without objects. */
    public Account account() {
        return server.account("sk_live_", Account::new);
    }

    /** An account at Paystack. */
    public static final class Account extends StandInServer.Interruptible<Account> {

        private final String key;
        private final Map<String, Object> answers = new HashMap<>();
        private final Deque<Integer> failures = new ArrayDeque<>();
        private final List<String> calls = new ArrayList<>();
        private final List<Posted> posted = new ArrayList<>();
        private final List<Map<String, Object>> subscriptions = new ArrayList<>();

        private Account(String key) {
            this.key = key;
        }

        public String key() {
            return key;
        }

        /** Sets the member {@code data} of the answer of a path, such as {@code /customer/CUS_1}. */
        public synchronized Account put(String path, Object data) {
            answers.put(path, data);
            return this;
        }

        /** Makes the next call fail. */
        public synchronized Account fails(int status) {
            failures.add(status);
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

        /** Takes a change. A reference is taken once, and a customer has one subscription to a plan. */
        @SuppressWarnings("unchecked") // the objects of tests have this form
        private synchronized Answered change(Posted change) {
            calls.add(change.call());
            posted.add(change);
            var failure = failures.poll();
            if (failure != null) {
                return refused(failure, "Not done", "not_done");
            }
            var body = change.body();
            return switch (change.call()) {
                case "POST /transaction/initialize" -> {
                    var reference = body.path("reference").asText();
                    var path = "/transaction/verify/" + reference;
                    if (answers.putIfAbsent(path, StripeBodies.object(
                            "id", answers.size(), "reference", reference, "status", "abandoned", "amount", body.path("amount").asLong(), "currency",
                            body.path("currency").asText(), "customer", Map.of("customer_code", "CUS_1"), "metadata", "", "plan", Map.of())) != null) {
                        yield refused(400, "Duplicate Transaction Reference", "duplicate_reference");
                    }
                    yield done(Map.of("authorization_url", "https://checkout.paystack.example/" + reference, "access_code", reference, "reference", reference));
                }
                case "POST /subscription" -> {
                    var plan = body.path("plan").asText();
                    var made = StripeBodies.object(
                            "subscription_code", "SUB_OF_" + plan, "status", "active", "plan", Map.of("plan_code", plan), "customer",
                            Map.of("customer_code", body.path("customer").asText()));
                    subscriptions.add(made);
                    answers.put("/subscription", List.copyOf(subscriptions));
                    yield done(made);
                }
                case "POST /subscription/disable" -> {
                    var path = "/subscription/" + body.path("code").asText();
                    answers.put(path, StripeBodies.with((Map<String, Object>) answers.get(path), "status", "non-renewing"));
                    yield done(Map.of());
                }
                default -> refused(404, "Not found", "not_found");
            };
        }

        private static Answered done(Object data) {
            return new Answered(200, Map.of("status", true, "message", "Done", "data", data), null);
        }

        private static Answered refused(int status, String message, String code) {
            return new Answered(status, Map.of("status", false, "message", message, "code", code), null);
        }

        private synchronized @Nullable Object answer(String path) {
            calls.add(path);
            return answers.get(path);
        }

        private synchronized @Nullable Integer failure() {
            return failures.poll();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var account = server.account(exchange);
            var change = StandInServer.change(exchange);
            if (account != null && change != null) {
                StandInServer.send(exchange, account.around(() -> account.change(change)));
                return;
            }
            var path = exchange.getRequestURI().getPath();
            var data = account == null ? null : account.answer(path);
            var failure = account == null ? Integer.valueOf(401) : account.failure();
            int status = failure != null ? failure : data == null ? 404 : 200;
            StandInServer.send(exchange, new Answered(status, status == 200 && data != null
                    ? Map.of("status", true, "message", "Retrieved", "data", data, "meta", Map.of("page", 1, "pageCount", 1))
                    : Map.of("status", false, "message", "Not retrieved"), null));
        }
    }
}
