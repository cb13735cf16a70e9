package org.guildhall.core.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import org.guildhall.core.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a caller reads about a wrong value: sentences of the API's own, without a library's words. */
class MistakeSentencesTest {

    private static final Spec SPEC = new Spec();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NewProduct | {"name": 5}                              | The value must be a text.
            NewProduct | {"name": ""}                             | The text must not be empty.
            NewProduct | {"name": "a", "product_type": "none"}    | The value must be one of `addon`, `usage`, `one_time`.
            NewProduct | {"name": "a", "metadata": []}            | The value must be an object.
            NewProduct | {"name": "a\\u2028"}                     | The text must be one line, without control characters, with at least one visible character.
            CalendarDuration | "P1.5D"                            | The value must have the form of `P1M`.
            CurrencyCode | "aud"                                  | The value must have the form of `AUD`.
            PersonId | "org_1"                                    | The value must have the form of `per_01m7ym9s346q3d25vt4f5v37e3`.
            ReturnUrl | "ftp://a"                                 | The address must begin with https://, without spaces and in ASCII.
            """)
    void mistake_isToldPlainly(String schema, String value, String sentence) {
        var items = Validation.check(SPEC.schema("/components/schemas/" + schema), Json.parse(value.getBytes(UTF_8)));
        assertTrue(items.stream().anyMatch(item -> item.detail().equals(sentence)), items.toString());
    }

    /** For no schema of the document, whatever is wrong. */
    @Test
    void noSchema_tellsARegularExpression() {
        Json.parse(SPEC.json()).at("/components/schemas").fieldNames().forEachRemaining(name -> {
            for (var value : new JsonNode[] {TextNode.valueOf("\u007f ~"), IntNode.valueOf(-1)}) {
                for (var item : Validation.check(SPEC.schema("/components/schemas/" + name.replace("/", "~1")), value)) {
                    assertFalse(item.detail().contains("^") || item.detail().contains("regex") || item.detail().contains("found"), name + ": " + item);
                }
            }
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"a": 1, "a": 2} | The member `a` appears twice in one object (line 1, column 13).
            {"a": 1          | The JSON ends before it is complete (line 1, column 8).
            {"a": nul}       | This isn't JSON (line 1, column 7).
            {"a": NaN}       | This isn't JSON (line 1, column 10).
            """)
    void brokenJson_isToldWithItsPlace(String body, String detail) {
        assertEquals(detail, assertThrows(ProblemException.class, () -> Json.parse(body.getBytes(UTF_8))).getMessage());
    }
}
