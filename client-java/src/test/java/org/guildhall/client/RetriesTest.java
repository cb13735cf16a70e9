package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.guildhall.client.model.NewProduct;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Transient failures are retried, permanent ones aren't, and a retried write keeps its idempotency key. */
class RetriesTest {

    private static final String PRODUCT = Samples.product("prd_1", "Adult");

    private final Stub stub = new Stub();

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void write_retried_sameKeyAndBytes() {
        stub.refuses(503, "unavailable").breaksOff().refuses(500, "internal_error").says(201, PRODUCT);
        assertEquals("Adult", stub.client().build().catalog().products().create(new NewProduct("Adult")).value().name());
        assertEquals(4, stub.seen().size());
        assertEquals(1, stub.seen().stream().map(seen -> seen.header("Idempotency-Key")).distinct().count());
        assertEquals(36, UUID.fromString(stub.last().header("Idempotency-Key")).toString().length());
        assertEquals(List.of("{\"name\":\"Adult\"}"), stub.seen().stream().map(Stub.Seen::body).distinct().toList());
    }

    @Test
    void writes_eachHaveTheirOwnKey() {
        stub.says(201, PRODUCT).says(201, PRODUCT);
        Guildhall guildhall = stub.client().build();
        guildhall.catalog().products().create(new NewProduct("Adult"));
        guildhall.catalog().products().create(new NewProduct("Adult"));
        assertNotEquals(stub.seen().get(0).header("Idempotency-Key"), stub.seen().get(1).header("Idempotency-Key"));
    }

    @Test
    void callersKey_isKept() {
        stub.refuses(503, "unavailable").says(201, PRODUCT);
        stub.client().build().catalog().products().create(new NewProduct("Adult"), new WriteOptions().withIdempotencyKey("import-7"));
        assertEquals(List.of("import-7", "import-7"), stub.seen().stream().map(seen -> seen.header("Idempotency-Key")).toList());
    }

    @Test
    void read_hasNoKey() {
        stub.says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        assertNull(stub.last().header("Idempotency-Key"));
    }

    @ParameterizedTest
    @CsvSource({"429, rate_limited", "500, internal_error", "502, bad_gateway", "503, unavailable", "504, gateway_timeout", "409, idempotency_in_flight"})
    void transientFailure_isRetried(int status, String code) {
        stub.refuses(status, code).says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        assertEquals(2, stub.seen().size());
    }

    @ParameterizedTest
    @CsvSource({"400, invalid_parameter", "401, unauthenticated", "403, insufficient_scope", "404, not_found", "409, already_exists",
        "412, precondition_failed", "422, idempotency_key_reused", "428, precondition_required", "501, not_implemented"})
    void permanentFailure_isNotRetried(int status, String code) {
        stub.refuses(status, code);
        var problem = assertThrows(ProblemException.class, () -> stub.client().build().catalog().products().get("prd_1"));
        assertEquals(code, problem.code());
        assertEquals(1, stub.seen().size());
    }

    @Test
    void retryAfter_inSeconds_isObeyed() {
        stub.refuses(429, "rate_limited", "Retry-After", "7").says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        assertBetween(Duration.ofSeconds(7), stub.waits().get(0), Duration.ofMillis(7200));
    }

    @Test
    void retryAfter_asDate_isObeyed() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(20));
        stub.refuses(503, "unavailable", "Retry-After", date).says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        assertBetween(Duration.ofSeconds(15), stub.waits().get(0), Duration.ofMillis(20_200));
    }

    @Test
    void retryAfter_aboveMaxWait_throws() {
        stub.refuses(429, "rate_limited", "Retry-After", "61");
        var problem = assertThrows(ProblemException.class, () -> stub.client().build().catalog().products().get("prd_1"));
        assertEquals(Duration.ofSeconds(61), problem.retryAfter().orElseThrow());
        assertEquals(1, stub.seen().size());
    }

    @Test
    void limits_ofWaitsAndAttempts_configurable() {
        stub.refuses(429, "rate_limited", "Retry-After", "61").refuses(503, "unavailable").says(200, PRODUCT);
        Guildhall patient = stub.client().maxRetryWait(Duration.ofMinutes(5)).maxRetries(1).build();
        assertEquals(503, assertThrows(ProblemException.class, () -> patient.catalog().products().get("prd_1")).status());
        assertEquals(2, stub.seen().size());
    }

    @Test
    void waits_doubleWithFullJitter() {
        for (int i = 0; i < 4; i++) {
            stub.refuses(503, "unavailable");
        }
        stub.says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        for (int i = 0; i < 4; i++) {
            assertBetween(Duration.ZERO, stub.waits().get(i), Duration.ofMillis(200L << i));
        }
    }

    @Test
    void attemptsUsedUp_lastProblemThrown() {
        for (int i = 0; i < 5; i++) {
            stub.refuses(503, "unavailable");
        }
        assertThrows(ProblemException.class, () -> stub.client().build().catalog().products().get("prd_1"));
        assertEquals(5, stub.seen().size());
    }

    @Test
    void noResponse_causeReported() {
        stub.breaksOff().breaksOff();
        var lost = assertThrows(GuildhallException.class, () -> stub.client().maxRetries(1).build().catalog().products().create(new NewProduct("Adult")));
        assertInstanceOf(IOException.class, lost.getCause());
        assertTrue(lost.getMessage().startsWith("No answer from " + stub.server() + " to POST /api/v1/catalog/products in 2 attempts: "), lost.getMessage());
    }

    @Test
    void stalledResponse_timesOut() {
        stub.stalls().says(200, PRODUCT);
        Guildhall hurried = stub.client().timeout(Duration.ofMillis(500)).build();
        assertEquals("Adult", hurried.catalog().products().get("prd_1").value().name());
        assertEquals(2, stub.seen().size());
    }

    @Test
    void retriesDisabled_notRetried() {
        stub.refuses(503, "unavailable");
        assertThrows(ProblemException.class, () -> stub.client().maxRetries(0).build().catalog().products().get("prd_1"));
        assertEquals(1, stub.seen().size());
    }

    @Test
    void attempts_eachAskForTheToken() {
        stub.refuses(503, "unavailable").says(200, PRODUCT);
        var count = new AtomicInteger();
        stub.client().token(() -> "gld_test_" + count.incrementAndGet()).build().catalog().products().get("prd_1");
        assertEquals(List.of("Bearer gld_test_1", "Bearer gld_test_2"), stub.seen().stream().map(seen -> seen.header("Authorization")).toList());
    }

    @Test
    void interruption_endsCall_flagKept() {
        stub.refuses(503, "unavailable");
        Guildhall guildhall = stub.client().sleep(time -> {
            throw new InterruptedException();
        }).build();
        assertThrows(GuildhallException.class, () -> guildhall.catalog().products().get("prd_1"));
        assertTrue(Thread.interrupted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-1", "99999999999"})
    void unreadableRetryAfter_isIgnored(String wait) {
        stub.refuses(503, "unavailable", "Retry-After", wait).says(200, PRODUCT);
        stub.client().build().catalog().products().get("prd_1");
        assertBetween(Duration.ZERO, stub.waits().get(0), Duration.ofMillis(200));
    }

    private static void assertBetween(Duration low, Duration actual, Duration high) {
        assertTrue(actual.compareTo(low) >= 0 && actual.compareTo(high) <= 0, actual + " isn't between " + low + " and " + high);
    }
}
