package org.guildhall.smoke;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/**
 * Answers in place of GoCardless's API, since its events only name what has changed: the demo's server asks this one, at the loopback address. It has the
 * objects that {@link GymDirectDebits} puts into it.
 */
final class DirectDebitStandIn {

    /** The access token of the demo's connection. */
    static final String TOKEN = "live_demo_of_winter_street_01";

    private final HttpServer server;
    private final Map<String, String> objects = new ConcurrentHashMap<>();
    private final Map<String, List<String>> items = new ConcurrentHashMap<>();

    DirectDebitStandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    /** The address of the API. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Adds or replaces an object. @param collection such as {@code customers} @param json the object */
    void put(String collection, String id, String json) {
        objects.put("/" + collection + "/" + id, "{\"" + collection + "\": " + json + "}");
    }

    /** Adds an item of a payout. */
    void addItem(String payout, String json) {
        var all = items.computeIfAbsent(payout, any -> new CopyOnWriteArrayList<>());
        if (!all.contains(json)) {
            all.add(json);
        }
    }

    void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var query = String.valueOf(exchange.getRequestURI().getQuery());
            boolean known = ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            var body = !known ? null : path.equals("/payout_items") ? items(query) : objects.get(path);
            var bytes = (body == null ? "{\"error\": {\"type\": \"invalid_api_usage\"}}" : body).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(body != null ? 200 : known ? 404 : 401, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private String items(String query) {
        var of = items.entrySet().stream().filter(entry -> ("&" + query + "&").contains("&payout=" + entry.getKey() + "&")).findFirst();
        return "{\"payout_items\": [" + (of.isEmpty() ? "" : String.join(", ", of.get().getValue())) + "], \"meta\": {\"cursors\": {\"before\": null, \"after\": null}}}";
    }
}
