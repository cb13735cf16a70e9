package org.guildhall.billing.deliveries;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The place of a delivery in the order of reception. */
record Place(Instant createdAt, UUID deliveryId) implements Comparable<Place> {

    /** Before all deliveries. */
    static final Place START = new Place(Instant.EPOCH, new UUID(0, 0));

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::createdAt).thenComparing(place -> place.deliveryId().toString());

    /** Reads a place from its text; the start for null. */
    static Place parse(@Nullable String text) {
        if (text == null) {
            return START;
        }
        var parts = text.split(" ");
        return new Place(Instant.parse(parts[0]), UUID.fromString(parts[1]));
    }

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return createdAt + " " + deliveryId;
    }
}
