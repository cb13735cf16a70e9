package org.guildhall.schedule.classes;

import org.guildhall.api.model.ClassTypePatch;
import org.guildhall.api.model.NewClassType;

/** The rules of a new class type. The document names the default of each member. */
final class RuleDefaults {

    private static final int WAITLIST_PLACES = 0;
    private static final int BOOKING_OPENS_MINUTES = 20_160;
    private static final int BOOKING_CLOSES_MINUTES = 0;
    private static final int CANCELLATION_CUTOFF_MINUTES = 720;
    private static final int WAITLIST_CLOSES_MINUTES = 120;
    private static final int OFFER_MINUTES = 60;
    private static final ClassRules USUAL = new ClassRules(
            WAITLIST_PLACES, BOOKING_OPENS_MINUTES, BOOKING_CLOSES_MINUTES, CANCELLATION_CUTOFF_MINUTES, WAITLIST_CLOSES_MINUTES, "at_once",
            OFFER_MINUTES, false, false, null, null, null);

    private RuleDefaults() {}

    static ClassRules rules(NewClassType body) {
        return new GivenRules(
                body.waitlistPlaces(), body.bookingOpensMinutes(), body.bookingClosesMinutes(), body.cancellationCutoffMinutes(),
                body.waitlistClosesMinutes(), body.promotion(), body.offerMinutes(), body.strictOrder(), body.allowOverlap(), body.ageMin(),
                body.ageMax(), AllowanceUses.of(body.needs())).or(USUAL);
    }

    /** The rules after a patch, which has all members. */
    static ClassRules rules(ClassTypePatch wanted) {
        return new ClassRules(
                wanted.waitlistPlaces(), wanted.bookingOpensMinutes(), wanted.bookingClosesMinutes(), wanted.cancellationCutoffMinutes(),
                wanted.waitlistClosesMinutes(), wanted.promotion().value(), wanted.offerMinutes(), wanted.strictOrder(), wanted.allowOverlap(),
                wanted.ageMin(), wanted.ageMax(), AllowanceUses.of(wanted.needs()));
    }
}
