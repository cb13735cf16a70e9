package org.guildhall.billing.checkout;

import java.time.Duration;
import java.util.Objects;
import org.guildhall.billing.events.ProviderFailure.Refusal;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.core.external.ExternalFailure;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The answer of a provider: what it made, or its refusal. @param made null for a refusal @param refusal null if it has made it */
record ProviderAnswer<T>(@Nullable T made, @Nullable Refusal refusal) {

    /** A call of a provider. */
    @FunctionalInterface
    interface ProviderCall<T> {
        T make() throws ProviderFailure;
    }

    /** @throws ExternalFailure if the provider gives no answer */
    static <T> ProviderAnswer<T> of(ProviderCall<T> call) throws ExternalFailure {
        try {
            return new ProviderAnswer<>(call.make(), null);
        } catch (ProviderFailure failure) {
            if (failure.kind() == ProviderFailure.Kind.UNAVAILABLE) {
                throw new ExternalFailure(String.valueOf(failure.getMessage()), failure.asked());
            }
            return new ProviderAnswer<>(null, Objects.requireNonNullElse(failure.refusal(), new Refusal("refused", null)));
        }
    }

    /** The failure of a connection that was disabled, or lost its key, after the row was made. */
    static ExternalFailure notAskable() {
        return new ExternalFailure("The connection is disabled or has no API key.", Duration.ofMinutes(1));
    }

    /** The problem of a refusal. */
    static ProblemException problem(String code, @Nullable String message) {
        return Problem.PROVIDER_REFUSED.because("The provider refuses it (" + code + ")" + (message == null ? "." : ": " + message));
    }
}
