package org.guildhall.billing.invoices;

import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.Credit;
import org.guildhall.api.model.CreditId;
import org.guildhall.api.model.CreditKind;
import org.guildhall.api.model.CreditState;
import org.guildhall.api.model.Invoice;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.InvoiceOrigin;
import org.guildhall.api.model.InvoiceState;
import org.guildhall.api.model.InvoiceTaxBasis;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.billing.events.ProviderInvoice.Dates;
import org.guildhall.billing.fetches.FetchStatus;
import org.guildhall.billing.invoices.InvoiceStore.Content;
import org.guildhall.billing.invoices.InvoiceStore.Row;
import org.guildhall.billing.mirror.MirrorViews;
import org.jspecify.annotations.Nullable;

/** The wire form of invoices and credits. */
final class InvoiceViews {

    private static final Dates NO_DATES = new Dates(null, null, null, null, null, null, null);

    private InvoiceViews() {}

    static Invoice toApi(Row row) {
        var content = row.content();
        var dates = content == null ? NO_DATES : content.dates();
        var amounts = content == null ? null : content.amounts();
        return new Invoice(
                new InvoiceId(row.id()), new ConnectionId(row.connectionId()), row.reference(), row.providerStatus(), InvoiceState.fromValue(row.state()),
                content == null || content.accountId() == null ? null : new AccountId(content.accountId()),
                row.subscriptionId() == null ? null : new SubscriptionId(row.subscriptionId()),
                content == null ? null : content.subscriptionReference(), content == null ? null : content.number(),
                content == null ? null : content.reason(), amount(content, amounts == null ? null : amounts.subtotalMinor()),
                amount(content, amounts == null ? null : amounts.discountMinor()), amount(content, amounts == null ? null : amounts.taxMinor()),
                amount(content, amounts == null ? null : amounts.totalMinor()), amount(content, amounts == null ? null : amounts.dueMinor()),
                amount(content, amounts == null ? null : amounts.paidMinor()), amount(content, amounts == null ? null : amounts.remainingMinor()),
                amount(content, amounts == null ? null : amounts.overpaidMinor()), amount(content, amounts == null ? null : amounts.startingBalanceMinor()),
                amount(content, amounts == null ? null : amounts.endingBalanceMinor()), dates.issuedAt(), dates.dueAt(), dates.paidAt(),
                dates.voidedAt(), dates.writtenOffAt(), dates.periodStartsAt(), dates.periodEndsAt(), content == null ? 0 : content.attemptCount(),
                content == null ? null : content.nextAttemptAt(),
                content == null || content.replacedById() == null ? null : new InvoiceId(content.replacedById()),
                content == null ? 0 : content.linesTotal(), content != null && content.linesComplete(),
                content != null && content.implied() ? InvoiceOrigin.IMPLIED : InvoiceOrigin.PROVIDER, basis(content),
                MirrorViews.mirror(row.deliveryId(), row.position(), row.apiVersion(), row.observedAt(), row.fetch()), row.metadata(), row.createdAt(),
                row.updatedAt(), row.version());
    }

    private static @Nullable InvoiceTaxBasis basis(@Nullable Content content) {
        if (content == null) {
            return null;
        }
        return content.amounts().taxMinor() == null ? InvoiceTaxBasis.NONE : content.implied() ? InvoiceTaxBasis.IMPLIED : InvoiceTaxBasis.PROVIDER;
    }

    private static @Nullable BilledAmount amount(@Nullable Content content, @Nullable Long minor) {
        return content == null || minor == null ? null : new BilledAmount(minor, content.currency());
    }

    static Credit toApi(CreditStore.Row row) {
        var credit = row.credit();
        var accountId = row.references().accountId();
        var currency = credit.currency();
        return new Credit(
                new CreditId(row.id()), new ConnectionId(row.connectionId()), credit.reference(), credit.status(),
                CreditState.fromValue(credit.state()), CreditKind.CREDIT_NOTE, accountId == null ? null : new AccountId(accountId),
                new InvoiceId(row.references().invoiceId()), credit.number(), new BilledAmount(credit.amountMinor(), currency),
                credit.taxMinor() == null ? null : new BilledAmount(credit.taxMinor(), currency),
                new BilledAmount(credit.reducesInvoiceMinor(), currency), new BilledAmount(credit.toBalanceMinor(), currency),
                new BilledAmount(credit.refundedMinor(), currency), new BilledAmount(credit.outOfBandMinor(), currency), credit.reason(),
                credit.issuedAt(), MirrorViews.mirror(row.origin(), row.observedAt(), FetchStatus.NONE),
                credit.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }
}
