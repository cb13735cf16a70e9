package org.guildhall.core.data;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The stretch of time that a list is narrowed to; null for a bound that the caller didn't set.
 *
 * @param after exclusive
 * @param from inclusive, so that one window can begin where the window before it ends
 * @param before exclusive
 */
public record TimeWindow(@Nullable Instant after, @Nullable Instant from, @Nullable Instant before) {}
