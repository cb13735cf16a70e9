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
    private final transient @Nullable Refusal refusal;

    /**
     * The provider's own words.
     *
     * @param code such as {@code resource_missing}
     * @param message a sentence without a secret; null if it gave none
     */
    public record Refusal(String code, @Nullable String message) {}

    /**
     * @param message a sentence for an operator, without the key
     * @param wait the wait that the provider asks for; null for none
     */
    public ProviderFailure(Kind kind, String message, @Nullable Duration wait) {
        this(kind, message, wait, null);
    }

    /** @param refusal the provider's own words; null if it has none */
    public ProviderFailure(Kind kind, String message, @Nullable Duration wait, @Nullable Refusal refusal) {
        super(message);
        this.kind = kind;
        this.wait = wait;
        this.refusal = refusal;
    }

    /** The provider's own words; null unless it has refused. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    public Kind kind() {
        return kind;
    }

    /** The wait that the provider asks for; null for none. */
    public @Nullable Duration asked() {
        return wait;
    }
}
