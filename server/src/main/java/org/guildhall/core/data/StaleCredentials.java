package org.guildhall.core.data;

/** What was remembered of a caller's credentials isn't true any more; nothing was answered with it, and the caller is looked up anew. */
public final class StaleCredentials extends RuntimeException {

    private static final long serialVersionUID = 1;

    StaleCredentials() {
        super("credentials have changed", null, false, false);
    }
}
