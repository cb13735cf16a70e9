package org.guildhall.api;

/**
 * A resource that carries its own version: the number that an {@code ETag} starts with and that {@code If-Match} is compared to.
 *
 * <p>Every generated record with an {@code id} and a {@code version} implements it.
 */
public interface Versioned {

    /** Counts from 1 and grows by one with every change; stays 1 where a record never changes. */
    long version();
}
