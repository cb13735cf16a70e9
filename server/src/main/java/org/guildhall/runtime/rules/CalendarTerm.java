package org.guildhall.runtime.rules;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.regex.Pattern;

/**
 * A duration after ISO 8601: calendar months and days in a tenant's time zone, then exact seconds. It is always counted from the start of
 * the term. So 31 January plus one month is the last day of February, and plus two months is 31 March.
 */
public record CalendarTerm(int months, int days, long seconds) {

    private static final Pattern ISO = Pattern.compile(
            "P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    /** Parses a duration that matches the document's pattern. */
    public static CalendarTerm parse(String text) {
        var parts = ISO.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(text);
        }
        var numbers = new int[8];
        for (int at = 1; at < numbers.length; at++) {
            numbers[at] = parts.group(at) == null ? 0 : Integer.parseInt(parts.group(at));
        }
        return new CalendarTerm(
                numbers[1] * 12 + numbers[2], numbers[3] * 7 + numbers[4], numbers[5] * 3600L + numbers[6] * 60L + numbers[7]);
    }

    public boolean isZero() {
        return months == 0 && days == 0 && seconds == 0;
    }

    /** The sum of both durations. */
    public CalendarTerm plus(CalendarTerm more) {
        return new CalendarTerm(Math.addExact(months, more.months), Math.addExact(days, more.days), Math.addExact(seconds, more.seconds));
    }

    /**
     * The end of the duration. A time of day that a daylight-saving change skips becomes the time after the gap. For a time of day that occurs
     * twice, the one with the offset of {@code start} applies, if there is one.
     *
     * @throws DateTimeException if the end is beyond the year 9999
     */
    public Instant from(Instant start, ZoneId zone) {
        var begun = start.atZone(zone);
        var local = months == 0 && days == 0 ? begun : ended(begun, zone);
        var end = local.toInstant().plusSeconds(seconds);
        if (end.isAfter(LAST)) {
            throw new DateTimeException("beyond the year 9999");
        }
        return end;
    }

    private ZonedDateTime ended(ZonedDateTime begun, ZoneId zone) {
        LocalDateTime local = begun.toLocalDateTime().plusMonths(months).plusDays(days);
        return ZonedDateTime.ofLocal(local, zone, begun.getOffset());
    }

    /** The shortest ISO 8601 form. */
    public String text() {
        var text = new StringBuilder("P");
        append(text, months / 12, 'Y');
        append(text, months % 12, 'M');
        append(text, days, 'D');
        if (seconds > 0) {
            text.append('T');
            append(text, seconds / 3600, 'H');
            append(text, seconds % 3600 / 60, 'M');
            append(text, seconds % 60, 'S');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, long number, char unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }
}
