package org.guildhall.schedule.bookings;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.guildhall.schedule.classes.ClassRules;
import org.jspecify.annotations.Nullable;

/** The rules of waitlists: the entries that get freed places, and how. */
final class WaitlistRules {

    static final String NO_CAPACITY = "capacity_exhausted";

    /** Another transaction has what the decision about an entry needs. */
    static final String BUSY = "busy";

    /** An offer that would last for less time is a booking at once. */
    private static final Duration OFFER_MIN = Duration.ofMinutes(5);

    private WaitlistRules() {}

    /** An entry of the waitlist. @param needed the places that it needs at once */
    record Entry(long place, int needed) {}

    /**
     * The outcome for a waitlist.
     *
     * @param promoted the numbers of the entries that get places
     * @param passedOver the reasons of the entries that others passed over, by their numbers
     * @param kept the number of places that stay free for entries, which need more or are busy
     * @param busy true if the decision about an entry must be made later
     */
    record Outcome(List<Long> promoted, Map<Long, String> passedOver, int kept, boolean busy) {}

    /**
     * Decides who gets the free places.
     *
     * @param entries in the order of the waitlist
     * @param hindrance gives the reason for which an entry can't be promoted now, or {@link #BUSY}; null if there is none. It is asked for entries that
     *        could get places
     * @param promote promotes an entry, before the next one is looked at
     */
    static Outcome promote(
            int free, boolean strictOrder, List<Entry> entries, Function<Entry, @Nullable String> hindrance, Consumer<Entry> promote) {
        var promoted = new ArrayList<Long>();
        var passing = new HashMap<Long, String>();
        var passedOver = new HashMap<Long, String>();
        int left = free;
        int kept = 0;
        boolean busy = false;
        for (var entry : entries) {
            boolean fits = entry.needed() <= left;
            if (left <= 0) {
                break;
            }
            if (!fits && !strictOrder) {
                passing.put(entry.place(), NO_CAPACITY);
                continue;
            }
            var reason = hindrance.apply(entry);
            boolean isBusy = BUSY.equals(reason);
            busy |= isBusy;
            if (reason != null && !isBusy) {
                passing.put(entry.place(), reason);
            } else if (!fits) {
                return new Outcome(promoted, passedOver, kept + left, busy);
            } else if (isBusy) {
                kept += entry.needed();
                left -= entry.needed();
            } else {
                promote.accept(entry);
                promoted.add(entry.place());
                left -= entry.needed();
                passedOver.putAll(passing);
            }
        }
        return new Outcome(promoted, passedOver, kept, busy);
    }

    /** True if nobody is promoted any more. */
    static boolean isClosed(ClassRules rules, Instant startsAt, Instant now) {
        return !now.isBefore(closesAt(rules, startsAt));
    }

    /** The instant until which a place that is free now is offered; null if it is booked at once. */
    static @Nullable Instant offeredUntil(ClassRules rules, Instant startsAt, Instant now) {
        if (rules.promotion().equals("at_once")) {
            return null;
        }
        var wanted = now.plus(Duration.ofMinutes(rules.offerMinutes()));
        var closes = closesAt(rules, startsAt);
        var until = wanted.isBefore(closes) ? wanted : closes;
        return until.isBefore(now.plus(OFFER_MIN)) ? null : until;
    }

    private static Instant closesAt(ClassRules rules, Instant startsAt) {
        return startsAt.minus(Duration.ofMinutes(rules.waitlistClosesMinutes()));
    }
}
