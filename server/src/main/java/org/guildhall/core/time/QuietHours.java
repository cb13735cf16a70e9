package org.guildhall.core.time;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Weekly windows by the wall clock of a zone, in which messages and alerts are held. A window belongs to the day on which it begins, though it
 * may end on the next one. It is half open: quiet at its start, not at its end. Windows that touch or overlap are one period.
 *
 * <p>A clock change never shortens a window by its reading: a time in a gap is the first instant after the gap; in an overlap the start is the
 * first and the end the second of the two instants.
 */
public final class QuietHours {

    private static final int HOUR_MINUTES = 60;
    private static final int DAY_MINUTES = 24 * HOUR_MINUTES;
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    /** A period that is longer than a week never ends; it is cut here. */
    private static final int DAYS_AROUND = 9;

    private final List<Window> windows;

    /**
     * A weekly window.
     *
     * @param days the days on which it begins
     * @param startMinutes minutes after midnight, 0 to 1439
     * @param endMinutes minutes after midnight, 1 to 1440; not after the start means on the next day
     */
    public record Window(Set<DayOfWeek> days, int startMinutes, int endMinutes) {

        /** @throws IllegalArgumentException if the times are the same or out of range */
        public Window {
            if (startMinutes < 0 || startMinutes >= DAY_MINUTES || endMinutes < 0 || endMinutes > DAY_MINUTES || startMinutes == endMinutes) {
                throw new IllegalArgumentException("a window starts from 00:00 to 23:59 and ends at another time, 24:00 at the latest");
            }
            days = Set.copyOf(days);
        }

        /**
         * Reads a window from its texts.
         *
         * @param days mon, tue and so on
         * @param starts such as 22:00
         * @param ends such as 07:00, or 24:00
         * @throws IllegalArgumentException if the times are the same
         */
        public static Window parse(Collection<String> days, String starts, String ends) {
            return new Window(days.stream().map(day -> DayOfWeek.of(DAYS.indexOf(day) + 1)).collect(Collectors.toSet()), minutes(starts), minutes(ends));
        }

        private static int minutes(String time) {
            return Integer.parseInt(time.substring(0, 2)) * HOUR_MINUTES + Integer.parseInt(time.substring(3));
        }
    }

    /** A quiet period: its start is quiet, its end isn't. */
    public record Period(Instant from, Instant until) {

        boolean contains(Instant at) {
            return !at.isBefore(from) && at.isBefore(until);
        }
    }

    public QuietHours(List<Window> windows) {
        this.windows = List.copyOf(windows);
    }

    /** The quiet period that contains an instant; null if the instant isn't quiet. */
    public @Nullable Period at(Instant instant, ZoneId zone) {
        var today = LocalDate.ofInstant(instant, zone);
        var spans = new ArrayList<Period>();
        for (int day = -DAYS_AROUND; day <= DAYS_AROUND; day++) {
            spans.addAll(on(today.plusDays(day), zone));
        }
        spans.sort(Comparator.comparing(Period::from));
        return joined(spans).stream().filter(period -> period.contains(instant)).findFirst().orElse(null);
    }

    /** The windows that begin on a day, without those that a clock change makes empty. */
    List<Period> on(LocalDate day, ZoneId zone) {
        return windows.stream()
                .filter(window -> window.days().contains(day.getDayOfWeek()))
                .map(window -> new Period(
                        start(day.atStartOfDay().plusMinutes(window.startMinutes()), zone),
                        end(day.plusDays(window.endMinutes() > window.startMinutes() ? 0 : 1).atStartOfDay().plusMinutes(window.endMinutes()), zone)))
                .filter(period -> period.from().isBefore(period.until()))
                .toList();
    }

    private static List<Period> joined(List<Period> sorted) {
        var joined = new ArrayList<Period>();
        for (var span : sorted) {
            var last = joined.isEmpty() ? null : joined.getLast();
            if (last == null || span.from().isAfter(last.until())) {
                joined.add(span);
            } else if (span.until().isAfter(last.until())) {
                joined.set(joined.size() - 1, new Period(last.from(), span.until()));
            }
        }
        return joined;
    }

    private static Instant start(LocalDateTime local, ZoneId zone) {
        return instant(local, zone, false);
    }

    private static Instant end(LocalDateTime local, ZoneId zone) {
        return instant(local, zone, true);
    }

    private static Instant instant(LocalDateTime local, ZoneId zone, boolean second) {
        var offsets = zone.getRules().getValidOffsets(local);
        if (offsets.isEmpty()) {
            return zone.getRules().getTransition(local).getInstant();
        }
        return local.toInstant(second ? offsets.getLast() : offsets.getFirst());
    }
}
