package org.guildhall.tasks.jobs;

import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A cron expression of five fields, as crontab(5) of Vixie cron reads it: minute, hour, day of month, month, day of week. A field is a list of
 * {@code *}, numbers, names of months and days of week, and ranges; a step follows {@code *} or a range. 0 and 7 are Sunday.
 *
 * <p>If neither day field begins with {@code *}, a day matches if either of them does; otherwise both must match.
 *
 * @param minutes bit n is set for minute n, and likewise in the other sets
 * @param everyHour true if the hour field begins with {@code *}: the ticks are then evenly spaced instants, also over clock changes
 * @param eitherDay true if a day matches by the day of month or by the day of week
 */
record CronExpression(long minutes, int hours, int daysOfMonth, int months, int daysOfWeek, boolean everyHour, boolean eitherDay) {

    /** The text isn't such an expression. The message is for the caller. */
    static final class Malformed extends Exception {
        private Malformed(String message) {
            super(message);
        }
    }

    private enum FieldKind {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY_OF_MONTH("day of month", 1, 31, List.of()),
        MONTH("month", 1, 12, List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
        DAY_OF_WEEK("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

        private final String words;
        private final int min;
        private final int max;
        private final List<String> names;

        FieldKind(String words, int min, int max, List<String> names) {
            this.words = words;
            this.min = min;
            this.max = max;
            this.names = names;
        }
    }

    private static final int FIELDS = 5;
    private static final int SUNDAY = 7;
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern ITEM = Pattern.compile("(?:(\\*)|(\\d{1,2}|[A-Za-z]{3})(?:-(\\d{1,2}|[A-Za-z]{3}))?)(?:/(\\d{1,2}))?");

    /** Reads an expression whose fields are separated by single spaces. */
    static CronExpression parse(String text) throws Malformed {
        var fields = SPACE.split(text, -1);
        if (fields.length != FIELDS) {
            throw new Malformed("The expression must have five fields, separated by single spaces.");
        }
        long weekdays = set(FieldKind.DAY_OF_WEEK, fields[4]);
        return new CronExpression(
                set(FieldKind.MINUTE, fields[0]), (int) set(FieldKind.HOUR, fields[1]), (int) set(FieldKind.DAY_OF_MONTH, fields[2]),
                (int) set(FieldKind.MONTH, fields[3]), (int) (weekdays | (weekdays & 1) << SUNDAY), fields[1].startsWith("*"),
                !fields[2].startsWith("*") && !fields[4].startsWith("*"));
    }

    private static long set(FieldKind kind, String field) throws Malformed {
        long set = 0;
        for (var item : COMMA.split(field, -1)) {
            var read = ITEM.matcher(item);
            if (!read.matches()) {
                throw malformed(kind, "`" + item + "` is none of `*`, a number, a name or a range");
            }
            set |= set(kind, read);
        }
        return set;
    }

    private static long set(FieldKind kind, Matcher item) throws Malformed {
        boolean all = item.group(1) != null;
        int from = all ? kind.min : number(kind, item.group(2));
        int to = all ? kind.max : item.group(3) == null ? from : number(kind, item.group(3));
        int step = item.group(4) == null ? 1 : Integer.parseInt(item.group(4));
        if (step == 0 || step > kind.max) {
            throw malformed(kind, "the step must be between 1 and " + kind.max);
        }
        if (!all && item.group(3) == null && item.group(4) != null) {
            throw malformed(kind, "a step needs `*` or a range");
        }
        if (from > to) {
            throw malformed(kind, "the range ends before it begins");
        }
        long set = 0;
        for (int value = from; value <= to; value += step) {
            set |= 1L << value;
        }
        return set;
    }

    private static int number(FieldKind kind, String text) throws Malformed {
        int named = kind.names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return named + kind.min;
        }
        if (!Character.isDigit(text.charAt(0))) {
            throw malformed(kind, "`" + text + "` is no name");
        }
        int value = Integer.parseInt(text);
        if (value < kind.min || value > kind.max) {
            throw malformed(kind, value + " isn't between " + kind.min + " and " + kind.max);
        }
        return value;
    }

    private static Malformed malformed(FieldKind kind, String fault) {
        return new Malformed("The " + kind.words + " is wrong: " + fault + ".");
    }

    boolean hasMinute(int minute) {
        return (minutes >> minute & 1) != 0;
    }

    boolean hasHour(int hour) {
        return (hours >> hour & 1) != 0;
    }

    boolean hasDay(LocalDate day) {
        boolean month = (months >> day.getMonthValue() & 1) != 0;
        boolean dayOfMonth = (daysOfMonth >> day.getDayOfMonth() & 1) != 0;
        boolean dayOfWeek = (daysOfWeek >> day.getDayOfWeek().getValue() & 1) != 0;
        return month && (eitherDay ? dayOfMonth || dayOfWeek : dayOfMonth && dayOfWeek);
    }
}
