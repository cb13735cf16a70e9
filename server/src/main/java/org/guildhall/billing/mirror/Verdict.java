package org.guildhall.billing.mirror;

/** The order of an event and the mirrored content. */
public enum Verdict {
    NEWER("applied"), STALE("stale"), SAME_EVENT("no_change"),
    /** It is applied, but the mirrored content can be the newer one. */
    TIE("tie"),
    /** It isn't applied, but it can be newer than the mirrored content. */
    UNORDERED("unordered");

    private final String outcome;

    Verdict(String outcome) {
        this.outcome = outcome;
    }

    /** The outcome of a delivery with this verdict; after a tie the provider can be asked, and the delivery gets another outcome. */
    public String outcome() {
        return outcome;
    }

    /** True if the content replaces the mirrored one. */
    public boolean applies() {
        return this == NEWER || this == TIE;
    }
}
