package org.guildhall.billing.dunning;

import java.time.Instant;
import java.util.UUID;

/** A place in the order in which a run looks at cases or attempts: an instant, and the id among equal ones. */
record DunningPlace(Instant at, UUID id) {

    private static final UUID FIRST_ID = new UUID(0, 0);

    /** The place before everything. */
    static final DunningPlace FIRST = from(Instant.EPOCH);

    /** The place before everything at this instant. */
    static DunningPlace from(Instant at) {
        return new DunningPlace(at, FIRST_ID);
    }

    /** Reads the text of {@link #toString}. */
    static DunningPlace parse(String text) {
        int slash = text.indexOf('/');
        return new DunningPlace(Instant.parse(text.substring(0, slash)), UUID.fromString(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return at + "/" + id;
    }
}
