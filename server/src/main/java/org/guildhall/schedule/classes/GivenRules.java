package org.guildhall.schedule.classes;

import org.guildhall.api.model.Promotion;
import org.jspecify.annotations.Nullable;

/** The rules that a caller gives for a new class type, session or series; null for those that come from elsewhere. */
public record GivenRules(
        @Nullable Integer waitlistPlaces, @Nullable Integer bookingOpensMinutes, @Nullable Integer bookingClosesMinutes,
        @Nullable Integer cancellationCutoffMinutes, @Nullable Integer waitlistClosesMinutes, @Nullable Promotion promotion,
        @Nullable Integer offerMinutes, @Nullable Boolean strictOrder, @Nullable Boolean allowOverlap, @Nullable Integer ageMin, @Nullable Integer ageMax,
        @Nullable AllowanceUse needs) {

    /** The given rules, and the usual ones for the others. */
    public ClassRules or(ClassRules usual) {
        return new ClassRules(
                or(waitlistPlaces, usual.waitlistPlaces()), or(bookingOpensMinutes, usual.bookingOpensMinutes()),
                or(bookingClosesMinutes, usual.bookingClosesMinutes()), or(cancellationCutoffMinutes, usual.cancellationCutoffMinutes()),
                or(waitlistClosesMinutes, usual.waitlistClosesMinutes()), promotion == null ? usual.promotion() : promotion.value(),
                or(offerMinutes, usual.offerMinutes()), or(strictOrder, usual.strictOrder()), or(allowOverlap, usual.allowOverlap()),
                ageMin == null ? usual.ageMin() : ageMin, ageMax == null ? usual.ageMax() : ageMax, needs == null ? usual.needs() : needs);
    }

    private static <T> T or(@Nullable T given, T usual) {
        return given == null ? usual : given;
    }
}
