package org.guildhall.billing.mirror;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The place of some content in the provider's order.
 *
 * @param at the instant by the provider's clock
 * @param rank orders events with the same instant
 * @param eventReference the provider's id of the event; null for fetched content
 */
public record Position(Instant at, int rank, @Nullable String eventReference) {

    /** True if the content comes from an answer of the provider and not from an event. */
    public boolean isFetched() {
        return eventReference == null;
    }
}
