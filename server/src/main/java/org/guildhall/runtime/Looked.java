package org.guildhall.runtime;

/**
 * What was found as it is written down.
 *
 * @param due whether something may be due that would show it otherwise
 */
record Looked<T>(T found, boolean due) {}
