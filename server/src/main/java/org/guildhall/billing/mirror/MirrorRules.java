package org.guildhall.billing.mirror;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether content is newer than what the mirror has: by the provider's instant, then by the rank of the event's type. Two events that are equal in
 * both can't be ordered: the one that arrives later counts until the provider is asked, and a retry or a replay changes nothing. Fetched content is what the
 * provider has at that instant, give or take two seconds; an event of these seconds can be part of it or not.
 */
final class MirrorRules {

    /** The clocks of the provider's servers differ, and it writes whole seconds. */
    private static final Duration FETCH_WINDOW = Duration.ofSeconds(2);

    private MirrorRules() {}

    /**
     * The place of some content in the provider's order.
     *
     * @param at the instant by the provider's clock
     * @param rank orders events with the same instant
     * @param eventReference the provider's id of the event; null for fetched content
     */
    record Position(Instant at, int rank, @Nullable String eventReference) {

        boolean isFetched() {
            return eventReference == null;
        }
    }

    /** The order of an event and the mirrored content. */
    enum Verdict {
        NEWER("applied"), STALE("stale"), SAME_EVENT("no_change"),
        /** It is applied, but the mirrored content can be the newer one. */
        TIE(Mirroring.TIE),
        /** It isn't applied, but it can be newer than the mirrored content. */
        UNORDERED(Mirroring.UNORDERED);

        private final String outcome;

        Verdict(String outcome) {
            this.outcome = outcome;
        }

        /** The outcome of a delivery with this verdict. */
        String outcome() {
            return outcome;
        }

        /** True if the content replaces the mirrored one. */
        boolean applies() {
            return this == NEWER || this == TIE;
        }
    }

    /**
     * Compares content with the mirrored content.
     *
     * @param mirrored the place of the mirrored content; null for a stub
     * @param ended true if the mirrored state is one that no event leaves, such as {@code deleted}
     * @param origin the event or the fetch; fetched content is always the newer, since the fetch began after the mirrored content was stored
     */
    static Verdict verdict(@Nullable Position mirrored, boolean ended, Origin origin) {
        var event = origin.position();
        if (mirrored == null || event.isFetched()) {
            return Verdict.NEWER;
        }
        if (Objects.equals(mirrored.eventReference(), event.eventReference())) {
            return Verdict.SAME_EVENT;
        }
        if (ended) {
            return Verdict.STALE;
        }
        if (mirrored.isFetched()) {
            return event.at().isAfter(mirrored.at()) ? Verdict.NEWER
                    : event.at().isBefore(mirrored.at().minus(FETCH_WINDOW)) ? Verdict.STALE : Verdict.UNORDERED;
        }
        int order = event.at().compareTo(mirrored.at());
        if (order == 0) {
            order = Integer.compare(event.rank(), mirrored.rank());
        }
        return order < 0 ? Verdict.STALE : order > 0 ? Verdict.NEWER : origin.isRepeated() ? Verdict.UNORDERED : Verdict.TIE;
    }
}
