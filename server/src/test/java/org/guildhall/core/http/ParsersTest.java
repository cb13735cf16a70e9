package org.guildhall.core.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.RequestIds;
import org.guildhall.core.auth.ApiToken;
import org.guildhall.core.auth.IpRange;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.http.content.Etag;
import org.guildhall.core.http.content.MediaTypes;
import org.guildhall.core.http.content.RawBody;
import org.guildhall.core.http.uri.Paths;
import org.guildhall.core.http.uri.QueryString;
import org.guildhall.core.json.Json;
import org.guildhall.core.json.Spec;
import org.guildhall.core.json.Validation;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/** Every parser of a request's parts, with nearly valid texts: it returns a value or refuses the text. */
class ParsersTest {

    private static final int TRIES = 2_000;
    private static final Spec SPEC = new Spec();
    private static final JsonNode DOCUMENT = document();
    private static final RawBody PUBLIC_FILE = new RawBody(SPEC.json(), "application/json");
    private static final Paths PATHS = new Paths(List.of(Operation.values()));
    private static final Cursors CURSORS = new Cursors(Keys.parse(TestServer.KEYS));

    private static JsonNode document() {
        try {
            return Http.JSON.readTree(SPEC.json());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private static Arbitrary<String> of(String... pieces) {
        return Arbitraries.of(pieces).list().ofMaxSize(12).map(some -> String.join("", some));
    }

    @Provide
    Arbitrary<String> mediaTypes() {
        return of("a", "application", "json", "/", "*", "*/*", ";", ",", "=", "q", "Q", "q=", "0", "1", ".5", "0.000", "1e9", "NaN", "-", "\"", "\\", " ", "\t",
                "charset", "utf-8", "application/json", "\u00e9", "\u0000");
    }

    @Provide
    Arbitrary<String> queries() {
        return of("a", "limit", "cursor", "=", "&", "%", "%2", "%zz", "%ff", "%c3%bc", "%00", "%ed%a0%80", "+", "1", "\u00e9", "\ud800", "[]", ";");
    }

    @Provide
    Arbitrary<String> tags() {
        return of("\"", "W/", "w/", "*", ",", " ", "\t", "1-x", "9999999999999999-", "99999999999999999999-x", "a", "\\", "\u00e9", "\u0001", "\"1-abc\"");
    }

    @Provide
    Arbitrary<String> keys() {
        return of("\"", "\\", "\\\"", "\\\\", "a", "K", "!", "~", " ", "\u00e9", "\u007f", "a".repeat(100), "\"a\"");
    }

    @Provide
    Arbitrary<String> reasons() {
        return of("%\"", "\"", "%", "%c3", "%bc", "%C3", "%ed%a0%80", "%f0%9f%a6%8a", "%00", "%0a", "%e2%80%a8", "a", " ", "\\", "\u00e9", "\t", "a".repeat(200),
                "%c3%bc".repeat(200));
    }

    @Provide
    Arbitrary<String> instants() {
        return of("2026", "0000", "9999", "-", "+", "12", "11", "31", "29", "02", "T", "t", ":", "23:59:59", "60", ".", "9999999999", "Z", "z", "-00:00", "+14:00", " ",
                "2026-11-21", "\u0000", "1");
    }

    @Provide
    Arbitrary<String> numbers() {
        return of("0", "1", "9", "-", "+", ".", "e", "E", "9".repeat(20), "9".repeat(900), "e999999999", "e-99999999", "2147483648", "00");
    }

    @Provide
    Arbitrary<String> jsonTexts() {
        return of("{", "}", "[", "]", ":", ",", "\"", "\"a\"", "\"name\"", "\\ud800", "\\u0000", "\\", "1e9999999999", "-", "1", "null", "true", "NaN", "\uFEFF", "\u00e9",
                " ", "//", "{\"a\":", "[[[[[[[[[[[[");
    }

    @Provide
    Arbitrary<String> tokens() {
        return of("gld_", "test", "live", "pub", "_", "a".repeat(12), "A".repeat(43), "00000000", "g", "\u00e9", ".", "a");
    }

    @Provide
    Arbitrary<String> ranges() {
        return of("1", "255", "999", ".", "/", "0", "32", "128", "129", ":", "::", "ffff", "10.0.0.0", "2001:db8::", "%eth0", " ", "g");
    }

    @Provide
    Arbitrary<String> traces() {
        return of("00", "ff", "01", "-", "4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32), "00f067aa0ba902b7", "0".repeat(16), "A", "g", "\u00e9");
    }

    @Property(tries = TRIES)
    void mediaType_anyText_isReadOrNoMatch(@ForAll("mediaTypes") String text) {
        MediaTypes.accepts(text, "application/json");
        MediaTypes.fits(text, "application/json");
    }

    @Property(tries = TRIES)
    void mediaType_anyTextAtAll_isReadOrNoMatch(@ForAll String text) {
        MediaTypes.accepts(text, "application/json");
        MediaTypes.fits(text, "application/json");
    }

    @Property(tries = TRIES)
    void acceptEncoding_anyText_isReadOrNoMatch(@ForAll("mediaTypes") String text) {
        PUBLIC_FILE.form(text);
        PUBLIC_FILE.form(text.replace("json", "gzip"));
    }

    @Property(tries = TRIES)
    void query_anyText_isReadOrReported(@ForAll("queries") String text) {
        var wrong = new ArrayList<ProblemException.Item>();
        var read = QueryString.parse(text, wrong);
        read.values().forEach(value -> assertNull(Validation.wrongCharacter(value.replace("\u0000", "")), text));
    }

    @Property(tries = TRIES)
    void entityTags_anyText_areReadAsDocumented(@ForAll("tags") String text) {
        var header = text.strip();
        var wrong = new ArrayList<ProblemException.Item>();
        Etag.matches(header, "\"1-x\"");
        Etag.versions(header, wrong);
        assertEquals(documented("IfMatch", header), wrong.isEmpty() && !header.isEmpty(), header);
    }

    @Property(tries = TRIES)
    void idempotencyKey_anyText_isReadAsDocumented(@ForAll("keys") String text) {
        assertEquals(documented("IdempotencyKey", text), Idempotency.key(text) != null, text);
    }

    @Property(tries = TRIES)
    void reason_anyText_isReadAsDocumented(@ForAll("reasons") String text) {
        var read = DisplayString.read(text);
        if (read != null) {
            assertTrue(documented("AuditReason", text), text);
            assertTrue(!read.isEmpty() && read.codePointCount(0, read.length()) <= 500 && read.indexOf(0) < 0, text);
            assertNull(Validation.wrongCharacter(read));
        } else if (!text.startsWith("%\"")) {
            assertTrue(!documented("AuditReason", text), text);
        }
    }

    /** True if the text matches the document's pattern and bounds of a shared header. */
    private static boolean documented(String parameter, String text) {
        var schema = DOCUMENT.at("/components/parameters/" + parameter + "/schema");
        return text.length() >= schema.get("minLength").asInt() && text.length() <= schema.get("maxLength").asInt()
                && Pattern.compile(schema.get("pattern").asText()).matcher(text).find();
    }

    @Example
    void reason_displayString_isDecoded() {
        assertEquals("für alle", DisplayString.read("%\"f%c3%bcr alle\""));
        assertEquals("100%", DisplayString.read("100%"));
        assertEquals("%", DisplayString.read("%"));
        assertEquals("\"quoted\" 5 %", DisplayString.read("%\"%22quoted%22 5 %25\""));
        assertEquals("🦊", DisplayString.read("%\"%f0%9f%a6%8a\""));
        for (var malformed : new String[] {"", "%\"", "%\"\"", "%\"a", "%\"a\"b", "%\"%C3%BC\"", "%\"%c3\"", "%\"%ed%a0%80\"", "%\"%00\"", "%\"a%0ab\"", "für"}) {
            assertNull(DisplayString.read(malformed), malformed);
        }
    }

    @Property(tries = TRIES)
    void instant_anyText_isReadOrRefused(@ForAll("instants") String text) {
        Schema schema = SPEC.schema("/components/parameters/CreatedAfter/schema");
        schema.validate(TextNode.valueOf(text));
    }

    @Property(tries = TRIES)
    void number_anyText_isReadOrRefused(@ForAll("numbers") String text) {
        parsed("{\"name\": " + text + "}");
    }

    @Property(tries = TRIES)
    void json_anyText_isReadOrRefused(@ForAll("jsonTexts") String text) {
        parsed(text);
        parsed("{\"name\": \"a\", \"metadata\": " + text + "}");
    }

    private static void parsed(String text) {
        try {
            Validation.check(SPEC.schema("/components/schemas/NewProduct"), Json.parse(text.getBytes(UTF_8)));
        } catch (ProblemException refused) {
            assertTrue(refused.problem() == Problem.MALFORMED_BODY || refused.items().getFirst().code().equals("character"), text);
        }
    }

    @Property(tries = TRIES)
    void json_anyBytes_areReadOrRefused(@ForAll byte[] bytes) {
        try {
            Json.parse(bytes);
        } catch (ProblemException refused) {
            assertEquals(Problem.MALFORMED_BODY, refused.problem());
        }
    }

    @Property(tries = TRIES)
    void cursor_anyText_isRefused(@ForAll String text) {
        try {
            CURSORS.read(text, new byte[] {1});
            throw new AssertionError("a cursor that the server didn't issue was accepted: " + text);
        } catch (ProblemException refused) {
            assertEquals(Problem.INVALID_CURSOR, refused.problem());
        }
    }

    @Property(tries = TRIES)
    void token_anyText_isRefused(@ForAll("tokens") String text) {
        assertNull(ApiToken.read(text));
    }

    @Property(tries = TRIES)
    void addressRange_anyText_isReadOrRefused(@ForAll("ranges") String text) {
        try {
            IpRange.parse(text);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage() != null);
        }
    }

    @Property(tries = TRIES)
    void traceparent_anyText_givesATrace(@ForAll("traces") String text) {
        assertTrue(RequestIds.trace(text).matches("[0-9a-f]{32}"), text);
    }

    @Property(tries = TRIES)
    void nearestPath_anyText_isFoundOrNone(@ForAll("queries") String text) {
        assertEquals(Problem.NOT_FOUND, PATHS.unknown("/" + text).problem());
    }
}
