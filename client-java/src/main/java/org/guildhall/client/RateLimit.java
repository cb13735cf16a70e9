package org.guildhall.client;

import java.time.Duration;

/**
 * The state of one of the caller's rate limits.
 *
 * @param policy the limit's name
 * @param remaining the number of requests that may follow now
 * @param reset the time until the limit is full again; null if the server doesn't send it
 */
public record RateLimit(String policy, long remaining, Duration reset) {}
