package org.guildhall.core.sql;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A list's filter by time; a null bound is open.
 *
 * @param after exclusive
 * @param from inclusive, so that a window can begin where the previous one ends
 * @param before exclusive
 */
public record TimeWindow(@Nullable Instant after, @Nullable Instant from, @Nullable Instant before) {}
