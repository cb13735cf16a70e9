package org.guildhall.schedule.bookings;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.guildhall.schedule.classes.ClassRules;
import org.jspecify.annotations.Nullable;

/** The rules of waitlists: the entries that get freed places, and how. */
final class WaitlistRules {

    static final String NO_CAPACITY = "capacity_exhausted";

    /** An offer that would last for less time is a booking at once. */
    private static final Duration OFFER_MIN = Duration.ofMinutes(5);

    private WaitlistRules() {}

    /**
     * An entry of the waitlist.
     *
     * @param needed the places that it needs at once
     * @param hindrance the reason for which it can't be promoted at all; null if there is none
     */
    record Entry(long place, int needed, @Nullable String hindrance) {}

    /**
     * The outcome for a waitlist.
     *
     * @param promoted the numbers of the entries that get places
     * @param passedOver the reasons of the entries that others passed over, by their numbers
     * @param blocked true if the free places are kept for the first entry, which needs more
     */
    record Outcome(List<Long> promoted, Map<Long, String> passedOver, boolean blocked) {}

    /** Decides who gets the free places. @param entries in the order of the waitlist */
    static Outcome promote(int free, boolean strictOrder, List<Entry> entries) {
        var promoted = new ArrayList<Long>();
        var passing = new HashMap<Long, String>();
        var passedOver = new HashMap<Long, String>();
        int left = free;
        for (var entry : entries) {
            if (left <= 0) {
                break;
            }
            if (entry.hindrance() != null) {
                passing.put(entry.place(), entry.hindrance());
            } else if (entry.needed() <= left) {
                promoted.add(entry.place());
                left -= entry.needed();
                passedOver.putAll(passing);
            } else if (strictOrder) {
                return new Outcome(promoted, passedOver, true);
            } else {
                passing.put(entry.place(), NO_CAPACITY);
            }
        }
        return new Outcome(promoted, passedOver, false);
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
