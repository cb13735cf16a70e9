package org.guildhall.core.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads instants as RFC 3339 spells them. The Java parsers read ISO 8601 instead: they refuse offsets beyond 18 hours, more than nine
 * decimals and the offset {@code -00:00}, and take forms that the RFC doesn't have.
 */
public final class Instants {

    /** The longest text that is taken; the document says the same. */
    static final int CHARACTERS_MAX = 64;

    private static final Pattern DATE_TIME = Pattern.compile(
            "([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))");
    /** A query turns the plus sign of an offset into a space. */
    private static final Pattern LOST_PLUS = Pattern.compile("[^ ]+[Tt][^ ]+ [0-9]{2}:[0-9]{2}");

    private static final int SECONDS_OF_MINUTE = 60;
    private static final int SECONDS_OF_DAY = 86_400;
    private static final int MICROS_DIGITS = 6;
    private static final int LAST_MICROS = 999_999;
    private static final int NANOS_OF_MICRO = 1_000;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

    private Instants() {}

    /**
     * The instant of a text, never later than the text says: what is finer than a microsecond is cut off, and a leap second is the last
     * microsecond before it, so that it stays in its day and month.
     *
     * @return null for a text that is no instant of RFC 3339, or not one of the years 1 to 9999 in UTC
     */
    static @Nullable Instant parse(String text) {
        var found = DATE_TIME.matcher(text);
        if (text.length() > CHARACTERS_MAX || !found.matches()) {
            return null;
        }
        int hour = Integer.parseInt(found.group(4));
        int minute = Integer.parseInt(found.group(5));
        int second = Integer.parseInt(found.group(6));
        int offsetHour = found.group(8) == null ? 0 : Integer.parseInt(found.group(9));
        int offsetMinute = found.group(8) == null ? 0 : Integer.parseInt(found.group(10));
        if (hour > 23 || minute > 59 || second > SECONDS_OF_MINUTE || offsetHour > 23 || offsetMinute > 59) {
            return null;
        }
        boolean leap = second == SECONDS_OF_MINUTE;
        int offset = (offsetHour * SECONDS_OF_MINUTE + offsetMinute) * SECONDS_OF_MINUTE * ("-".equals(found.group(8)) ? -1 : 1);
        try {
            long day = LocalDate.of(Integer.parseInt(found.group(1)), Integer.parseInt(found.group(2)), Integer.parseInt(found.group(3))).toEpochDay();
            long seconds = day * SECONDS_OF_DAY + (hour * SECONDS_OF_MINUTE + minute) * SECONDS_OF_MINUTE + second - offset;
            if (leap && !endsMonth(seconds)) {
                return null;
            }
            int micros = leap ? LAST_MICROS : micros(found.group(7));
            var instant = Instant.ofEpochSecond(leap ? seconds - 1 : seconds, (long) micros * NANOS_OF_MICRO);
            return instant.isBefore(FIRST) || instant.isAfter(Json.LAST) ? null : instant;
        } catch (DateTimeException noSuchDay) {
            return null;
        }
    }

    /** Whether a text is an instant whose plus sign was sent as it is in a query, and arrived as a space. */
    public static boolean lostItsPlus(String text) {
        return LOST_PLUS.matcher(text).matches();
    }

    /** Leap seconds are inserted at the end of a month in UTC (RFC 3339, appendix D); which months have one, no version of this knows. */
    private static boolean endsMonth(long seconds) {
        return Math.floorMod(seconds, SECONDS_OF_DAY) == 0 && LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_OF_DAY)).getDayOfMonth() == 1;
    }

    private static int micros(@Nullable String decimals) {
        if (decimals == null) {
            return 0;
        }
        var digits = decimals.length() > MICROS_DIGITS ? decimals.substring(0, MICROS_DIGITS) : decimals;
        return Integer.parseInt(digits + "0".repeat(MICROS_DIGITS - digits.length()));
    }
}
