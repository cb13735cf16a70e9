package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.ProductPatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A request header is sent unchanged or refused; results and exceptions carry the response headers. */
class HeadersTest {

    private final Stub stub = new Stub();
    private final Guildhall guildhall = stub.client().build();

    @AfterEach
    void close() {
        stub.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "order ä", "order-ä", "order 1", " order", "order\n", "order\u0000", "order\u007f", "\ud83e\udd4a", "order\ud83e"})
    void invalidIdempotencyKey_notSent(String key) {
        stub.says(201, Samples.product("prd_1", "Adult"));
        var options = new WriteOptions().withIdempotencyKey(key);
        var refused = assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().create(new NewProduct("Adult"), options));
        assertTrue(refused.getMessage().startsWith("The value of Idempotency-Key "), refused.getMessage());
        assertFalse(refused.getMessage().contains("order"), refused.getMessage());
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void idempotencyKey_maxLengthAccepted() {
        stub.says(201, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withIdempotencyKey("k".repeat(255)));
        assertEquals("k".repeat(255), stub.last().header("Idempotency-Key"));
        var options = new WriteOptions().withIdempotencyKey("k".repeat(258));
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().create(new NewProduct("Adult"), options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1-ä\"", "\"1-a\"\r\nX: y", ""})
    void invalidETag_notSent(String etag) {
        assertThrows(IllegalArgumentException.class,
                () -> guildhall.catalog().products().update("prd_1", new ProductPatch(), new WriteOptions().withIfMatch(etag)));
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().get("prd_1", new ReadOptions().withIfNoneMatch(etag)));
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void invalidMediaType_notSent() {
        Supplier<InputStream> rows = () -> new ByteArrayInputStream(new byte[0]);
        assertThrows(IllegalArgumentException.class, () -> guildhall.runtime().imports().create(Upload.of("text/csv; name=ä", rows)));
        assertEquals(List.of(), stub.seen());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "Agreed.                  | Agreed.",
        "100 % \"sure\"           | 100 % \"sure\"",
        "für alle                 | %\"f%c3%bcr alle\"",
        "Kündigung: 100 % \"ok\"  | %\"K%c3%bcndigung: 100 %25 %22ok%22\"",
        "%\"f%c3%bcr alle\"       | %\"%25%22f%25c3%25bcr alle%22\"",
        "Übung 🥊                  | %\"%c3%9cbung %f0%9f%a5%8a\""})
    void reason_inAnyLanguage_sent(String reason, String sent) {
        stub.says(201, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withAuditReason(reason));
        assertEquals(sent, stub.last().header("Audit-Reason"));
    }

    @Test
    void reason_spacesAndLineBreaks_kept() {
        stub.says(201, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withAuditReason(" one\ntwo "));
        assertEquals("%\" one%0atwo \"", stub.last().header("Audit-Reason"));
    }

    @Test
    void invalidReason_notSent() {
        for (String reason : List.of("", "half \ud83e pair", "r".repeat(10_000))) {
            assertThrows(IllegalArgumentException.class,
                    () -> guildhall.catalog().products().create(new NewProduct("Adult"), new WriteOptions().withAuditReason(reason)));
        }
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void invalidParameter_notSent() {
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().get("prd_\ud83e"));
        assertThrows(IllegalArgumentException.class, () -> guildhall.catalog().products().list(new ListProductsOptions().withExternalId("a\ud83e")));
        assertEquals(List.of(), stub.seen());
    }

    @Test
    void userAgent_namesClientVersion() {
        stub.says(200, Samples.product("prd_1", "Adult"));
        guildhall.catalog().products().get("prd_1");
        assertTrue(stub.last().header("User-Agent").matches("guildhall-java/[0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)? \\(Java [0-9]+\\)"),
                stub.last().header("User-Agent"));
    }

    @Test
    void everyOutcome_hasResponseHeaders() {
        String limits = "\"token\";r=998;t=1, \"tenant\";r=4998;t=2";
        stub.says(200, Samples.product("prd_1", "Adult"), "RateLimit", limits, "Request-Id", "req_1");
        stub.says(200, Samples.page(null), "RateLimit", limits, "Request-Id", "req_2");
        stub.refuses(404, "not_found", "RateLimit", limits, "Request-Id", "req_3");
        ResponseHeaders read = guildhall.catalog().products().get("prd_1").headers();
        ResponseHeaders listed = guildhall.catalog().products().list().headers();
        ResponseHeaders refused = assertThrows(ProblemException.class, () -> guildhall.catalog().products().get("prd_2")).headers();
        var expected = List.of(new RateLimit("token", 998, Duration.ofSeconds(1)), new RateLimit("tenant", 4998, Duration.ofSeconds(2)));
        for (ResponseHeaders headers : List.of(read, listed, refused)) {
            assertEquals(expected, headers.rateLimits());
            assertEquals(limits, headers.first("ratelimit").orElseThrow());
        }
        assertEquals(List.of("req_1", "req_2", "req_3"), List.of(read.requestId(), listed.requestId(), refused.requestId()));
        assertEquals(List.of(), read.all("Retry-After"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "token;r=1", "\"token\"", "\"token\";t=1", "\"a\";r=99999999999999999999;t=1", "\";r=1;r=2"})
    void unreadableRateLimit_isAbsent(String value) {
        assertEquals(List.of(), ResponseHeaders.of(Map.of("RateLimit", List.of(value))).rateLimits());
    }

    @Test
    void displayString_decoded_equalsOriginal() {
        String text = "\u0000\u0085 \"%25\" ß \u2028 \ud83e\udd4a";
        String sent = DisplayString.of(text);
        assertTrue(sent.chars().allMatch(one -> one >= ' ' && one <= '~'), sent);
        String decoded = URLDecoder.decode(sent.substring(2, sent.length() - 1).replace("+", "%2b"), StandardCharsets.UTF_8);
        assertEquals(text, decoded);
    }
}
