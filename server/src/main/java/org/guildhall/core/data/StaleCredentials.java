package org.guildhall.core.data;

/** The cached credentials of a caller are outdated. Nothing read with them is used; the caller is authenticated again. */
public final class StaleCredentials extends RuntimeException {

    private static final long serialVersionUID = 1;

    StaleCredentials() {
        super("credentials have changed", null, false, false);
    }
}
