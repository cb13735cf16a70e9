package org.guildhall.billing.mirror;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether content is newer than what the mirror has: by the provider's instant, then by the rank of the event's type. Two events that are equal in
 * both can't be ordered: the one that arrives later counts until the provider is asked, and a retry or a replay changes nothing. An event whose type doesn't
 * tell its place can't be ordered, either, and doesn't replace one whose type tells it. Fetched content is what the provider has at that instant, give or take
 * two seconds; an event of these seconds can be part of it or not.
 */
public final class MirrorRules {

    /** The clocks of the provider's servers differ, and it writes whole seconds. */
    private static final Duration FETCH_WINDOW = Duration.ofSeconds(2);

    private MirrorRules() {}

    /**
     * Compares content with the mirrored content.
     *
     * @param mirrored the place of the mirrored content; null for a stub
     * @param ended true if the mirrored state is one that no event leaves, such as {@code deleted}
     * @param origin the event or the fetch; fetched content is always the newer, since the fetch began after the mirrored content was stored
     */
    public static Verdict verdict(@Nullable Position mirrored, boolean ended, Origin origin) {
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
        if (order == 0 && event.isUnordered(mirrored)) {
            return origin.isRepeated() || event.isOfUnknownRank() && !mirrored.isOfUnknownRank() ? Verdict.UNORDERED : Verdict.TIE;
        }
        if (order == 0) {
            order = Integer.compare(event.rank(), mirrored.rank());
        }
        return order < 0 ? Verdict.STALE : Verdict.NEWER;
    }
}
