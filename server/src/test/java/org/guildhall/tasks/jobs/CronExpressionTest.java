package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDate;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The syntax of cron expressions, and the days that they match. */
class CronExpressionTest {

    @ParameterizedTest
    @ValueSource(strings = {
            "", "* * * *", "* * * * * *", "0 0 12 * * ?", "@daily", " * * * * *", "*  * * * *", "* * * * *\n", "60 * * * *", "* 24 * * *", "* * 0 * *",
            "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8", "5/15 * * * *", "*/0 * * * *", "*/60 * * * *", "5-1 * * * *", "1, * * * *", ",1 * * * *",
            "? * * * *", "* * L * *", "* * 15W * *", "* * * * 1#2", "* * * JUNE *", "* * * * MO", "JAN * * * *", "* * * MON *", "-1 * * * *", "1-2-3 * * * *",
            "* * * * FRI-MON", "1.5 * * * *", "٣ * * * *", "100 * * * *"})
    void malformedExpression_isRefused(String text) {
        var refused = assertThrows(CronExpression.Malformed.class, () -> CronExpression.parse(text));
        assertTrue(String.valueOf(refused.getMessage()).endsWith("."), refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "*/15 * * * * | 0 15 30 45", "5-20/5 * * * * | 5 10 15 20", "0,30 * * * * | 0 30", "59 * * * * | 59", "1-3,2-5,9 * * * * | 1 2 3 4 5 9",
            "*/59 * * * * | 0 59"})
    void minutes_ofTheField(String text, String minutes) throws CronExpression.Malformed {
        var expression = CronExpression.parse(text);
        assertEquals(minutes, String.join(" ", IntStream.range(0, 60).filter(expression::hasMinute).mapToObj(Integer::toString).toList()));
    }

    @ParameterizedTest
    @CsvSource({
            "* * * * 0, 2026-11-29, true", "* * * * 7, 2026-11-29, true", "* * * * SUN, 2026-11-29, true", "* * * * sun, 2026-11-30, false",
            "* * * * 5-7, 2026-11-29, true", "* * * * 1-5, 2026-11-29, false", "* * * JAN-MAR *, 2026-02-28, true", "* * * JAN-MAR *, 2026-04-01, false",
            // Both day fields: either. One that begins with *: both.
            "* * 1 * MON, 2026-12-01, true", "* * 1 * MON, 2026-11-30, true", "* * 1 * MON, 2026-12-02, false",
            "* * */2 * MON, 2026-11-30, false", "* * */2 * MON, 2026-11-23, true", "* * 1 * *, 2026-11-30, false", "* * * * MON, 2026-12-01, false",
            "* * 29 FEB *, 2028-02-29, true"})
    void day_matches(String text, LocalDate day, boolean matches) throws CronExpression.Malformed {
        assertEquals(matches, CronExpression.parse(text).hasDay(day));
    }
}
