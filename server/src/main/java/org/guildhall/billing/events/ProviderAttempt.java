package org.guildhall.billing.events;

import java.time.Instant;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to take the money of a payment. Amounts are minor units of ISO 4217.
 *
 * @param reference the provider's id of the attempt
 * @param paymentReference the provider's id of the payment; that of the attempt if it belongs to none
 * @param status the status in the provider's words
 * @param outcome succeeded, failed or pending
 * @param capturedMinor the received part; an authorization alone has 0
 * @param method the method in the provider's words; null if it names none
 * @param failure null unless it failed
 * @param movement the movement of the provider's balance, with its fees; null while the provider doesn't tell it
 */
public record ProviderAttempt(
        String reference, String paymentReference, String status, String outcome, @Nullable String accountReference,
        @Nullable String invoiceReference, String currency, long amountMinor, long capturedMinor, long refundedMinor, Instant attemptedAt,
        @Nullable String method, @Nullable Failure failure,
        @Nullable ProviderMovement movement) implements ProviderObject {}
