package org.guildhall.billing.mirror;

/** An event has changed the object while it was being fetched, so the answer can be older than the mirror. */
public final class ChangedSinceFetch extends RuntimeException {

    private static final long serialVersionUID = 1;

    ChangedSinceFetch() {
        super("the object has changed since the fetch began");
    }
}
