package org.guildhall.schedule.classes;

import org.jspecify.annotations.Nullable;

/**
 * The rules by which a session is booked, canceled and promoted for. All windows are elapsed minutes before its start.
 *
 * @param promotion at_once or offer
 * @param strictOrder true if nobody on the waitlist is passed over
 * @param allowOverlap true if a person can have another booking at the same time
 * @param ageMin in completed years; null for none
 * @param ageMax in completed years; null for none
 * @param needs the allowance that each booking uses; null for none
 */
public record ClassRules(
        int waitlistPlaces, int bookingOpensMinutes, int bookingClosesMinutes, int cancellationCutoffMinutes, int waitlistClosesMinutes,
        String promotion, int offerMinutes, boolean strictOrder, boolean allowOverlap, @Nullable Integer ageMin, @Nullable Integer ageMax,
        @Nullable AllowanceUse needs) {}
