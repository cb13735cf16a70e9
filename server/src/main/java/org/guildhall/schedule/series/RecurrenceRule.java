package org.guildhall.schedule.series;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * A recurrence rule of the subset of RFC 5545 that the document describes, read strictly.
 *
 * @param parts all parts in their order, by name
 */
record RecurrenceRule(Map<String, String> parts) {

    /** The largest number of occurrences of a series, also of a rule without an end. */
    static final int COUNT_MAX = 730;

    private static final Set<String> FREQUENCIES = Set.of("DAILY", "WEEKLY", "MONTHLY", "YEARLY");
    private static final Set<String> ENDS = Set.of("COUNT", "UNTIL");
    private static final String NUMBER = "[+-]?[1-9][0-9]{0,2}";
    private static final Pattern INTERVAL = Pattern.compile("[1-9][0-9]?");
    private static final Pattern COUNT = Pattern.compile("[1-9][0-9]{0,2}");
    private static final Pattern DAY = Pattern.compile("(?<number>" + NUMBER + ")?(?<day>MO|TU|WE|TH|FR|SA|SU)");
    private static final Pattern INTEGER = Pattern.compile(NUMBER);
    private static final DateTimeFormatter UNTIL = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withResolverStyle(ResolverStyle.STRICT);
    private static final int MONTH_DAYS = 31;
    private static final int MONTHS = 12;
    private static final int YEAR_DAYS = 366;
    private static final int MONTH_WEEKS = 5;
    private static final int YEAR_WEEKS = 53;

    /** Reads a rule. @throws ProblemException {@code validation_failed} at {@code /rrule} if it isn't of the subset */
    static RecurrenceRule parse(String text) {
        var parts = new LinkedHashMap<String, String>();
        for (var part : text.split(";", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1 || equals == part.length() - 1) {
                throw wrong("A rule is parts such as `FREQ=WEEKLY`, separated by `;`.");
            }
            if (parts.put(part.substring(0, equals), part.substring(equals + 1)) != null) {
                throw wrong("Each part can occur once.");
            }
        }
        var rule = new RecurrenceRule(parts);
        parts.keySet().forEach(rule::check);
        rule.checkTogether();
        return rule;
    }

    private static ProblemException wrong(String detail) {
        return Problem.VALIDATION_FAILED.at("/rrule", detail);
    }

    private static void require(boolean right, String detail) {
        if (!right) {
            throw wrong(detail);
        }
    }

    private void check(String name) {
        var value = part(name);
        switch (name) {
            case "FREQ" -> require(FREQUENCIES.contains(value), "`FREQ` must be DAILY, WEEKLY, MONTHLY or YEARLY.");
            case "INTERVAL" -> require(INTERVAL.matcher(value).matches(), "`INTERVAL` must be from 1 to 99.");
            case "COUNT" -> require(COUNT.matcher(value).matches() && Integer.parseInt(value) <= COUNT_MAX, "`COUNT` must be from 1 to 730.");
            case "UNTIL" -> until(value);
            case "BYDAY" -> requireEach(value, this::isDay, "`BYDAY` must be days such as `MO`; numbers such as `1MO` are for MONTHLY and YEARLY.");
            case "BYMONTHDAY" -> requireEach(value, day -> isWithin(day, MONTH_DAYS), "`BYMONTHDAY` must be from 1 to 31, or from -31 to -1.");
            case "BYMONTH" -> requireEach(
                    value, month -> isWithin(month, MONTHS) && month.charAt(0) != '-', "`BYMONTH` must be from 1 to 12.");
            case "BYSETPOS" -> requireEach(value, place -> isWithin(place, YEAR_DAYS), "`BYSETPOS` must be from 1 to 366, or from -366 to -1.");
            case "WKST" -> require(DAY.matcher(value).matches() && value.length() == 2, "`WKST` must be a day such as `MO`.");
            default -> throw wrong(
                    "The parts are FREQ, INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS and WKST, in upper case.");
        }
    }

    private void checkTogether() {
        require(parts.containsKey("FREQ"), "`FREQ` is required.");
        require(!parts.keySet().containsAll(ENDS), "A rule has `COUNT` or `UNTIL`, not both.");
        require(!(parts.containsKey("BYMONTHDAY") && part("FREQ").equals("WEEKLY")), "`BYMONTHDAY` can't be combined with WEEKLY.");
        // Readers of the RFC differ on whether such days are in every month.
        require(!(parts.containsKey("BYMONTHDAY") && part("FREQ").equals("YEARLY") && !parts.containsKey("BYMONTH")),
                "`BYMONTHDAY` needs `BYMONTH` with YEARLY.");
        require(!parts.containsKey("BYSETPOS") || parts.keySet().stream().anyMatch(name -> name.startsWith("BY") && !name.equals("BYSETPOS")),
                "`BYSETPOS` needs another `BY…` part.");
    }

    private static void requireEach(String value, Predicate<String> right, String detail) {
        for (var one : value.split(",", -1)) {
            require(right.test(one), detail);
        }
    }

    private static boolean isWithin(String text, int most) {
        return INTEGER.matcher(text).matches() && Math.abs(Integer.parseInt(text)) <= most;
    }

    private boolean isDay(String text) {
        var day = DAY.matcher(text);
        if (!day.matches()) {
            return false;
        }
        var number = day.group("number");
        var frequency = parts.get("FREQ");
        boolean ofMonth = "MONTHLY".equals(frequency) || "YEARLY".equals(frequency) && parts.containsKey("BYMONTH");
        return number == null || (ofMonth || "YEARLY".equals(frequency)) && isWithin(number, ofMonth ? MONTH_WEEKS : YEAR_WEEKS);
    }

    private static Instant until(String value) {
        try {
            return LocalDateTime.parse(value, UNTIL).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException unreadable) {
            throw wrong("`UNTIL` must be an instant in UTC, such as `20261014T070000Z`.");
        }
    }

    private String part(String name) {
        var value = parts.get(name);
        if (value == null) {
            throw new IllegalStateException("the rule has no " + name);
        }
        return value;
    }

    /** The number of occurrences; the largest one without a {@code COUNT}. */
    int count() {
        return parts.containsKey("COUNT") ? Integer.parseInt(part("COUNT")) : COUNT_MAX;
    }

    boolean hasCount() {
        return parts.containsKey("COUNT");
    }

    /** The instant of the last possible occurrence; null without one. */
    @Nullable Instant until() {
        return parts.containsKey("UNTIL") ? until(part("UNTIL")) : null;
    }

    /** The rule with another count. */
    RecurrenceRule withCount(int count) {
        var changed = new LinkedHashMap<>(parts);
        changed.put("COUNT", Integer.toString(count));
        return new RecurrenceRule(changed);
    }

    String text() {
        return parts.entrySet().stream().map(part -> part.getKey() + "=" + part.getValue()).collect(Collectors.joining(";"));
    }
}
