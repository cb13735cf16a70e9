package org.guildhall.billing.invoices;

import java.util.UUID;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.invoices.CreditStore.References;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies events to credits. Account and invoice are locked first; unknown ones are made as stubs. */
final class CreditMirror {

    private final Accounts accounts;
    private final InvoiceMirror invoices;
    private final CreditStore credits;

    CreditMirror(Accounts accounts, InvoiceMirror invoices, CreditStore credits) {
        this.accounts = accounts;
        this.invoices = invoices;
        this.credits = credits;
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderCredit credit, Origin origin) {
        var account = credit.accountReference() == null ? null : accounts.lock(tx, connectionId, credit.accountReference());
        if (account != null) {
            account.record(changes);
        }
        var invoiceId = invoices.lock(tx, changes, connectionId, credit.invoiceReference());
        var before = credits.find(tx, connectionId, credit.reference());
        var verdict = MirrorRules.verdict(
                before == null ? null : before.origin().position(), before != null && before.credit().state().equals("void"), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var references = new References(account == null ? null : account.id(), invoiceId);
        if (before == null) {
            var made = InvoiceViews.toApi(credits.insert(tx, connectionId, references, credit, origin));
            changes.created(made.id(), made);
        } else {
            var shown = InvoiceViews.toApi(credits.apply(tx, before.id(), references, credit, origin));
            changes.changed(shown.id(), InvoiceViews.toApi(before), shown);
        }
        return Applied.of(verdict);
    }
}
