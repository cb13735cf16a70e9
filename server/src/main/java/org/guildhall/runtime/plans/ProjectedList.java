package org.guildhall.runtime.plans;

/**
 * What was found as it is written down.
 *
 * @param due whether something may be due that would show it otherwise
 */
record ProjectedList<T>(T found, boolean due) {}
