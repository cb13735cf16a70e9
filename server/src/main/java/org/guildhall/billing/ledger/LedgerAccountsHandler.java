package org.guildhall.billing.ledger;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.LedgerAccountsApi;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.AccountLedger;
import org.guildhall.api.model.GetAccountLedgerQuery;
import org.guildhall.api.model.LedgerAccount;
import org.guildhall.api.model.LedgerAccountId;
import org.guildhall.api.model.ListLedgerAccountsQuery;
import org.guildhall.billing.ledger.LedgerReadStore.AccountFilter;
import org.guildhall.billing.ledger.LedgerReadStore.BalanceFilter;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;

/** Ledger accounts and the balances of an account: {@code /billing/ledger-accounts} and {@code /billing/accounts/{id}/ledger}. */
final class LedgerAccountsHandler implements LedgerAccountsApi<Call> {

    private final LedgerReadStore ledger;

    LedgerAccountsHandler(LedgerReadStore ledger) {
        this.ledger = ledger;
    }

    @Override
    public Reply<Page<LedgerAccount>> listLedgerAccounts(Call call, ListLedgerAccountsQuery query) {
        var filter = new AccountFilter(
                query.kind() == null ? null : query.kind().value(), query.currency(), query.accountId() == null ? null : query.accountId().value(),
                query.connectionId() == null ? null : query.connectionId().value());
        return Reply.list(ledger.listAccounts(call.tx(), call.page(), filter).map(LedgerViews::toApi));
    }

    @Override
    public Reply<LedgerAccount> getLedgerAccount(Call call, LedgerAccountId ledgerAccountId) {
        return Reply.ok(LedgerViews.toApi(Require.found(ledger.getAccount(call.tx(), ledgerAccountId.value()))));
    }

    @Override
    public Reply<AccountLedger> getAccountLedger(Call call, AccountId accountId, GetAccountLedgerQuery query) {
        var balances = ledger.getBalances(call.tx(), new BalanceFilter(accountId.value(), query.at(), query.recordedAt()));
        if (balances.isEmpty() && !ledger.accountExists(call.tx(), accountId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.plain(new AccountLedger(accountId, query.at(), query.recordedAt(), balances.stream().map(LedgerViews::toApi).toList()));
    }
}
