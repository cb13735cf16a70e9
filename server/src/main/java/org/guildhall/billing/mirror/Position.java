package org.guildhall.billing.mirror;

import java.time.Instant;
import org.guildhall.billing.events.ProviderEvent;
import org.jspecify.annotations.Nullable;

/**
 * The place of some content in the provider's order.
 *
 * @param at the instant by the provider's clock
 * @param rank orders events with the same instant, as in {@link ProviderEvent}
 * @param eventReference the provider's id of the event; null for fetched content
 */
public record Position(Instant at, int rank, @Nullable String eventReference) {

    /** True if the ranks don't tell which of two events with the same instant is the newer. */
    boolean isUnordered(Position other) {
        return rank == other.rank || rank == ProviderEvent.RANK_UNKNOWN && other.isBetween() || other.rank == ProviderEvent.RANK_UNKNOWN && isBetween();
    }

    private boolean isBetween() {
        return rank > ProviderEvent.RANK_FIRST && rank < ProviderEvent.RANK_LAST;
    }

    /** True if the type of the event doesn't tell its place among the events of its instant. */
    boolean isOfUnknownRank() {
        return rank == ProviderEvent.RANK_UNKNOWN;
    }

    /** True if the content comes from an answer of the provider and not from an event. */
    public boolean isFetched() {
        return eventReference == null;
    }
}
