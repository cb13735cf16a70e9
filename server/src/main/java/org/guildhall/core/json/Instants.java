package org.guildhall.core.json;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses instants as RFC 3339 defines them. Java's parsers follow ISO 8601: they refuse offsets beyond 18 hours, more than nine decimals
 * and the offset {@code -00:00}, and accept forms outside the RFC.
 */
public final class Instants {

    /** The maximal length, as in the document. */
    static final int CHARACTERS_MAX = 64;

    private static final Pattern DATE_TIME = Pattern.compile(
            "([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))");
    /** An instant whose offset lost its plus sign, as a query decodes + to a space. */
    private static final Pattern LOST_PLUS = Pattern.compile("[^ ]+[Tt][^ ]+ [0-9]{2}:[0-9]{2}");

    private static final int SECONDS_OF_MINUTE = 60;
    private static final int SECONDS_OF_DAY = 86_400;
    private static final int MICROS_DIGITS = 6;
    private static final int LAST_MICROS = 999_999;
    private static final int NANOS_OF_MICRO = 1_000;
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

    private Instants() {}

    /**
     * Parses an instant, never to a later one than the text says: decimals beyond microseconds are cut off, and a leap second becomes the last
     * microsecond before it, so that it stays in its day and month.
     *
     * @return null if the text is no instant of RFC 3339, or outside the years 1 to 9999 in UTC
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

    /** True if the text is an instant whose plus sign was decoded to a space. */
    public static boolean lostItsPlus(String text) {
        return LOST_PLUS.matcher(text).matches();
    }

    /** Leap seconds are inserted at the end of a month in UTC (RFC 3339, appendix D). Future ones are unknown, so any month may have one. */
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
