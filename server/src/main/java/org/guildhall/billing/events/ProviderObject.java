package org.guildhall.billing.events;

/** What a provider says of one object, in the server's own words. The mirror applies it. */
public sealed interface ProviderObject
        permits ProviderAccount, ProviderAttempt, ProviderCredit, ProviderDispute, ProviderInvoice, ProviderInvoicePayment, ProviderMandate,
                ProviderPayment, ProviderPayout, ProviderRefund, ProviderSubscription {}
