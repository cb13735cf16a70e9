package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.List;
import org.guildhall.core.json.Spec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names and other single-line texts contain no line break, and a name has a visible character. */
class LineTextsTest {

    private static final Spec SPEC = new Spec();

    private static List<String> wrong(String schema, String member, String text) {
        return SPEC.form(schema).check(JsonNodeFactory.instance.objectNode().put(member, text)).stream()
                .filter(item -> ("/" + member).equals(item.pointer()))
                .map(item -> item.code() + " " + item.detail())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "two\nlines", "two\rlines", "two\u2028lines", "two\u2029lines", "two\u0085lines", "line\n", "line\u2028", "line\u2029", "line\u0085", "\u2028line",
        "tab\tbed", "del\u007f", "c1\u009b", " ", "\u00a0", "\u200b", "\u200b\u200d \u2060", "\ufeff", "\u3164", "\u2800", "\u115f\u1160", "\u00ad", "\u202e", "\u3000", "\ufe0f"
    })
    void name_invisibleOrOfSeveralLines_isRefused(String text) {
        for (var schema : List.of("NewProduct", "NewPerson", "NewOrganization", "NewHousehold", "NewApiConsumer", "NewOrgType", "NewSite")) {
            assertEquals(List.of("pattern The text must be one line, without control characters, with at least one visible character."),
                    wrong(schema, "name", text), schema);
        }
        assertEquals(1, wrong("NewApiConsumer", "owner_name", text).size());
        assertEquals(1, wrong("MemberRow", "name", text).size());
        assertEquals(1, wrong("MemberRow", "household_name", text).size());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "a", " a ", "\u200ba", "Mira Rossi", "Zo\u00eb", "\u7530\u4e2d", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67", ".", "\uFFFD", "o\u0301"
    })
    void name_withAVisibleCharacter_isAccepted(String text) {
        assertEquals(List.of(), wrong("NewProduct", "name", text));
    }

    @Test
    void longName_isRefusedQuickly() {
        var text = "\u200b".repeat(2_000) + "a".repeat(2_000) + "\n";
        var start = System.nanoTime();
        for (int round = 0; round < 100; round++) {
            wrong("NewProduct", "name", text);
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        assertEquals(true, took.compareTo(Duration.ofSeconds(5)) < 0, took.toString());
    }
}
