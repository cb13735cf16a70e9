package org.guildhall.schedule.series;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule.RfcMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random rules of the subset have the dates that another implementation of RFC 5545 finds, and the RFC's own examples those that it names. */
class RuleDatesTest {

    private static final int RULES = 2_000;
    private static final int COUNT = 15;
    private static final int YEARS = 40;
    private static final List<String> DAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");

    private final Random random = new Random(5545);

    private String one(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private String rule() {
        var frequency = one(List.of("DAILY", "WEEKLY", "MONTHLY", "YEARLY"));
        var text = new StringBuilder("FREQ=").append(frequency);
        if (random.nextBoolean()) {
            text.append(";INTERVAL=").append(1 + random.nextInt(4));
        }
        boolean by = false;
        if (random.nextInt(3) == 0) {
            text.append(";BYMONTH=").append(1 + random.nextInt(12)).append(',').append(1 + random.nextInt(12));
            by = true;
        }
        // Libraries read days of the month and places within a year in different ways; the RFC's examples show ours.
        boolean monthDays = (frequency.equals("DAILY") || frequency.equals("MONTHLY")) && random.nextInt(3) == 0;
        if (monthDays) {
            text.append(";BYMONTHDAY=").append(one(List.of("1", "13,15", "31", "-1", "-31,2", "28,29,30")));
            by = true;
        }
        if (random.nextBoolean()) {
            // Numbers beside days of the month are read in different ways.
            boolean numbered = !monthDays && (frequency.equals("MONTHLY") || frequency.equals("YEARLY")) && random.nextBoolean();
            text.append(";BYDAY=").append(numbered ? one(List.of("1", "2", "-1", "5")) : "").append(one(DAYS));
            if (random.nextBoolean()) {
                text.append(',').append(one(DAYS));
            }
            by = true;
        }
        if (by && !frequency.equals("YEARLY") && random.nextInt(3) == 0) {
            text.append(";BYSETPOS=").append(one(List.of("1", "-1", "2", "1,-1")));
        }
        if (random.nextInt(3) == 0) {
            text.append(";WKST=").append(one(DAYS));
        }
        return text.toString();
    }

    private static List<LocalDate> found(String rule, LocalDate start) {
        return RuleDates.of(RecurrenceRule.parse(rule).parts(), start).until(start.plusYears(YEARS), COUNT);
    }

    private static List<LocalDate> expected(String rule, LocalDate start) throws InvalidRecurrenceRuleException {
        var dates = new ArrayList<LocalDate>();
        try {
            var iterator = new org.dmfs.rfc5545.recur.RecurrenceRule(rule, RfcMode.RFC5545_STRICT)
                    .iterator(new DateTime(start.getYear(), start.getMonthValue() - 1, start.getDayOfMonth()));
            while (iterator.hasNext() && dates.size() < COUNT) {
                var next = iterator.nextDateTime();
                var date = LocalDate.of(next.getYear(), next.getMonth() + 1, next.getDayOfMonth());
                if (date.isAfter(start.plusYears(YEARS))) {
                    return dates;
                }
                dates.add(date);
            }
        } catch (IllegalArgumentException | IllegalStateException sparse) {
            // After many periods without a date the other implementation gives up. So many years are compared.
            assertTrue(dates.size() < COUNT, rule);
        }
        return dates;
    }

    @Test
    void randomRules_haveTheDatesOfAnotherImplementation() throws InvalidRecurrenceRuleException {
        var wrong = new ArrayList<String>();
        int complete = 0;
        for (int compared = 0; compared < RULES; ) {
            var rule = rule();
            var first = found(rule, LocalDate.of(2026, 1, 1).plus(random.nextInt(900), ChronoUnit.DAYS));
            if (first.isEmpty() || !found(rule, first.getFirst()).getFirst().equals(first.getFirst())) {
                continue;
            }
            compared++;
            var start = first.getFirst();
            var expected = expected(rule, start);
            var found = found(rule, start);
            if (!expected.equals(found.subList(0, Math.min(expected.size(), found.size())))) {
                wrong.add(rule + " from " + start + "\n  expected " + expected + "\n  but was  " + found);
            }
            complete += expected.size() == found.size() ? 1 : 0;
        }
        assertEquals("", String.join("\n", wrong.subList(0, Math.min(20, wrong.size()))), wrong.size() + " of " + RULES);
        assertTrue(complete > RULES * 9 / 10, "only " + complete + " were compared to their end");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        // Section 3.8.5.3 of the RFC; each has its first dates from 1997 on.
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1;BYDAY=SU | 1997-01-05 | 1997-01-05 1997-01-12 1997-01-19 1997-01-26 1999-01-03",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO | 1997-08-05 | 1997-08-05 1997-08-10 1997-08-19 1997-08-24 1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU | 1997-08-05 | 1997-08-05 1997-08-17 1997-08-19 1997-08-31 1997-09-02",
        "FREQ=MONTHLY;BYDAY=1FR | 1997-09-05 | 1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU | 1997-09-07 | 1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04",
        "FREQ=MONTHLY;BYDAY=-2MO | 1997-09-22 | 1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19",
        "FREQ=MONTHLY;BYMONTHDAY=-3 | 1997-09-28 | 1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29",
        "FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=10,11,12 | 1997-09-10 | 1997-09-10 1997-09-11 1997-09-12 1999-03-10 1999-03-11",
        "FREQ=YEARLY;BYMONTH=6,7 | 1997-06-10 | 1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10",
        "FREQ=YEARLY;BYDAY=20MO | 1997-05-19 | 1997-05-19 1998-05-18 1999-05-17 2000-05-15 2001-05-14",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH | 1997-03-13 | 1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13 | 1998-02-13 | 1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13 | 1997-09-13 | 1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8 | 1996-11-05 | 1996-11-05 2000-11-07 2004-11-02 2008-11-04 2012-11-06",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3 | 1997-09-04 | 1997-09-04 1997-10-07 1997-11-06 1997-12-04 1998-01-07",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2 | 1997-09-29 | 1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29",
    })
    void examplesOfTheRfc(String rule, LocalDate start, String expected) {
        assertEquals(expected, String.join(" ", found(rule, start).subList(0, 5).stream().map(LocalDate::toString).toList()));
    }

    @Test
    void sparseRules_areFound() {
        assertEquals(List.of(LocalDate.parse("2028-02-29"), LocalDate.parse("2032-02-29")), found("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
                LocalDate.parse("2028-02-29")).subList(0, 2));
        assertEquals(1, new Recurrence(RecurrenceRule.parse("FREQ=YEARLY;INTERVAL=99;BYMONTH=2;BYMONTHDAY=29"), LocalDate.parse("2028-02-29")
                .atTime(LocalTime.NOON), ZoneOffset.UTC, Set.of()).all().size());
    }
}
