package org.guildhall.runtime;

import java.util.Locale;

/** What something that is held comes from; on the wire its cause. */
enum HeldBy {
    DEFAULT,
    GRANT,
    TRIAL,
    SUBSCRIPTION,
    MANUAL;

    /** As it is stored and sent. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static HeldBy of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
