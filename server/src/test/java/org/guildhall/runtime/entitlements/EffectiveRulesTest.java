package org.guildhall.runtime.entitlements;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.runtime.entitlements.EffectiveRules.ActiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules.EffectiveRule;
import org.guildhall.runtime.entitlements.EffectiveRules.Verdict;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The combination of rules, as each row of the operators' page says, and the decisions on use. */
class EffectiveRulesTest {

    private static final Pattern RULE = Pattern.compile(
            "(set|max|add|any) (unlimited|\\d+|on|off)(?: per (\\w+))?(?: (soft|hard))?(?: grace (\\d+)%)?(?: at ([\\d% ]+))?");

    /** A row of the table. */
    record Row(List<String> rules, String entitlement, String refusedBeyond, String thresholds) {}

    static List<Row> rows() throws IOException {
        var page = Files.readString(page());
        var table = page.substring(page.indexOf("| rules in effect |"));
        var rows = new ArrayList<Row>();
        for (var line : table.lines().skip(2).takeWhile(text -> text.startsWith("|")).toList()) {
            var cells = Stream.of(line.split("\\|", -1)).map(String::strip).toList();
            var rules = Pattern.compile("`([^`]+)`").matcher(cells.get(1)).results().map(found -> found.group(1)).toList();
            rows.add(new Row(rules, cells.get(2), cells.get(3), cells.get(4)));
        }
        assertTrue(rows.size() > 30, rows.size() + " rows");
        return rows;
    }

    private static Path page() {
        var here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docs/operators.md"))) {
            here = here.getParent();
        }
        return here.resolve("docs/operators.md");
    }

    private static ActiveRule rule(String text) {
        var found = RULE.matcher(text);
        assertTrue(found.matches(), text);
        var value = found.group(2);
        boolean onOff = value.equals("on") || value.equals("off");
        var percents = found.group(6) == null ? List.<Integer>of()
                : Stream.of(found.group(6).replace("%", "").split(" ")).map(Integer::valueOf).toList();
        return new ActiveRule(
                UUID.randomUUID(), Instant.EPOCH, UUID.randomUUID(), UUID.randomUUID(), "Product", "fedwiki.sites",
                onOff ? "boolean" : found.group(3) == null ? "limit" : "allowance", found.group(3), found.group(1),
                onOff || value.equals("unlimited") ? null : Long.valueOf(value), onOff ? value.equals("on") : null,
                !"soft".equals(found.group(4)), found.group(5) == null ? 0 : Integer.parseInt(found.group(5)), percents);
    }

    private static List<EffectiveRule> effectiveRules(String... rules) {
        return EffectiveRules.of(Stream.of(rules).map(EffectiveRulesTest::rule).toList()).rules();
    }

    private static EffectiveRule effectiveRule(String... rules) {
        var effective = effectiveRules(rules);
        assertEquals(1, effective.size());
        return effective.getFirst();
    }

    private static String each(List<EffectiveRule> effective, Function<EffectiveRule, String> part) {
        return effective.stream().map(part).filter(text -> !text.isEmpty()).collect(Collectors.joining("; "));
    }

    private static String entitlement(EffectiveRule rule) {
        var value = rule.enabled() != null ? (rule.enabled() ? "on" : "off") : rule.unlimited() ? "unlimited" : String.valueOf(rule.limit());
        return rule.period() == null ? value : value + " per " + rule.period();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rules_inAnyOrder_combineAsDocumented(Row row) {
        var rules = new ArrayList<>(row.rules().stream().map(EffectiveRulesTest::rule).toList());
        for (int turn = 0; turn < rules.size(); turn++) {
            var effective = EffectiveRules.of(rules).rules();
            assertEquals(row.entitlement(), each(effective, EffectiveRulesTest::entitlement));
            assertEquals(row.refusedBeyond(), each(effective, rule -> rule.ceiling() == null ? "nothing" : rule.ceiling().toString()));
            assertEquals(row.thresholds(), each(effective, rule -> rule.thresholdPercents().stream().map(percent -> percent + "%").collect(Collectors.joining(" "))));
            Collections.rotate(rules, 1);
        }
    }

    @Test
    void noRules_giveNoEntitlement() {
        assertEquals(List.of(), EffectiveRules.of(List.of()).rules());
        assertNull(EffectiveRules.of(List.of()).rule("fedwiki.sites", null));
        assertEquals(List.of(), EffectiveRules.of(List.of(rule("set 1"))).rules("fedwiki.storage_mb"));
    }

    /** @param counting true for each rule that counts, in the order of the rules */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            set 16                              | true
            set 1, set 16                       | false true
            set 16, max 16                      | true true
            set 16, add 4, add 0                | true true false
            add 4                               | true
            set 0, add 4                        | true true
            set unlimited, set 16, add 4        | true false false
            set 16, add unlimited               | false true
            any on, any off                     | true false
            any off, any off                    | true true
            """)
    void source_countsIfTheValueDependsOnIt(String rules, String counting) {
        var activeRules = Stream.of(rules.split(", ")).map(EffectiveRulesTest::rule).toList();
        var sources = EffectiveRules.of(activeRules).rules().getFirst().sources();
        assertEquals(counting, activeRules.stream()
                .map(rule -> sources.stream().filter(source -> source.rule() == rule).findFirst().orElseThrow().counts())
                .map(String::valueOf)
                .collect(Collectors.joining(" ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            any on               | 0   | 1                | ENABLED
            any off              | 0   | 1                | DISABLED
            set unlimited        | 900 | 9007199254740991 | UNLIMITED
            set 16               | 15  | 1                | WITHIN_LIMIT
            set 16               | 15  | 2                | LIMIT_REACHED
            set 16               | 20  | 1                | LIMIT_REACHED
            set 0                | 0   | 1                | LIMIT_REACHED
            set 16 grace 10%     | 16  | 1                | WITHIN_GRACE
            set 16 grace 10%     | 16  | 2                | LIMIT_REACHED
            set 16 grace 10%     | 0   | 17               | WITHIN_GRACE
            set 16 soft          | 16  | 100              | NOT_ENFORCED
            set 16 soft          | 15  | 1                | WITHIN_LIMIT
            set 10 per day       | 10  | 1                | ALLOWANCE_USED_UP
            set 10 per day       | 0   | 9007199254740991 | ALLOWANCE_USED_UP
            """)
    void decision_hasVerdict(String rule, long used, long quantity, Verdict verdict) {
        assertEquals(verdict, effectiveRule(rule).decide(used, quantity));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
            set 16               | 11 | 5    | false
            set 16               | 16 | 0    | false
            set 16 grace 10%     | 17 | 0    | true
            set 16 soft          | 20 | 0    | true
            set unlimited        | 20 | none | false
            any on               | 0  | none | false
            """)
    void remaining_excludesGrace(String rule, long used, @Nullable Long remaining, boolean exceeded) {
        assertEquals(remaining, effectiveRule(rule).remaining(used));
        assertEquals(exceeded, effectiveRule(rule).isExceeded(used));
    }

    @Test
    void rules_areSortedByKeyAndPeriod() {
        assertEquals("1 per day; 1 per week; 1 per month; 1 per year",
                each(effectiveRules("set 1 per year", "set 1 per day", "set 1 per month", "set 1 per week"), EffectiveRulesTest::entitlement));
    }
}
