package org.guildhall.billing.mirror;

import java.time.Instant;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an event is newer than what the mirror has: by the provider's instant, then by the rank of its type. Of two events that are equal in
 * both, the one that arrives later counts; a retry or a replay of the other one changes nothing.
 */
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

    /** The order of an event and the mirrored content. */
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
     * @param origin the event; of two that can't be ordered, one that is processed again isn't the newer
     */
    static Verdict verdict(@Nullable Position mirrored, boolean ended, Origin origin) {
        var event = origin.position();
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
        return order < 0 || order == 0 && origin.isRepeated() ? Verdict.STALE : Verdict.NEWER;
    }
}
