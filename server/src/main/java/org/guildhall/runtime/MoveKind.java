package org.guildhall.runtime;

import java.util.Locale;

/** What a transition does on a ladder. */
enum MoveKind {
    INITIATE,
    UPGRADE,
    DOWNGRADE,
    RENEW,
    END;

    /** As it is stored and sent. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static MoveKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
