package org.guildhall.schedule.classes;

import org.guildhall.api.model.ClassTypePatch;
import org.guildhall.api.model.NewClassType;
import org.jspecify.annotations.Nullable;

/** The rules of a new class type. The document names the default of each member. */
final class RuleDefaults {

    private static final int WAITLIST_PLACES = 0;
    private static final int BOOKING_OPENS_MINUTES = 20_160;
    private static final int BOOKING_CLOSES_MINUTES = 0;
    private static final int CANCELLATION_CUTOFF_MINUTES = 720;
    private static final int WAITLIST_CLOSES_MINUTES = 120;
    private static final int OFFER_MINUTES = 60;

    private RuleDefaults() {}

    static ClassRules rules(NewClassType body) {
        return new ClassRules(
                or(body.waitlistPlaces(), WAITLIST_PLACES), or(body.bookingOpensMinutes(), BOOKING_OPENS_MINUTES),
                or(body.bookingClosesMinutes(), BOOKING_CLOSES_MINUTES), or(body.cancellationCutoffMinutes(), CANCELLATION_CUTOFF_MINUTES),
                or(body.waitlistClosesMinutes(), WAITLIST_CLOSES_MINUTES), body.promotion() == null ? "at_once" : body.promotion().value(),
                or(body.offerMinutes(), OFFER_MINUTES), Boolean.TRUE.equals(body.strictOrder()), Boolean.TRUE.equals(body.allowOverlap()),
                body.ageMin(), body.ageMax(), AllowanceUses.of(body.needs()));
    }

    /** The rules after a patch, which has all members. */
    static ClassRules rules(ClassTypePatch wanted) {
        return new ClassRules(
                wanted.waitlistPlaces(), wanted.bookingOpensMinutes(), wanted.bookingClosesMinutes(), wanted.cancellationCutoffMinutes(),
                wanted.waitlistClosesMinutes(), wanted.promotion().value(), wanted.offerMinutes(), wanted.strictOrder(), wanted.allowOverlap(),
                wanted.ageMin(), wanted.ageMax(), AllowanceUses.of(wanted.needs()));
    }

    private static int or(@Nullable Integer given, int usual) {
        return given == null ? usual : given;
    }
}
