package org.guildhall.runtime.plans;

import java.util.Locale;

/** What something that is held comes from; on the wire its cause. */
public enum ProvisionCause {
    DEFAULT,
    GRANT,
    TRIAL,
    SUBSCRIPTION,
    MANUAL;

    /** As it is stored and sent. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static ProvisionCause of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
