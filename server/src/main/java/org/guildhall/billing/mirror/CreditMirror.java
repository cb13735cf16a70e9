package org.guildhall.billing.mirror;

import java.util.UUID;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.mirror.CreditStore.References;
import org.guildhall.billing.mirror.MirrorRules.Verdict;
import org.guildhall.billing.mirror.Mirroring.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies events to credits. Account and invoice are locked first; unknown ones are made as stubs. */
final class CreditMirror {

    private final AccountMirror accounts;
    private final InvoiceStore invoices;
    private final CreditStore credits;

    CreditMirror(AccountMirror accounts, InvoiceStore invoices, CreditStore credits) {
        this.accounts = accounts;
        this.invoices = invoices;
        this.credits = credits;
    }

    /** @return applied, stale or no_change */
    String apply(Tx tx, Changes changes, UUID connectionId, ProviderCredit credit, Origin origin) {
        var account = credit.accountReference() == null ? null : accounts.lock(tx, changes, connectionId, credit.accountReference());
        var invoice = invoices.lockOrStub(tx, connectionId, credit.invoiceReference());
        if (invoice.isNew()) {
            var stub = InvoiceViews.toApi(invoice.row());
            changes.created(stub.id(), stub);
        }
        var before = credits.find(tx, connectionId, credit.reference());
        var verdict = MirrorRules.verdict(
                before == null ? null : before.origin().position(), before != null && before.credit().state().equals("void"), origin);
        if (verdict != Verdict.NEWER) {
            return verdict.outcome();
        }
        var references = new References(account == null ? null : account.id(), invoice.row().id());
        if (before == null) {
            var made = InvoiceViews.toApi(credits.insert(tx, connectionId, references, credit, origin));
            changes.created(made.id(), made);
        } else {
            var shown = InvoiceViews.toApi(credits.apply(tx, before.id(), references, credit, origin));
            changes.changed(shown.id(), InvoiceViews.toApi(before), shown);
        }
        return verdict.outcome();
    }
}
