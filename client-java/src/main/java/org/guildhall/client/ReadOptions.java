package org.guildhall.client;

import java.util.List;

/**
 * Options for reading one resource. All are optional; each {@code with…} returns a copy.
 *
 * @param expand the references to include beside their ids
 * @param fields the members to include; all others are null in the model
 * @param ifNoneMatch the {@code ETag} of an earlier answer: if the answer is unchanged, {@link Response#notModified()} is true and there
 *     is no value
 */
public record ReadOptions(List<String> expand, List<String> fields, String ifNoneMatch) {

    /** No options. */
    public ReadOptions() {
        this(null, null, null);
    }

    /** With these references included beside their ids. */
    public ReadOptions withExpand(String... references) {
        return new ReadOptions(List.of(references), fields, ifNoneMatch);
    }

    /** With these members only. */
    public ReadOptions withFields(String... members) {
        return new ReadOptions(expand, List.of(members), ifNoneMatch);
    }

    /** Only if the resource differs from the answer with this {@code ETag}. */
    public ReadOptions withIfNoneMatch(String etag) {
        return new ReadOptions(expand, fields, etag);
    }
}
