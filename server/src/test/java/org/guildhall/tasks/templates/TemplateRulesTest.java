package org.guildhall.tasks.templates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.tasks.templates.TemplateRules.Text;
import org.guildhall.tasks.templates.TemplateRules.Variable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts that can be templates, and what values make of them. */
class TemplateRulesTest {

    private static Text text(String subject, String body, String... variables) {
        return new Text(subject, body, false, Stream.of(variables).map(name -> new Variable(name.replace("?", ""), !name.endsWith("?"))).toList());
    }

    private static List<String> mistakes(Runnable check) {
        return assertThrows(ProblemException.class, check::run).items().stream().map(TemplateRulesTest::written).toList();
    }

    private static String written(Item item) {
        return item.pointer() + " " + item.code();
    }

    private static String body(String body, Map<String, String> values) {
        var variables = values.keySet().stream().map(name -> new Variable(name, true)).collect(Collectors.toList());
        return TemplateRules.fill(new Text("S", body, false, variables), values, "/variables").body();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Hi {{ name }}", "Hi {{{name}}}", "{{#name}}x{{/name}}", "{{^name}}", "{{&name}}", "{{! note}}", "{{> part}}", "{{=<% %>=}}", "{{Name}}", "{{name",
        "{{}}", "{{name.first}}", "{{{{name}}}}", "{{name|upper}}"})
    void anythingButPlaceholders_isRefused(String body) {
        assertEquals(List.of("/body placeholder"), mistakes(() -> TemplateRules.check(text("S", body, "name"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a { b } }} c", "{{name}}", "{{name}}{{name}}", "x{name}", "@media { a { color: red }}"})
    void placeholdersAndOtherText_areTaken(String body) {
        TemplateRules.check(text("{{name}}", body, "name"));
    }

    @Test
    void undeclaredAndRepeatedVariables_areRefused() {
        assertEquals(List.of("/variables/1/name duplicate", "/subject unknown", "/body unknown"),
                mistakes(() -> TemplateRules.check(text("{{a}}", "{{b}} {{b}} {{c}}", "c", "c"))));
    }

    @Test
    void unknownAndMissingValues_areRefused() {
        assertEquals(List.of("/variables/other unknown", "/variables/name required"),
                mistakes(() -> TemplateRules.fill(text("S", "{{name}}", "name"), Map.of("other", "x"), "/variables")));
        assertEquals("Hi !", TemplateRules.fill(text("S", "Hi {{name}}!", "name?"), Map.of(), "/variables").body());
    }

    @Test
    void valuesAreText_neverTemplates() {
        assertEquals("{{b}} $1 \\ B", body("{{a}} {{b}}", Map.of("a", "{{b}} $1 \\", "b", "B")));
    }

    @Test
    void html_isEscaped_inTheBodyOnly() {
        var html = new Text("{{a}}", "<p title=\"{{a}}\">{{a}}</p>", true, List.of(new Variable("a", true)));
        var filled = TemplateRules.fill(html, Map.of("a", "<b>\"O'Neil\" & Co</b>"), "/variables");
        assertEquals("<b>\"O'Neil\" & Co</b>", filled.subject());
        assertEquals("<p title=\"&lt;b&gt;&quot;O&#39;Neil&quot; &amp; Co&lt;/b&gt;\">&lt;b&gt;&quot;O&#39;Neil&quot; &amp; Co&lt;/b&gt;</p>", filled.body());
    }

    @ParameterizedTest
    @CsvSource({"'a\r\nBcc: all@x.example'", "'a\nb'", "'a\rb'", "'a\u2028b'", "'a\u0007'"})
    void severalLines_areRefusedInTheSubject_notInTheBody(String value) {
        assertEquals(List.of("/variables/a pattern"), mistakes(() -> TemplateRules.fill(text("{{a}}", "B", "a"), Map.of("a", value), "/variables")));
        assertEquals(value, body("{{a}}", Map.of("a", value)));
    }

    @Test
    void filledText_hasTheBoundsOfAMessage() {
        assertEquals(List.of("/variables too_long"), mistakes(() -> TemplateRules.fill(text("{{a}}", "B", "a"), Map.of("a", "x".repeat(301)), "/variables")));
        var many = "{{a}}".repeat(33);
        assertEquals(List.of("/variables too_long"), mistakes(() -> TemplateRules.fill(text("S", many, "a"), Map.of("a", "x".repeat(2000)), "/variables")));
        assertEquals(300, TemplateRules.fill(text("{{a}}", "B", "a"), Map.of("a", "x".repeat(300)), "/variables").subject().length());
    }
}
