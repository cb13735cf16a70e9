package org.guildhall.runtime.entitlements;

/** The question that a statement answers. Each has its own text, since PostgreSQL prepares every part of a plan, also those that a parameter would skip. */
public enum EntitlementForm {
    /** The present entitlements of one resource key, if no transition is due. */
    KEY,
    /** The present entitlements, if no transition is due. */
    PRESENT,
    /** The present entitlements with the due transitions, which takes twice as long to read. */
    DUE,
    /** The present entitlements, with the ladders that the organization can move on. */
    REACHABLE,
    /** The entitlements at an earlier instant. */
    PAST
}
