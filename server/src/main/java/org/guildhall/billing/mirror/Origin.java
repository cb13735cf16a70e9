package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The origin of some content.
 *
 * @param deliveryId null for a fetch
 * @param position its place in the provider's order
 * @param apiVersion the version of the provider's API; null if it is unknown
 * @param isRepeated true if the event is processed again, by a retry or a replay
 * @param version the version that the mirrored object had when the fetch began, 0 if there was none; null to apply it to any
 */
public record Origin(@Nullable UUID deliveryId, Position position, @Nullable String apiVersion, boolean isRepeated, @Nullable Long version) {

    /** The origin of stored content. */
    public Origin(@Nullable UUID deliveryId, Position position, @Nullable String apiVersion) {
        this(deliveryId, position, apiVersion, false, null);
    }

    /** The origin that an event is. */
    public Origin(UUID deliveryId, Instant at, int rank, String eventReference, @Nullable String apiVersion, boolean isRepeated) {
        this(deliveryId, new Position(at, rank, eventReference), apiVersion, isRepeated, null);
    }

    /** The origin that a fetch is. @param at the instant of the provider's answer by its clock */
    public static Origin fetched(Instant at, int rank, @Nullable String apiVersion, @Nullable Long version) {
        return new Origin(null, new Position(at, rank, null), apiVersion, false, version);
    }

    /** This origin, whatever the mirrored object was when the fetch began. */
    public Origin ofAnyVersion() {
        return new Origin(deliveryId, position, apiVersion, isRepeated, null);
    }

    /** @throws ChangedSinceFetch if the mirrored object has changed since the fetch began */
    public void requireVersion(boolean isNew, long current) {
        if (version != null && version != (isNew ? 0 : current)) {
            throw new ChangedSinceFetch();
        }
    }
}
