package org.guildhall.core.external;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A call outside that gave no answer: the other side is away, limits calls, or takes too long. */
public final class ExternalFailure extends Exception {

    private static final long serialVersionUID = 1;

    private final transient @Nullable Duration wait;

    /**
     * @param message a sentence for the caller, without a secret
     * @param wait the wait that the other side asks for; null for none
     */
    public ExternalFailure(String message, @Nullable Duration wait) {
        super(message);
        this.wait = wait;
    }

    /** The wait that the other side asks for; null for none. */
    public @Nullable Duration asked() {
        return wait;
    }
}
