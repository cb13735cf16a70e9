package org.guildhall.runtime.rules;

/** The ways in which a grant ends, as stored in {@code grants.ended_by} and as reasons of canceled transitions. */
public final class GrantEnd {

    public static final String REVOKED = "revoked";

    /** Another plan replaced the grant's. */
    public static final String SUPERSEDED = "superseded";

    /** The agreed end came. */
    public static final String EXPIRED = "expired";

    /** The grant's start wasn't possible. */
    public static final String CANCELED = "canceled";

    private GrantEnd() {}
}
