package org.guildhall.billing.checkout;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.guildhall.billing.connections.Connections.Asked;
import org.guildhall.billing.events.ProviderFailure.Refusal;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The answer of a provider: what it made, or its refusal. @param made null for a refusal @param refusal null if it has made it */
record ProviderAnswer<T>(@Nullable T made, @Nullable Refusal refusal) {

    /** The provider remembers an idempotency key for 24 hours at least. */
    private static final Duration REMEMBERED = Duration.ofHours(23);

    /** A call of a provider. */
    @FunctionalInterface
    interface ProviderCall<T> {
        T make(Asked asked) throws ProviderFailure;
    }

    /**
     * Makes a call.
     *
     * @param asked null if the connection was disabled, or has lost its key, after the row was made
     * @throws ExternalFailure if the provider can't be asked, or gives no answer
     */
    static <T> ProviderAnswer<T> of(@Nullable Asked asked, ProviderCall<T> call) throws ExternalFailure {
        if (asked == null) {
            throw new ExternalFailure("The connection is disabled or has no API key.", Duration.ofMinutes(1));
        }
        try {
            return new ProviderAnswer<>(call.make(asked), null);
        } catch (ProviderFailure failure) {
            if (failure.kind() == ProviderFailure.Kind.UNAVAILABLE) {
                throw new ExternalFailure(String.valueOf(failure.getMessage()), failure.asked());
            }
            return new ProviderAnswer<>(null, Objects.requireNonNullElse(failure.refusal(), new Refusal("refused", null)));
        }
    }

    /** True if the provider may have forgotten the idempotency key of a call that was first made at this instant. */
    static boolean isForgotten(Instant first, Instant now) {
        return first.plus(REMEMBERED).isBefore(now);
    }

    /** The refusal of an answer that made nothing. */
    Refusal requireRefusal() {
        return Objects.requireNonNull(refusal, "an answer without a content");
    }

    /** The problem of a refusal. */
    static ProblemException problem(String code, @Nullable String message) {
        return Problem.PROVIDER_REFUSED.because("The provider refuses it (" + code + ")" + (message == null ? "." : ": " + message));
    }
}
