package org.guildhall.billing.ledger;

import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.TypeIds;
import org.guildhall.api.billing.LedgerTransactionsApi;
import org.guildhall.api.model.LedgerTransaction;
import org.guildhall.api.model.LedgerTransactionId;
import org.guildhall.api.model.ListLedgerTransactionsQuery;
import org.guildhall.billing.ledger.LedgerReadStore.TransactionFilter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Ledger transactions: {@code /billing/ledger-transactions}. */
final class LedgerTransactionsHandler implements LedgerTransactionsApi<Call> {

    private static final int PREFIX_LENGTH = 3;

    private final LedgerReadStore ledger;

    LedgerTransactionsHandler(LedgerReadStore ledger) {
        this.ledger = ledger;
    }

    @Override
    public Reply<Page<LedgerTransaction>> listLedgerTransactions(Call call, ListLedgerTransactionsQuery query) {
        var filter = new TransactionFilter(
                query.accountId() == null ? null : query.accountId().value(), query.kind() == null ? null : query.kind().value(),
                entity(query.entityId()), new TimeWindow(query.effectiveAfter(), query.effectiveFrom(), query.effectiveBefore()),
                new TimeWindow(query.recordedAfter(), query.recordedFrom(), query.recordedBefore()));
        return Reply.list(ledger.listTransactions(call.tx(), call.page(), filter).map(LedgerViews::toApi));
    }

    @Override
    public Reply<LedgerTransaction> getLedgerTransaction(Call call, LedgerTransactionId ledgerTransactionId) {
        return Reply.ok(LedgerViews.toApi(Require.found(ledger.getTransaction(call.tx(), ledgerTransactionId.value()))));
    }

    /** The UUID of an id with any prefix: UUIDs of different kinds never are the same. */
    private static @Nullable UUID entity(@Nullable String id) {
        return id == null ? null : TypeIds.parse(id.substring(0, PREFIX_LENGTH), id);
    }
}
