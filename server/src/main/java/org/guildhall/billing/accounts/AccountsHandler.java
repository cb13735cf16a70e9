package org.guildhall.billing.accounts;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.AccountsApi;
import org.guildhall.api.model.Account;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.AccountLink;
import org.guildhall.api.model.ListAccountsQuery;
import org.guildhall.billing.accounts.AccountStore.Filter;
import org.guildhall.billing.accounts.AccountStore.Link;
import org.guildhall.billing.accounts.AccountStore.Row;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.Runtime;
import org.jspecify.annotations.Nullable;

/** Accounts: {@code /billing/accounts}. Their content comes from the providers; only the link to an organization is ours. */
final class AccountsHandler implements AccountsApi<Call> {

    private final AccountStore accounts;
    private final Runtime runtime;
    private final LinkChanges links;

    AccountsHandler(AccountStore accounts, Runtime runtime, LinkChanges links) {
        this.accounts = accounts;
        this.runtime = runtime;
        this.links = links;
    }

    @Override
    public Reply<Page<Account>> listAccounts(Call call, ListAccountsQuery query) {
        var filter = new Filter(
                query.connectionId() == null ? null : query.connectionId().value(), query.organizationId() == null ? null : query.organizationId().value(),
                query.linked(), query.state() == null ? null : query.state().value(), query.email(), query.providerReference(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(accounts.list(call.tx(), call.page(), filter).map(AccountViews::toApi));
    }

    @Override
    public Reply<Account> getAccount(Call call, AccountId accountId) {
        return Reply.ok(AccountViews.toApi(Require.found(accounts.get(call.tx(), accountId.value()))));
    }

    @Override
    public Reply<Account> linkAccount(Call call, AccountId accountId, AccountLink body) {
        var before = lock(call, accountId);
        var organization = body.organizationId().value();
        if (organization.equals(before.organizationId())) {
            call.unchanged();
            return Reply.ok(AccountViews.toApi(before));
        }
        if (before.organizationId() != null) {
            throw Problem.INVALID_STATE.because("The account is linked to another organization. Unlink it first.");
        }
        if (runtime.organization(call.tx(), organization) == null) {
            var detail = "There is no such organization.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/organization_id", "unknown_reference", detail));
        }
        var linked = changed(call, before, new Link(organization, "operator", seen(before)));
        links.linked(call.tx(), call.changes().secondary(), call.actor(), organization);
        return linked;
    }

    @Override
    public Reply<Account> unlinkAccount(Call call, AccountId accountId) {
        var before = lock(call, accountId);
        if (before.organizationId() == null) {
            throw Problem.INVALID_STATE.because("The account isn't linked to an organization.");
        }
        var unlinked = changed(call, before, new Link(null, "none", seen(before)));
        links.unlinked(call.tx(), call.changes().secondary(), call.actor(), before.organizationId(), before.id());
        return unlinked;
    }

    /** The present metadata counts as looked at, so that the operator's decision stays. */
    private static @Nullable String seen(Row row) {
        var named = AccountRules.organization(row.metadata());
        return named == null ? null : named.stored();
    }

    private Row lock(Call call, AccountId id) {
        var row = Require.found(accounts.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private Reply<Account> changed(Call call, Row before, Link link) {
        var account = AccountViews.toApi(accounts.link(call.tx(), before.id(), link));
        call.changed(account.id(), AccountViews.toApi(before), account);
        return Reply.ok(account);
    }
}
