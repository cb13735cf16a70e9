package org.guildhall.billing.events;

/** An event or object of a provider without a form that the server can read. */
public final class UnreadableEvent extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param detail the missing or wrong member, in a sentence without values of the event */
    public UnreadableEvent(String detail) {
        super(detail);
    }
}
