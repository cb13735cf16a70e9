package org.guildhall.billing.invoices;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OverviewInvoices;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.sql.JoinedRead;

/** The mirrored invoices, for the other parts of the room. */
public final class Invoices {

    /** The part of a joined read with the open invoices of an organization. */
    public static final JoinedRead.Part<OverviewInvoices> OPEN = InvoiceStore.OPEN.part(InvoiceViews::toApi, OverviewInvoices::new);

    private final InvoiceStore invoices = new InvoiceStore();
    private final InvoiceLineStore lines = new InvoiceLineStore();
    private final CreditStore credits = new CreditStore();
    private final InvoiceLineViews views;
    private final InvoiceMirror mirror;
    private final CreditMirror creditMirror;

    public Invoices(Accounts accounts, Catalog catalog) {
        this.views = new InvoiceLineViews(catalog);
        this.mirror = new InvoiceMirror(accounts, invoices, lines);
        this.creditMirror = new CreditMirror(accounts, mirror, credits);
    }

    /** The mirrors of invoices and credits. */
    public List<ObjectMirror<?>> mirrors() {
        return List.of(new ObjectMirror<>(ProviderInvoice.class, mirror::apply), new ObjectMirror<>(ProviderCredit.class, creditMirror::apply));
    }

    /** Locks the invoice with a provider's id until the transaction ends; an unknown one is made as a stub. @param changes gets a stub that is made @return its id */
    public UUID lock(Tx tx, Changes changes, UUID connectionId, String reference) {
        return mirror.lock(tx, changes, connectionId, reference);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new InvoicesHandler(invoices, lines, views).bind(api.routes());
        new CreditsHandler(credits).bind(api.routes());
        api.expansions().offer("invoice", "inv", (tx, ids) -> invoices.getAll(tx, ids).stream()
                .map(InvoiceViews::toApi)
                .collect(Collectors.toMap(invoice -> invoice.id().toString(), Function.identity())));
    }
}
