package org.guildhall.billing.invoices;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.CreditsApi;
import org.guildhall.api.model.Credit;
import org.guildhall.api.model.CreditId;
import org.guildhall.api.model.ListCreditsQuery;
import org.guildhall.billing.invoices.CreditStore.Filter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;

/** Credits: {@code /billing/credits}. Their content comes from the providers. */
final class CreditsHandler implements CreditsApi<Call> {

    private final CreditStore credits;

    CreditsHandler(CreditStore credits) {
        this.credits = credits;
    }

    @Override
    public Reply<Page<Credit>> listCredits(Call call, ListCreditsQuery query) {
        var filter = new Filter(
                query.accountId() == null ? null : query.accountId().value(), query.invoiceId() == null ? null : query.invoiceId().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(credits.list(call.tx(), call.page(), filter).map(InvoiceViews::toApi));
    }

    @Override
    public Reply<Credit> getCredit(Call call, CreditId creditId) {
        return Reply.ok(InvoiceViews.toApi(Require.found(credits.get(call.tx(), creditId.value()))));
    }
}
