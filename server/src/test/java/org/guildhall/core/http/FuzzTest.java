package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Random requests that are close to valid ones: none causes an internal error. The seed is fixed, so failures are reproducible. */
class FuzzTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final long SEED = 20261121;
    private static final int ROUNDS = 400;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] MEMBERS = {"name", "external_id", "description", "product_type", "entitlement_set_id", "provider_references", "metadata",
        "stripe", "gocardless", "id", "version", "", "a/b", "~", "\u0000", "\ud800", "é", "\uFEFF", "__proto__"};
    private static final String[] TEXTS = {"", " ", "a", "addon", "plan", "ens_01m7xr2h5becgvp8gremm42c57", "ens_7zzzzzzzzzzzzzzzzzzzzzzzzz", "prd_0", "\u0000", "\ud800",
        "\udfff\ud800", "🦊", "\u202e", "'; drop table x; --", "%s%n", "${x}", "\\u0000", "2026-13-45T99:99:99Z", "null", "\r\n", "\u0085", "\uffff"};
    private static final String[] PARAMETERS = {"limit", "cursor", "sort", "fields", "expand", "external_id", "lifecycle_status", "product_type", "kind",
        "entitlement_set_id", "created_after", "created_before", "include_total", "dry_run", "x", "", "\u0000", "limit[]"};
    private static final String[] VALUES = {"1", "200", "0", "-1", "true", "created_at", "-name", "name", "id", "draft", "2026-01-01T00:00:00Z",
        "-999999999-01-01T00:00:00Z", "+1000000000-12-31T23:59:59.999999999Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "1e9",
        "9223372036854775807", "9223372036854775808", "AAAA", "prd_01m7xtfk4je288tyaa41tvaxy0", "294277-01-01T00:00:00Z"};

    private final Http http = new Http(TestServer.shared(), TestServer.shared().tenant().token());

    @Test
    void randomBodies_neverCauseA500() {
        var random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            var body = body(random);
            var reply = http.post(PRODUCTS + (random.nextInt(4) == 0 ? "?dry_run=true" : ""), body);
            assertTrue(reply.status() < 500, () -> reply.text() + "\nfor " + body);
        }
    }

    @Test
    void randomPatches_neverCauseA500() {
        var random = new Random(SEED + 1);
        var path = PRODUCTS + "/" + http.post(PRODUCTS, "{\"name\": \"fuzzed\"}").expect(201).at("/id");
        for (int round = 0; round < ROUNDS; round++) {
            var body = body(random);
            var reply = http.patch(path, body);
            assertTrue(reply.status() < 500, () -> reply.text() + "\nfor " + body);
        }
    }

    @Test
    void randomQueries_neverCauseA500() {
        var random = new Random(SEED + 2);
        for (int round = 0; round < ROUNDS; round++) {
            var query = new StringBuilder("?");
            for (int count = random.nextInt(4) + 1; count > 0; count--) {
                query.append(encoded(one(PARAMETERS, random))).append('=')
                        .append(encoded(random.nextBoolean() ? one(VALUES, random) : one(TEXTS, random))).append('&');
            }
            var reply = http.get(PRODUCTS + query);
            assertTrue(reply.status() < 500, () -> reply.text() + "\nfor " + query);
        }
    }

    /** Mostly an object that is nearly a product; sometimes its text with one changed character, so that it is nearly JSON. */
    private static String body(Random random) {
        var object = NODES.objectNode();
        if (random.nextInt(10) > 0) {
            object.put("name", "fuzzed");
        }
        for (int count = random.nextInt(4); count > 0; count--) {
            object.set(one(MEMBERS, random), value(random, 3));
        }
        JsonNode node = random.nextInt(20) == 0 ? value(random, 4) : object;
        var text = new StringBuilder(written(node));
        if (random.nextInt(4) == 0 && !text.isEmpty()) {
            text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(0x180));
        }
        return text.toString();
    }

    private static JsonNode value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 9 : 6)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextLong());
            case 3 -> NODES.numberNode(random.nextBoolean() ? BigDecimal.valueOf(random.nextInt(), random.nextInt(40) - 20)
                    : new BigDecimal(BigInteger.ONE, random.nextInt()));
            case 4, 5 -> NODES.textNode(random.nextInt(8) == 0 ? one(TEXTS, random).repeat(random.nextInt(3_000)) : one(TEXTS, random));
            case 6 -> {
                var array = NODES.arrayNode();
                for (int count = random.nextInt(4); count > 0; count--) {
                    array.add(value(random, depth - 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = NODES.objectNode();
                for (int count = random.nextInt(4); count > 0; count--) {
                    object.set(one(MEMBERS, random), value(random, depth - 1));
                }
                yield object;
            }
        };
    }

    /** JSON with escapes for everything beyond ASCII, lone surrogates included, which Java can't write in another way. */
    private static String written(JsonNode node) {
        var out = new StringBuilder();
        node.toString().chars().forEach(character ->
                out.append(character < 0x80 ? String.valueOf((char) character) : "\\u%04x".formatted(character)));
        return out.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String one(String[] of, Random random) {
        return of[random.nextInt(of.length)];
    }
}
