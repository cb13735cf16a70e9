package org.guildhall.billing.mirror;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides whether an event is newer than what the mirror has. It never looks at the order of arrival. */
final class MirrorRules {

    private MirrorRules() {}

    /**
     * The place of some content in the provider's order.
     *
     * @param at the instant by the provider's clock
     * @param rank orders events with the same instant
     * @param eventReference the provider's id of the event
     */
    record Position(Instant at, int rank, String eventReference) {}

    /** What an event is to the mirrored content. */
    enum Verdict {
        NEWER("applied"), STALE("stale"), SAME_EVENT("no_change");

        private final String outcome;

        Verdict(String outcome) {
            this.outcome = outcome;
        }

        /** The outcome of a delivery with this verdict. */
        String outcome() {
            return outcome;
        }
    }

    /**
     * Compares an event with the mirrored content.
     *
     * @param mirrored the place of the mirrored content; null for a stub
     * @param ended true if the mirrored state is one that no event leaves, such as {@code deleted}
     */
    static Verdict verdict(@Nullable Position mirrored, boolean ended, Position event) {
        if (mirrored == null) {
            return Verdict.NEWER;
        }
        if (mirrored.eventReference().equals(event.eventReference())) {
            return Verdict.SAME_EVENT;
        }
        if (ended) {
            return Verdict.STALE;
        }
        int order = event.at().compareTo(mirrored.at());
        if (order == 0) {
            order = Integer.compare(event.rank(), mirrored.rank());
        }
        return order < 0 ? Verdict.STALE : Verdict.NEWER;
    }
}
