package org.guildhall.runtime.plans;

/**
 * A result as stored.
 *
 * @param due true if due transitions may change the result
 */
record StoredResult<T>(T found, boolean due) {}
