package org.guildhall.schedule.bookings;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.api.model.BookingId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.runtime.Runtime.LoweredAllowance;
import org.guildhall.runtime.Runtime;
import org.guildhall.schedule.bookings.BookingColumnStore.Row;
import org.guildhall.schedule.classes.AllowanceUse;
import org.jspecify.annotations.Nullable;

/**
 * The allowances that bookings use. The runtime room holds each under the id of its booking, at the start of the session. A transaction that holds or
 * gives back for several organizations calls {@link #lock} first.
 */
final class BookingAllowances {

    static final String EXCEEDED = "entitlement_exceeded";

    /** The states of an over session: what a booking used became a usage event. */
    private static final Set<String> SETTLED = Set.of("attended", "no_show");

    private final Runtime runtime;

    BookingAllowances(Runtime runtime) {
        this.runtime = runtime;
    }

    /** @throws ProblemException {@code validation_failed} if there is no such organization */
    void requireOrganization(Tx tx, @Nullable UUID organizationId, String pointer) {
        if (organizationId != null && runtime.organization(tx, organizationId) == null) {
            throw Problem.VALIDATION_FAILED.at(pointer, "There is no such organization.");
        }
    }

    /** Locks what organizations hold until the transaction ends, in the order of their pools' ids. */
    void lock(Tx tx, Collection<UUID> organizationIds) {
        if (!organizationIds.isEmpty()) {
            runtime.lockPools(tx, organizationIds);
        }
    }

    /**
     * The reason for which the bookings of a party can't use their allowances now; null if there is none. It waits for no other transaction.
     *
     * @param needs what each booking uses; null for nothing
     */
    @Nullable String hindrance(Tx tx, Changes changes, List<Row> party, @Nullable AllowanceUse needs) {
        if (needs == null) {
            return null;
        }
        if (party.stream().anyMatch(row -> row.organizationId() == null)) {
            return EXCEEDED;
        }
        var counts = party.stream().collect(Collectors.groupingBy(row -> Objects.requireNonNull(row.organizationId()), Collectors.counting()));
        if (!runtime.lockPoolsWithoutWaiting(tx, counts.keySet())) {
            return WaitlistRules.BUSY;
        }
        return counts.entrySet().stream().allMatch(count -> hasRoom(tx, changes, party.getFirst().startsAt(), needs, count)) ? null : EXCEEDED;
    }

    private boolean hasRoom(Tx tx, Changes changes, Instant at, AllowanceUse needs, Map.Entry<UUID, Long> count) {
        return runtime.hasRoom(tx, changes, count.getKey(), needs.resourceKey(), needs.quantity() * count.getValue(), at);
    }

    /**
     * Holds what a booking uses.
     *
     * @return what scheduled changes of the organization's plans leave smaller until the start of the session
     * @throws ProblemException {@code entitlement_exceeded} if the organization has too little left; {@code invalid_state} if it is archived
     */
    List<LoweredAllowance> hold(Tx tx, Changes changes, UUID bookingId, UUID organizationId, AllowanceUse use, Instant at) {
        return runtime.hold(tx, changes.secondary(), organizationId, use.resourceKey(), use.quantity(), at, reference(bookingId));
    }

    /** Holds, gives back or settles what a changed booking uses. */
    void follow(Tx tx, Changes changes, Row before, Row after) {
        var use = after.hold();
        if (before.hold() == null && use != null) {
            hold(tx, changes, after.id(), Objects.requireNonNull(after.organizationId()), use, after.startsAt());
        } else if (before.hold() != null && use == null) {
            runtime.release(tx, changes.secondary(), reference(after.id()));
        } else if (use != null && SETTLED.contains(after.state()) && !SETTLED.contains(before.state())) {
            settle(tx, changes.secondary(), after.id());
        }
    }

    private void settle(Tx tx, Changes changes, UUID bookingId) {
        try {
            runtime.settle(tx, changes, reference(bookingId));
        } catch (ProblemException refused) {
            // A reporter has given the booking's id to a usage event of its own. The held quantity goes on to count.
            if (refused.problem() != Problem.CONFLICT) {
                throw refused;
            }
        }
    }

    /** Moves what a booking uses to another start of its session. @param force true to exceed the allowance of the new period */
    void move(Tx tx, Changes changes, Row booking, Instant startsAt, boolean force) {
        if (booking.hold() != null) {
            runtime.moveHold(tx, changes.secondary(), reference(booking.id()), startsAt, force);
        }
    }

    private static String reference(UUID bookingId) {
        return new BookingId(bookingId).toString();
    }
}
