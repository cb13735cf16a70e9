package org.guildhall.api;

/**
 * A resource with a version: the number at the beginning of its {@code ETag}, which {@code If-Match} is compared with.
 *
 * <p>Every generated record with an {@code id} and a {@code version} implements it.
 */
public interface Versioned {

    /** Begins at 1 and grows by one with every change; always 1 for a record that never changes. */
    long version();
}
