package org.guildhall.runtime.rules;

import java.util.Locale;

/** The cause of a provision or a transition. */
public enum ProvisionCause {
    DEFAULT,
    GRANT,
    TRIAL,
    SUBSCRIPTION,
    MANUAL;

    /** The value in the database and on the wire. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ProvisionCause of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
