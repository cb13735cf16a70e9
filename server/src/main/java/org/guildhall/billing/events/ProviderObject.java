package org.guildhall.billing.events;

/** The content of one object of a provider, in the form that all providers share. The mirror applies it. */
public sealed interface ProviderObject
        permits ProviderAccount, ProviderAttempt, ProviderCoupon, ProviderCredit, ProviderDispute, ProviderInvoice, ProviderInvoicePayment,
                ProviderMandate, ProviderPayment, ProviderPayout, ProviderPromotionCode, ProviderRefund, ProviderSubscription {}
