package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.TreeSet;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid requests: each gets its own problem with the request's id, and never an internal error. */
class BadRequestsTest {

    private static final String PRODUCTS = "/api/v1/catalog/products";
    private static final int MEBIBYTE = 1 << 20;

    private final TestServer server = TestServer.shared();
    private final String token = server.tenant().token();
    private final Http http = new Http(server, token);

    private Http.Reply refused(String outcome, Http.Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
        assertEquals("application/problem+json", reply.header("Content-Type"));
        assertEquals(reply.header("Request-Id"), reply.at("/request_id"));
        assertEquals("http://localhost/problems/" + reply.at("/code"), reply.at("/type"));
        assertFalse(reply.text().matches("(?s).*(com\\.fasterxml|java\\.|org\\.|Exception|StreamRead|Jackson|SQL).*"), reply.text());
        return reply;
    }

    private void refused(String outcome, RawSocket.Answer answer) {
        assertEquals(outcome, answer.outcome(), answer.toString());
        assertEquals("application/problem+json", answer.headers().get("Content-Type"));
        assertEquals(answer.headers().get("Request-Id"), answer.json().path("request_id").asText());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "{", "{\"name\":", "{\"name\": \"a\"", "[1,", "{\"name\": \"a\"} x", "{\"name\": \"a\"}{}", "{name: \"a\"}", "{'name': 'a'}",
        "{\"name\": \"a\",}", "{\"name\": NaN}", "{\"name\": 01}", "{\"name\": +1}", "{\"name\": .5}", "{\"name\": \"a\nb\"}", "{\"name\": \"\\x\"}",
        "// a comment\n{}", "\uFEFF{\"name\": \"a\"}", "{\"name\": \"a\", \"name\": \"b\"}", "{\"name\": \"a\", \"\\u006eame\": \"b\"}",
        "{\"name\": \"a\", \"metadata\": {\"k\": \"1\", \"k\": \"2\"}}"
    })
    void bodyThatIsNotJson_is400(String body) {
        refused("400 malformed_body", http.post(PRODUCTS, body));
    }

    @Test
    void bodyThatIsNotUtf8_is400() {
        refused("400 malformed_body", http.bytes("POST", PRODUCTS, "{\"name\": \"café\"}".getBytes(ISO_8859_1)));
        refused("400 malformed_body", http.bytes("POST", PRODUCTS, new byte[] {'{', '"', (byte) 0xC0, (byte) 0x80, '"', ':', '1', '}'}));
        refused("400 malformed_body", http.bytes("POST", PRODUCTS, "{\"name\": \"a\"}".getBytes(java.nio.charset.StandardCharsets.UTF_16)));
    }

    @Test
    void body_nestedOver100Levels_isRefused() {
        refused("422 validation_failed", http.post(PRODUCTS, "[".repeat(100) + "]".repeat(100)));
        var deeper = refused("400 malformed_body", http.post(PRODUCTS, "[".repeat(101) + "]".repeat(101)));
        assertTrue(String.valueOf(deeper.at("/detail")).contains("100"), deeper.text());
        refused("400 malformed_body", http.post(PRODUCTS, "{\"a\":".repeat(50_000)));
    }

    @Test
    void oversizedNumberOrName_isRefused() {
        refused("400 malformed_body", http.post(PRODUCTS, "{\"name\": " + "9".repeat(2_000) + "}"));
        refused("422 validation_failed", http.post(PRODUCTS, "{\"name\": " + "9".repeat(999) + "}"));
        refused("422 validation_failed", http.post(PRODUCTS, "{\"name\": 1e999999999}"));
        refused("422 validation_failed", http.post(PRODUCTS, "{\"name\": 1e-999999999}"));
        refused("422 validation_failed", http.post(PRODUCTS, "{\"name\": \"a\", \"product_type\": 1e-2000000000}"));
        refused("400 malformed_body", http.post(PRODUCTS, "{\"" + "n".repeat(60_000) + "\": 1}"));
        refused("422 validation_failed", http.post(PRODUCTS, "{\"" + "n".repeat(40_000) + "\": 1}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}                                             | /name            | required",
        "[]                                             | ''               | wrong_type",
        "null                                           | ''               | wrong_type",
        "{'name': 5}                                    | /name            | wrong_type",
        "{'name': null}                                 | /name            | wrong_type",
        "{'name': ''}                                   | /name            | too_short",
        "{'name': 'a', 'nam': 1}                        | /nam             | unknown_member",
        "{'name': 'a', 'product_type': 'plan'}          | /product_type    | not_allowed",
        "{'name': 'a\\u0000'}                           | /name            | character",
        "{'name': 'a', 'description': '\\ud800'}        | /description     | character",
        "{'name': 'a', 'metadata': {'k': '\\udc00\\ud800'}} | /metadata/k  | character",
        "{'name': 'a', 'metadata': {'k': 5}}            | /metadata/k      | wrong_type",
        "{'name': 'a', 'metadata': {'a/b~c': 'x'}}      | /metadata        | invalid",
        "{'name': 'a', 'external_id': 'with space'}     | /external_id     | pattern",
        "{'name': 'a', 'entitlement_set_id': 'prd_01m7xtfk4je288tyaa41tvaxy0'} | /entitlement_set_id | pattern",
    })
    void invalidMember_is422WithItsPointer(String body, String pointer, String code) {
        var reply = refused("422 validation_failed", http.post(PRODUCTS, body.replace('\'', '"')));
        var found = new TreeSet<String>();
        reply.json().get("errors").forEach(item -> found.add(item.path("pointer").asText("-") + " " + item.get("code").asText()));
        assertTrue(found.contains(pointer + " " + code), found + " lacks " + pointer + " " + code);
    }

    @Test
    void allErrors_areReportedAtOnce() {
        var reply = refused("422 validation_failed", http.post(PRODUCTS, "{\"nam\": 1, \"external_id\": \"\", \"product_type\": 4}"));
        assertEquals(4, new TreeSet<>(reply.json().get("errors").findValuesAsText("pointer")).size(), reply.text());
        var query = refused("400 invalid_parameter", http.get(PRODUCTS + "?limit=0&limt=1&created_after=yesterday&sort=size&a=%FF",
                "Idempotency-Key", "not looked at in a read"));
        assertEquals(5, query.json().get("errors").size(), query.text());
    }

    @Test
    void thousandsOfErrors_areCutToAHundred() {
        var members = new StringBuilder("{\"name\": \"a\"");
        var query = new StringBuilder(PRODUCTS + "?limit=1");
        for (int count = 0; count < 5_000; count++) {
            members.append(", \"m").append(count).append("\": ").append(count % 2 == 0 ? "1.5" : "\"x\"");
            query.append(count < 800 ? "&q" + count : "");
        }
        assertEquals(100, refused("422 validation_failed", http.post(PRODUCTS, members + "}")).json().get("errors").size());
        assertEquals(100, refused("400 invalid_parameter", http.get(query.toString())).json().get("errors").size());
    }

    @Test
    void integer_asDecimalOrText_isRefused() {
        for (var limit : new String[] {"5.0", "%225%22", "5e0", "05", "%2B5", "", "99999999999999999999", "0x5", "%D9%A5"}) {
            refused("400 invalid_parameter", http.get(PRODUCTS + "?limit=" + limit));
        }
        http.get(PRODUCTS + "?limit=5").expect(200);
    }

    @Test
    void query_isReadStrictly() {
        for (var query : new String[] {"%", "%2", "%zz", "limit=%", "name=%ff", "external_id=%00", "external_id=a&external_id=a", "dry_run=true",
            "include_total=yes", "created_after=2026-13-01T00:00:00Z", "created_after=2026-01-01", "expand=", "expand=everything",
            "expand=entitlement_set,entitlement_set", "fields=", "fields=nothing", "limit", "=1", "%6Cimit=0"}) {
            refused("400 invalid_parameter", answer(PRODUCTS + "?" + query));
        }
        assertEquals(200, answer(PRODUCTS + "?&limit=5&").status());
        assertEquals(200, answer(PRODUCTS + "?%6Cimit=5").status());
    }

    private RawSocket.Answer answer(String path) {
        return RawSocket.send(server, RawSocket.head("GET", path, token, Map.of()));
    }

    @Test
    void body_overOneMebibyte_isRefused() {
        var frame = "{\"name\": \"a\", \"description\": \"\"}";
        var full = frame.replace("\"\"}", "\"" + "d".repeat(MEBIBYTE - frame.length()) + "\"}");
        refused("422 validation_failed", http.post(PRODUCTS, full));
        refused("413 body_too_large", http.post(PRODUCTS, full + " "));
        var head = RawSocket.head("POST", PRODUCTS, token, Map.of("Content-Type", "application/json", "Transfer-Encoding", "chunked"));
        refused("422 validation_failed", RawSocket.send(server, (head + "\r\n\r\n" + chunked(full) + "0\r\n\r\n").getBytes(UTF_8)));
        refused("413 body_too_large", RawSocket.send(server, (head + "\r\n\r\n" + chunked(full + " ") + "0\r\n\r\n").getBytes(UTF_8)));
    }

    private static String chunked(String text) {
        var out = new StringBuilder();
        for (int at = 0; at < text.length(); at += 65_536) {
            var part = text.substring(at, Math.min(text.length(), at + 65_536));
            out.append(Integer.toHexString(part.length())).append("\r\n").append(part).append("\r\n");
        }
        return out.toString();
    }

    @Test
    void truncatedOrMisframedBody_is400() {
        var chunked = RawSocket.head("POST", PRODUCTS, token, Map.of("Content-Type", "application/json", "Transfer-Encoding", "chunked"));
        refused("400 malformed_body", RawSocket.send(server, (chunked + "\r\n\r\nzz\r\n{}\r\n0\r\n\r\n").getBytes(UTF_8)));
        refused("400 malformed_body", RawSocket.send(server, (chunked + "\r\n\r\n-1\r\n{}\r\n0\r\n\r\n").getBytes(UTF_8)));
        refused("400 malformed_body", RawSocket.send(server, (chunked + "\r\n\r\n2\r\n{}\r\n").getBytes(UTF_8), true));
        var announced = RawSocket.head("POST", PRODUCTS, token, Map.of("Content-Type", "application/json", "Content-Length", "100"));
        refused("400 malformed_body", RawSocket.send(server, (announced + "\r\n\r\n{\"name\": \"a\"}").getBytes(UTF_8), true));
    }

    @Test
    void tooLargeOrUnwantedBody_isRefusedUnread() {
        var head = RawSocket.head("POST", PRODUCTS, null, Map.of("Content-Type", "application/json", "Content-Length", "90000000"));
        refused("401 unauthenticated", RawSocket.send(server, (head + "\r\n\r\n{").getBytes(UTF_8)));
        head = RawSocket.head("POST", PRODUCTS, token, Map.of("Content-Type", "application/json", "Content-Length", "90000000"));
        refused("413 body_too_large", RawSocket.send(server, (head + "\r\n\r\n{").getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "text/plain", "application/merge-patch+json", "application/json; charset=latin1", "application/x-www-form-urlencoded", "json", ",", "application/*",
        "multipart/form-data; boundary=x"
    })
    void otherMediaType_isRefused(String type) {
        refused("415 unsupported_media_type", http.post(PRODUCTS, "{\"name\": \"a\"}", "Content-Type", type));
    }

    @Test
    void unencodedJson_isAccepted_otherCodingsAreRefused() {
        http.post(PRODUCTS, "{\"name\": \"a\"}", "Content-Type", "Application/JSON;charset=UTF-8").expect(201);
        http.post(PRODUCTS, "{\"name\": \"a\"}", "Content-Encoding", "identity", "Content-Type", "application/json").expect(201);
        for (var coding : new String[] {"gzip", "br", "deflate, gzip", "x"}) {
            refused("415 unsupported_media_type", http.post(PRODUCTS, "{\"name\": \"a\"}", "Content-Encoding", coding, "Content-Type", "application/json"));
        }
    }

    @Test
    void actionWithoutBody_refusesABody() {
        var id = http.post(PRODUCTS, "{\"name\": \"a\"}").expect(201).at("/id");
        refused("400 malformed_body", http.post(PRODUCTS + "/" + id + "/publish", "{}"));
        http.post(PRODUCTS + "/" + id + "/publish", null).expect(200);
    }

    @Test
    void idempotencyKey_malformedOrRepeated_isRefused() {
        for (var key : new String[] {"with space", "\"\"", "k".repeat(256), "tab\tbed"}) {
            refused("400 invalid_parameter", http.post(PRODUCTS, "{\"name\": \"a\"}", "Idempotency-Key", key, "Content-Type", "application/json"));
        }
        refused("400 invalid_parameter", http.post(PRODUCTS, "{\"name\": \"a\"}", "Idempotency-Key", "one", "Idempotency-Key", "two",
                "Content-Type", "application/json"));
        var lines = RawSocket.head("POST", PRODUCTS, token, Map.of("Content-Type", "application/json", "Content-Length", "13", "Idempotency-Key", "k\u00e9y"));
        refused("400 invalid_parameter", RawSocket.send(server, (lines + "\r\n\r\n{\"name\": \"a\"}").getBytes(ISO_8859_1)));
        http.post(PRODUCTS, "{\"name\": \"a\"}", "Idempotency-Key", "k".repeat(255), "Content-Type", "application/json").expect(201);
    }

    @Test
    void reason_over500Characters_isRefused() {
        refused("400 invalid_parameter", http.post(PRODUCTS, "{\"name\": \"a\"}", "Audit-Reason", "r".repeat(501), "Content-Type", "application/json"));
        http.post(PRODUCTS, "{\"name\": \"a\"}", "Audit-Reason", "r".repeat(500), "Content-Type", "application/json").expect(201);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Bearer                            | unauthenticated",
        "Basic dXNlcjpwYXNz                | unauthenticated",
        "Bearer gld_test_a_b               | unauthenticated",
        "Bearer not.a.token                | unauthenticated",
        "Token x                           | unauthenticated",
    })
    void malformedCredential_is401WithChallenge(String authorization, String code) {
        var reply = refused("401 " + code, new Http(server, null).get(PRODUCTS, "Authorization", authorization));
        assertTrue(String.valueOf(reply.header("WWW-Authenticate")).startsWith("Bearer realm=\"guildhall\", error=\"invalid_token\""));
    }
}
