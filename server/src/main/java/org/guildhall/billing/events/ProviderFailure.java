package org.guildhall.billing.events;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call of a payment provider that gave no object. */
public final class ProviderFailure extends Exception {

    private static final long serialVersionUID = 1;

    /** The kinds of failures, by the use of further calls. */
    public enum Kind {
        /** The provider doesn't have the object. */
        MISSING,
        /** The provider refuses the key, or what it asks for. A further call is refused, too. */
        REFUSED,
        /** The provider limits calls, has an error of its own, or can't be reached. A later call can succeed. */
        UNAVAILABLE
    }

    private final Kind kind;
    private final transient @Nullable Duration wait;

    /**
     * @param message a sentence for an operator, without the key
     * @param wait the wait that the provider asks for; null for none
     */
    public ProviderFailure(Kind kind, String message, @Nullable Duration wait) {
        super(message);
        this.kind = kind;
        this.wait = wait;
    }

    public Kind kind() {
        return kind;
    }

    /** The wait that the provider asks for; null for none. */
    public @Nullable Duration asked() {
        return wait;
    }
}
