package org.guildhall.billing.events;

import java.time.Instant;

/** The part of a payment that pays an invoice. @param amountMinor in minor units of ISO 4217 */
public record ProviderInvoicePayment(String invoiceReference, String paymentReference, long amountMinor, Instant appliedAt) implements ProviderObject {}
