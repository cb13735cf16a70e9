package org.guildhall.schedule.series;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The dates of a rule, by a plain reading of RFC 5545, section 3.3.10: period by period, the days of a period that fit all parts, and the places
 * among them. No part of the subset is smaller than a day, so a period is a set of days.
 *
 * @param start the first possible date; it also gives weekday, day of the month and month where no part does
 */
record RuleDates(
        String frequency, int interval, DayOfWeek weekStart, List<Integer> months, List<Integer> monthDays, List<Day> days, List<Integer> places,
        LocalDate start) {

    private static final List<String> NAMES = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");
    private static final int WEEK_DAYS = 7;

    /** A weekday, and its number in the month or year; null for every one. */
    private record Day(DayOfWeek weekday, @Nullable Integer number) {}

    /** @param parts the parts of a checked rule */
    static RuleDates of(Map<String, String> parts, LocalDate start) {
        return new RuleDates(
                parts.getOrDefault("FREQ", "DAILY"), Integer.parseInt(parts.getOrDefault("INTERVAL", "1")),
                weekday(parts.getOrDefault("WKST", "MO")), numbers(parts.get("BYMONTH")), numbers(parts.get("BYMONTHDAY")),
                parts.containsKey("BYDAY") ? Arrays.stream(parts.getOrDefault("BYDAY", "").split(",")).map(RuleDates::day).toList() : List.of(),
                numbers(parts.get("BYSETPOS")), start);
    }

    private static List<Integer> numbers(@Nullable String list) {
        return list == null ? List.of() : Arrays.stream(list.split(",")).map(Integer::valueOf).toList();
    }

    private static DayOfWeek weekday(String name) {
        return DayOfWeek.of(1 + NAMES.indexOf(name));
    }

    private static Day day(String text) {
        int name = text.length() - 2;
        return new Day(weekday(text.substring(name)), name == 0 ? null : Integer.valueOf(text.substring(0, name)));
    }

    /** The dates in their order, at most a number of them, none after the end. */
    List<LocalDate> until(LocalDate end, int most) {
        var found = new ArrayList<LocalDate>();
        for (long step = 0; found.size() < most; step += interval) {
            var begin = period(step);
            if (begin.isAfter(end)) {
                return found;
            }
            for (var date : chosen(begin.datesUntil(following(begin)).filter(this::fits).toList())) {
                if (!date.isBefore(start) && !date.isAfter(end) && found.size() < most) {
                    found.add(date);
                }
            }
        }
        return found;
    }

    /** The first day of a period, counted from the one of the start. */
    private LocalDate period(long step) {
        return switch (frequency) {
            case "DAILY" -> start.plusDays(step);
            case "WEEKLY" -> start.with(TemporalAdjusters.previousOrSame(weekStart)).plusWeeks(step);
            case "MONTHLY" -> start.withDayOfMonth(1).plusMonths(step);
            default -> start.withDayOfYear(1).plusYears(step);
        };
    }

    private LocalDate following(LocalDate begin) {
        return switch (frequency) {
            case "DAILY" -> begin.plusDays(1);
            case "WEEKLY" -> begin.plusWeeks(1);
            case "MONTHLY" -> begin.plusMonths(1);
            default -> begin.plusYears(1);
        };
    }

    private List<LocalDate> chosen(List<LocalDate> fitting) {
        if (places.isEmpty()) {
            return fitting;
        }
        return places.stream()
                .map(place -> place > 0 ? place - 1 : fitting.size() + place)
                .filter(at -> at >= 0 && at < fitting.size())
                .sorted()
                .distinct()
                .map(fitting::get)
                .toList();
    }

    private boolean fits(LocalDate date) {
        if (!months.isEmpty() && !months.contains(date.getMonthValue())) {
            return false;
        }
        if (!monthDays.isEmpty() && monthDays.stream().noneMatch(
                day -> date.getDayOfMonth() == (day > 0 ? day : date.lengthOfMonth() + 1 + day))) {
            return false;
        }
        if (!days.isEmpty()) {
            return days.stream().anyMatch(day -> isOn(date, day));
        }
        return switch (frequency) {
            case "DAILY" -> true;
            case "WEEKLY" -> date.getDayOfWeek() == start.getDayOfWeek();
            case "MONTHLY" -> !monthDays.isEmpty() || date.getDayOfMonth() == start.getDayOfMonth();
            default -> !monthDays.isEmpty()
                    || date.getDayOfMonth() == start.getDayOfMonth() && (!months.isEmpty() || date.getMonth() == start.getMonth());
        };
    }

    /** Numbers count within the year if the period is one and no month is given, otherwise within the month. */
    private boolean isOn(LocalDate date, Day day) {
        if (date.getDayOfWeek() != day.weekday()) {
            return false;
        }
        if (day.number() == null) {
            return true;
        }
        boolean ofYear = frequency.equals("YEARLY") && months.isEmpty();
        int at = ofYear ? date.getDayOfYear() : date.getDayOfMonth();
        int length = ofYear ? date.lengthOfYear() : date.lengthOfMonth();
        return day.number() > 0 ? (at - 1) / WEEK_DAYS + 1 == day.number() : (length - at) / WEEK_DAYS + 1 == -day.number();
    }
}
