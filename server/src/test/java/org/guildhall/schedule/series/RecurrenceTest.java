package org.guildhall.schedule.series;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.schedule.series.Recurrence.Occurrence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The occurrences of rules over both changes of the clock, in three zones. Lord Howe changes by half an hour. */
class RecurrenceTest {

    private static final String SYDNEY = "Australia/Sydney";

    private static List<Occurrence> occurrences(String zone, String start, String rule, LocalDate... exceptions) {
        return new Recurrence(RecurrenceRule.parse(rule), LocalDateTime.parse(start), ZoneId.of(zone), Set.of(exceptions)).checked();
    }

    /** The local starts with their offsets, such as {@code 2026-10-02T02:30+10:00}. */
    private static List<String> starts(String zone, String start, String rule) {
        return occurrences(zone, start, rule).stream().map(one -> one.startsAt().atZone(ZoneId.of(zone)).toOffsetDateTime().toString()).toList();
    }

    private static void assertStarts(String zone, String start, String rule, String expected) {
        assertEquals(Arrays.asList(expected.split(" ")), starts(zone, start, rule));
    }

    @Test
    void daily_overTheGap_leavesTheMissingTimeOut_andDoesNotCountIt() {
        assertStarts(SYDNEY, "2026-10-02T02:30", "FREQ=DAILY;COUNT=5",
                "2026-10-02T02:30+10:00 2026-10-03T02:30+10:00 2026-10-05T02:30+11:00 2026-10-06T02:30+11:00 2026-10-07T02:30+11:00");
    }

    @Test
    void weekly_overTheGap_leavesTheMissingTimeOut() {
        assertStarts(SYDNEY, "2026-09-27T02:30", "FREQ=WEEKLY;BYDAY=SU;COUNT=4",
                "2026-09-27T02:30+10:00 2026-10-11T02:30+11:00 2026-10-18T02:30+11:00 2026-10-25T02:30+11:00");
    }

    @Test
    void daily_overTheOverlap_takesTheFirstOfTheTwoTimes() {
        assertStarts(SYDNEY, "2027-04-02T02:30", "FREQ=DAILY;COUNT=4",
                "2027-04-02T02:30+11:00 2027-04-03T02:30+11:00 2027-04-04T02:30+11:00 2027-04-05T02:30+10:00");
        assertEquals(Instant.parse("2027-04-03T15:30:00Z"), occurrences(SYDNEY, "2027-04-02T02:30", "FREQ=DAILY;COUNT=4").get(2).startsAt());
    }

    @Test
    void daily_overTheGap_keepsTheLocalTime() {
        var found = occurrences(SYDNEY, "2026-10-02T06:00", "FREQ=DAILY;COUNT=4");
        assertEquals(List.of("2026-10-01T20:00:00Z", "2026-10-02T20:00:00Z", "2026-10-03T19:00:00Z", "2026-10-04T19:00:00Z"),
                found.stream().map(one -> one.startsAt().toString()).toList());
    }

    @Test
    void length_isElapsedTime_overBothChanges() {
        var gap = occurrences(SYDNEY, "2026-10-04T01:30", "FREQ=DAILY;COUNT=1").getFirst().startsAt().plus(Duration.ofMinutes(60));
        assertEquals(OffsetDateTime.parse("2026-10-04T03:30+11:00").toInstant(), gap);
        var overlap = occurrences(SYDNEY, "2027-04-04T01:30", "FREQ=DAILY;COUNT=1").getFirst().startsAt().plus(Duration.ofMinutes(60));
        assertEquals(OffsetDateTime.parse("2027-04-04T02:30+11:00").toInstant(), overlap);
    }

    @Test
    void monthly_onThe31st_leavesShorterMonthsOut() {
        assertStarts(SYDNEY, "2026-10-31T10:00", "FREQ=MONTHLY;COUNT=4",
                "2026-10-31T10:00+11:00 2026-12-31T10:00+11:00 2027-01-31T10:00+11:00 2027-03-31T10:00+11:00");
    }

    @Test
    void until_atTheInstantItself_isIncluded() {
        assertStarts(SYDNEY, "2026-10-05T18:00", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261014T070000Z",
                "2026-10-05T18:00+11:00 2026-10-07T18:00+11:00 2026-10-12T18:00+11:00 2026-10-14T18:00+11:00");
        assertEquals(3, starts(SYDNEY, "2026-10-05T18:00", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261014T065959Z").size());
    }

    @ParameterizedTest
    @CsvSource({
        // Lord Howe: 02:00 to 02:30 doesn't exist on 4 October 2026, 01:30 to 02:00 happens twice on 4 April 2027.
        "Australia/Lord_Howe, 2026-10-03T02:15, 2026-10-03T02:15+10:30 2026-10-05T02:15+11:00 2026-10-06T02:15+11:00",
        "Australia/Lord_Howe, 2026-10-03T02:30, 2026-10-03T02:30+10:30 2026-10-04T02:30+11:00 2026-10-05T02:30+11:00",
        "Australia/Lord_Howe, 2027-04-03T01:45, 2027-04-03T01:45+11:00 2027-04-04T01:45+11:00 2027-04-05T01:45+10:30",
        "Australia/Lord_Howe, 2027-04-03T02:00, 2027-04-03T02:00+11:00 2027-04-04T02:00+10:30 2027-04-05T02:00+10:30",
        // New York: 02:00 to 03:00 doesn't exist on 14 March 2027, 01:00 to 02:00 happens twice on 1 November 2026.
        "America/New_York, 2027-03-13T02:59, 2027-03-13T02:59-05:00 2027-03-15T02:59-04:00 2027-03-16T02:59-04:00",
        "America/New_York, 2027-03-13T03:00, 2027-03-13T03:00-05:00 2027-03-14T03:00-04:00 2027-03-15T03:00-04:00",
        "America/New_York, 2026-10-31T01:00, 2026-10-31T01:00-04:00 2026-11-01T01:00-04:00 2026-11-02T01:00-05:00",
        "America/New_York, 2026-10-31T02:00, 2026-10-31T02:00-04:00 2026-11-01T02:00-05:00 2026-11-02T02:00-05:00",
    })
    void daily_overTheChangesOfOtherZones(String zone, String start, String expected) {
        assertStarts(zone, start, "FREQ=DAILY;COUNT=3", expected);
    }

    @Test
    void exceptions_countInCount() {
        var found = occurrences(SYDNEY, "2026-12-24T06:00", "FREQ=DAILY;COUNT=3", LocalDate.parse("2026-12-25"));
        assertEquals(List.of(false, true, false), found.stream().map(Occurrence::exceptional).toList());
    }

    @Test
    void rules_withoutEnd_have730Occurrences_withinAHundredYears() {
        assertEquals(730, occurrences(SYDNEY, "2026-10-02T02:30", "FREQ=DAILY").size());
        assertEquals("2028-10-03", occurrences(SYDNEY, "2026-10-02T02:30", "FREQ=DAILY").getLast().local().toLocalDate().toString(), "two gaps later");
        var yearly = occurrences(SYDNEY, "2028-02-29T10:00", "FREQ=YEARLY;COUNT=730");
        assertEquals("2032-02-29", yearly.get(1).local().toLocalDate().toString());
        assertTrue(yearly.getLast().local().getYear() <= 2128, "a hundred years at most");
        assertEquals(2, occurrences(SYDNEY, "2026-10-02T10:00", "FREQ=YEARLY;INTERVAL=99").size());
    }

    @Test
    void start_thatIsNoOccurrence_refused() {
        assertThrows(ProblemException.class, () -> occurrences(SYDNEY, "2026-10-05T18:00", "FREQ=WEEKLY;BYDAY=TU"));
        assertThrows(ProblemException.class, () -> occurrences(SYDNEY, "2026-10-05T18:00", "FREQ=DAILY;UNTIL=20261005T065959Z"));
        assertThrows(ProblemException.class, () -> occurrences(SYDNEY, "2026-10-04T02:30", "FREQ=DAILY"), "this local time doesn't exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "FREQ", "FREQ=", "=DAILY", "INTERVAL=2", "FREQ=DAILY;", ";FREQ=DAILY", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;FREQ=WEEKLY", "freq=DAILY",
        "FREQ=daily", "FREQ=HOURLY", "FREQ=SECONDLY", "RRULE:FREQ=DAILY", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=731", "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=1;UNTIL=20261014T070000Z", "FREQ=DAILY;UNTIL=20261014", "FREQ=DAILY;UNTIL=20261014T070000", "FREQ=DAILY;UNTIL=20260230T070000Z",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=100", "FREQ=DAILY;BYHOUR=6", "FREQ=DAILY;BYMINUTE=30", "FREQ=DAILY;BYSECOND=0",
        "FREQ=YEARLY;BYYEARDAY=1", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=DAILY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=6MO", "FREQ=YEARLY;BYDAY=54MO", "FREQ=MONTHLY;BYDAY=0MO", "FREQ=WEEKLY;BYDAY=MO,", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=YEARLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=MONTHLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=-1",
        "FREQ=MONTHLY;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "FREQ=WEEKLY;WKST=1MO",
        "FREQ=DAILY;RSCALE=GREGORIAN", "FREQ=DAILY;SKIP=OMIT", "FREQ=DAILY;X-A=1", " FREQ=DAILY", "FREQ=DAILY ",
    })
    void rules_outsideTheSubset_refusedAtTheirMember(String rule) {
        var refused = assertThrows(ProblemException.class, () -> RecurrenceRule.parse(rule), rule);
        assertEquals("/rrule", refused.items().getFirst().pointer());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "FREQ=DAILY", "FREQ=DAILY;INTERVAL=99", "FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU", "FREQ=MONTHLY;BYDAY=-1FR,+2MO", "FREQ=YEARLY;BYDAY=53MO",
        "FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=-1", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "COUNT=730;FREQ=DAILY", "FREQ=DAILY;UNTIL=20261014T070000Z",
    })
    void rules_ofTheSubset_keepTheirText(String rule) {
        assertEquals(rule, RecurrenceRule.parse(rule).text());
    }
}
