package org.guildhall.billing.invoices;

import java.util.Objects;
import java.util.UUID;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.invoices.InvoiceStore.References;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events to invoices and their lines. The account is locked before the invoice. */
final class InvoiceMirror {

    private final Accounts accounts;
    private final InvoiceStore invoices;
    private final InvoiceLineStore lines;

    InvoiceMirror(Accounts accounts, InvoiceStore invoices, InvoiceLineStore lines) {
        this.accounts = accounts;
        this.invoices = invoices;
        this.lines = lines;
    }

    /** Locks an invoice until the transaction ends; an unknown one is made as a stub. @param changes gets a stub that is made @return its id */
    UUID lock(Tx tx, Changes changes, UUID connectionId, String reference) {
        var locked = invoices.lockOrStub(tx, connectionId, reference);
        if (locked.isNew()) {
            var stub = InvoiceViews.toApi(locked.row());
            changes.created(stub.id(), stub);
        }
        return locked.row().id();
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderInvoice invoice, Origin origin) {
        var account = invoice.accountReference() == null ? null : accounts.lock(tx, connectionId, invoice.accountReference());
        var locked = invoices.lockOrStub(tx, connectionId, invoice.reference());
        var before = locked.row();
        origin.requireVersion(locked.isNew(), before.version());
        var verdict = MirrorRules.verdict(before.position(), before.isEnded(), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var replacement = replacement(tx, changes, connectionId, invoice);
        boolean keepsTaxes = hasTaxes(before, invoice);
        if (!keepsTaxes) {
            lines.save(tx, before.id(), invoice.lines(), invoice.linesComplete());
        }
        var after = invoices.apply(
                tx, before.id(), keepsTaxes ? invoice.with(Objects.requireNonNull(before.content()).amounts()) : invoice, new References(account == null ? null : account.id(), replacement), origin.deliveryId(),
                origin.position(), origin.apiVersion());
        var shown = InvoiceViews.toApi(after);
        if (locked.isNew()) {
            changes.created(shown.id(), shown);
        } else {
            changes.changed(shown.id(), InvoiceViews.toApi(before), shown);
        }
        if (account != null) {
            account.record(changes);
        }
        return Applied.of(verdict);
    }

    /** True if the taxes of an implied invoice were computed before: they stay when the setting changes. */
    private static boolean hasTaxes(InvoiceStore.Row before, ProviderInvoice invoice) {
        var known = before.content();
        return invoice.implied() && known != null && known.currency().equals(invoice.currency())
                && known.amounts().totalMinor() == invoice.amounts().totalMinor();
    }

    /** The id of the invoice that replaces this one; an unknown one is made as a stub. */
    private @Nullable UUID replacement(Tx tx, Changes changes, UUID connectionId, ProviderInvoice invoice) {
        var reference = invoice.replacementReference();
        if (reference == null || reference.equals(invoice.reference())) {
            return null;
        }
        return lock(tx, changes, connectionId, reference);
    }
}
