package org.guildhall.core.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.erdtman.jcs.JsonCanonicalizer;
import org.guildhall.api.Personal;
import org.guildhall.api.model.ProductId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The JSON of the audit trail is canonical (RFC 8785). Instants have six decimals. */
class JsonTest {

    private record Inner(@JsonProperty("z") String z, @JsonProperty("a") List<Integer> a) {}

    private record Odd(
            @JsonProperty("version") long version, @JsonProperty("é") String accented, @JsonProperty("id") ProductId id,
            @JsonProperty("created_at") Instant createdAt, @JsonProperty("Z") Boolean upper, @JsonProperty("a_b") Inner inner,
            @JsonProperty("a-b") @Personal String owner, @JsonProperty("\uD83E\uDD8A") String fox, @JsonProperty("\uFB33") String behindSurrogates,
            @JsonProperty("none") String none, @JsonProperty("metadata") Map<String, String> metadata) {}

    private static void isCanonical(Object value) throws Exception {
        // The reader of the reference takes objects and arrays only.
        var written = Json.AUDIT.writeValueAsString(List.of(value));
        assertEquals(new JsonCanonicalizer(written).getEncodedString(), written);
    }

    @Test
    void members_ofRecordsAndMaps_areSortedByUtf16Units() throws Exception {
        var metadata = new LinkedHashMap<String, String>();
        for (var name : List.of("b", "a", "A", "", "10", "2", "\r", "\u0080", "ö", "\u20AC", "\uD83D\uDE00", "\uFB33", "aa", "a b", "a\"b", "_")) {
            metadata.put(name, name);
        }
        isCanonical(metadata);
        isCanonical(new Odd(3, "e", new ProductId(new UUID(1, 2)), Instant.EPOCH, true, new Inner("z", Arrays.asList(3, null, 1)), "Maria",
                "fox", "dagesh", null, metadata));
        isCanonical(List.of(Json.AUDIT.readTree("{\"b\": {\"d\": 1, \"c\": []}, \"a\": {}}"), Map.of()));
    }

    @Test
    void everyCharacter_hasOneSpelling() throws Exception {
        var text = new StringBuilder();
        for (int unit = 0; unit < 0x300; unit++) {
            text.append((char) unit);
        }
        isCanonical(Map.of(text.toString(), text.append("\u2028\u2029\uFEFF\uFFFD\uFFFF\uD83E\uDD8A</script>&'").toString()));
    }

    @Test
    void randomValue_isWrittenCanonically() throws Exception {
        var random = new Random(8785);
        for (int round = 0; round < 500; round++) {
            isCanonical(any(random, 4));
        }
    }

    private static Object any(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> text(random);
            case 1 -> random.nextInt();
            case 2 -> random.nextLong(-(1L << 53) + 1, 1L << 53);
            case 3 -> random.nextBoolean();
            case 4 -> {
                var list = new ArrayList<>();
                for (int left = random.nextInt(5); left > 0; left--) {
                    list.add(any(random, depth - 1));
                }
                yield list;
            }
            default -> {
                var map = new LinkedHashMap<String, Object>();
                for (int left = random.nextInt(8); left > 0; left--) {
                    map.put(text(random), any(random, depth - 1));
                }
                yield map;
            }
        };
    }

    private static String text(Random random) {
        return random.ints(random.nextInt(6), 0, Character.MAX_CODE_POINT + 1)
                .map(point -> random.nextBoolean() ? point % 0x80 : point)
                .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Stream<Object> numberWithoutCanonicalForm_isRefused() {
        return Stream.of(1.5, 2f, new BigDecimal("10"), 1L << 53, -(1L << 53), Long.MIN_VALUE);
    }

    @ParameterizedTest
    @MethodSource
    void numberWithoutCanonicalForm_isRefused(Object number) {
        assertThrows(JsonMappingException.class, () -> Json.AUDIT.writeValueAsString(Map.of("n", number)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00.000000Z", "2026-12-31T23:59:59.999999Z", "0001-02-03T04:05:06.000007Z",
        "9999-12-31T23:59:59.120000Z", "1969-12-31T23:59:59.000001Z"})
    void instant_hasSixDecimals(String text) {
        assertEquals(text, Json.text(Instant.parse(text)));
        assertEquals(text, Json.text(Instant.parse(text).plusNanos(999)));
    }
}
