package org.guildhall.client;

import java.time.Duration;

/**
 * What is left of one limit that holds for the caller.
 *
 * @param policy the name of the limit
 * @param remaining how many requests may follow now
 * @param reset the time until the limit is whole again; null if the server doesn't say
 */
public record RateLimit(String policy, long remaining, Duration reset) {}
