package org.guildhall.client;

import java.util.List;

/**
 * What can be said beside reading one resource. All of it is optional; each {@code with…} gives a copy.
 *
 * @param expand references to show beside their ids
 * @param fields the only members to show; all others are null in the model
 * @param ifNoneMatch the {@code ETag} of an earlier answer: if the answer would be the same, {@link Response#notModified()} and no value
 */
public record ReadOptions(List<String> expand, List<String> fields, String ifNoneMatch) {

    /** Says nothing. */
    public ReadOptions() {
        this(null, null, null);
    }

    /** With these references shown beside their ids. */
    public ReadOptions withExpand(String... references) {
        return new ReadOptions(List.of(references), fields, ifNoneMatch);
    }

    /** With these members only. */
    public ReadOptions withFields(String... members) {
        return new ReadOptions(expand, List.of(members), ifNoneMatch);
    }

    /** Only if it is no longer what was answered with this {@code ETag}. */
    public ReadOptions withIfNoneMatch(String etag) {
        return new ReadOptions(expand, fields, etag);
    }
}
