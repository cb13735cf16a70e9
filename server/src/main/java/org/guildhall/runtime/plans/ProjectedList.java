package org.guildhall.runtime.plans;

/**
 * A result as stored.
 *
 * @param due true if due transitions may change the result
 */
record ProjectedList<T>(T found, boolean due) {}
