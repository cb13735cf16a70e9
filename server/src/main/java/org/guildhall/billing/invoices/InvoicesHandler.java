package org.guildhall.billing.invoices;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.InvoicesApi;
import org.guildhall.api.model.Invoice;
import org.guildhall.api.model.InvoiceId;
import org.guildhall.api.model.InvoiceLine;
import org.guildhall.api.model.ListInvoicesQuery;
import org.guildhall.billing.invoices.InvoiceStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Invoices: {@code /billing/invoices}. Their content comes from the providers. */
final class InvoicesHandler implements InvoicesApi<Call> {

    private final InvoiceStore invoices;
    private final InvoiceLineStore lines;
    private final InvoiceLineViews views;

    InvoicesHandler(InvoiceStore invoices, InvoiceLineStore lines, InvoiceLineViews views) {
        this.invoices = invoices;
        this.lines = lines;
        this.views = views;
    }

    @Override
    public Reply<Page<Invoice>> listInvoices(Call call, ListInvoicesQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.accountId() == null ? null : query.accountId().value(),
                query.organizationId() == null ? null : query.organizationId().value(), query.state() == null ? null : query.state().value(),
                query.overdue(), query.number(), query.subscriptionId() == null ? null : query.subscriptionId().value(), query.subscriptionReference(), query.providerReference(),
                new TimeWindow(query.issuedAfter(), query.issuedFrom(), query.issuedBefore()), new TimeWindow(query.dueAfter(), query.dueFrom(), query.dueBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(invoices.list(call.tx(), call.page(), filter).map(InvoiceViews::toApi));
    }

    @Override
    public Reply<Invoice> getInvoice(Call call, InvoiceId invoiceId) {
        return Reply.ok(InvoiceViews.toApi(Require.found(invoices.get(call.tx(), invoiceId.value()))));
    }

    @Override
    public Reply<Page<InvoiceLine>> listInvoiceLines(Call call, InvoiceId invoiceId) {
        Require.found(invoices.get(call.tx(), invoiceId.value()));
        var page = lines.list(call.tx(), call.page(), invoiceId.value());
        return Reply.list(page.map(views.toApi(call.tx(), page.data())));
    }
}
