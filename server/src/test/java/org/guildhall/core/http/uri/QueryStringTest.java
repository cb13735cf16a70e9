package org.guildhall.core.http.uri;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.core.problem.ProblemException.Item;
import org.junit.jupiter.api.Test;

/** Strict parsing of query strings. */
class QueryStringTest {

    private final List<Item> wrong = new ArrayList<>();

    private Map<String, String> read(String raw) {
        wrong.clear();
        return QueryString.parse(raw, wrong);
    }

    private List<String> mistakes(String raw) {
        read(raw);
        return wrong.stream().map(item -> item.parameter() + " " + item.code()).toList();
    }

    @Test
    void escapes_areUtf8_andPlusIsASpace() {
        assertEquals(Map.of("a", "1", "b", "x y z", "c", "é&=", "d", "", "e", ""), read("a=1&b=x+y%20z&c=%C3%A9%26%3d&d=&e"));
        assertEquals(List.of(), wrong);
        assertEquals(Map.of("a", "b=c", "ñ", "🦊"), read("a=b=c&%C3%B1=%F0%9F%A6%8A"));
        assertEquals(Map.of("a", "1"), read("&&a=1&"));
        assertEquals(Map.of(), QueryString.parse(null, wrong));
    }

    @Test
    void malformedParameters_areAllReportedByName() {
        assertEquals(List.of("a malformed"), mistakes("a=%"));
        assertEquals(List.of("a malformed"), mistakes("a=%4"));
        assertEquals(List.of("a malformed"), mistakes("a=%zz"));
        assertEquals(List.of("a malformed"), mistakes("a=%-1"));
        assertEquals(List.of("a malformed"), mistakes("a=%ff"));
        assertEquals(List.of("a malformed"), mistakes("a=%C0%80"));
        assertEquals(List.of("a malformed"), mistakes("a=%ED%A0%80"));
        assertEquals(List.of("a malformed"), mistakes("a=é"));
        assertEquals(List.of("%zz malformed"), mistakes("%zz=1"));
        assertEquals(List.of("a duplicate"), mistakes("a=1&a=1"));
        assertEquals(List.of("a duplicate"), mistakes("a=1&%61=2"));
        assertEquals(List.of("a malformed", "c duplicate", "e malformed"), mistakes("a=%&b=1&c=2&c=3&d=4&e=%f"));
        assertEquals(Map.of("b", "1"), read("a=%&b=1"));
    }
}
