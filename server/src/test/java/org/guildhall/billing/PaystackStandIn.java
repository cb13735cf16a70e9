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
import org.jspecify.annotations.Nullable;

/** A server that answers as Paystack's API does. Each account has a key of its own, which also signs its events. */
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
    public static final class Account {

        private final String key;
        private final Map<String, Object> answers = new HashMap<>();
        private final Deque<Integer> failures = new ArrayDeque<>();
        private final List<String> calls = new ArrayList<>();

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
