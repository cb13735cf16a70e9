package org.guildhall.billing.accounts;

import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;
import org.jspecify.annotations.Nullable;

/** The mirrored accounts, for the other parts of the room. */
public final class Accounts {

    private final AccountStore accounts = new AccountStore();
    private final AccountMirror mirror;
    private final Runtime runtime;

    public Accounts(Runtime runtime) {
        this.runtime = runtime;
        this.mirror = new AccountMirror(accounts, runtime);
    }

    /** The mirrors of accounts and mandates. */
    public List<ObjectMirror<?>> mirrors() {
        return List.of(
                new ObjectMirror<>(ProviderAccount.class, mirror::apply),
                new ObjectMirror<>(ProviderMandate.class, (tx, changes, connectionId, mandate, origin) -> mirror.apply(tx, changes, connectionId, mandate)));
    }

    /** Locks the account with a provider's id until the transaction ends; an unknown one is made as a stub, which the caller records. */
    public LockedAccount lock(Tx tx, UUID connectionId, String reference) {
        return mirror.lock(tx, connectionId, reference);
    }

    /** The next accounts without a link whose metadata names an organization, by their ids. */
    public List<UUID> namingAfter(Tx tx, UUID after, int most) {
        return accounts.namingAfter(tx, after, most).stream().map(AccountStore.Row::id).toList();
    }

    /** Links an account to the organization that its metadata names. @return the organization; null if nothing is to be linked */
    public @Nullable UUID linkNamed(Tx tx, Changes changes, UUID accountId) {
        return mirror.linkNamed(tx, changes, accountId);
    }

    /** An account; null if there is none. */
    public @Nullable Payer payer(Tx tx, UUID accountId) {
        return payer(accounts.get(tx, accountId));
    }

    /** The newest active account of an organization at a connection; null if there is none. */
    public @Nullable Payer payerOf(Tx tx, UUID organizationId, UUID connectionId) {
        return payer(accounts.paying(tx, organizationId, connectionId));
    }

    private static @Nullable Payer payer(AccountStore.@Nullable Row row) {
        return row == null ? null : new Payer(row.id(), row.connectionId(), row.reference(), row.organizationId(), row.isDeleted(), row.email());
    }

    /**
     * Links the customer of a completed checkout session to the organization of the session, unless it has a link. An unknown account is made as a stub.
     *
     * @param changes gets the account
     */
    public PaidAccount paid(Tx tx, Changes changes, UUID connectionId, String reference, @Nullable UUID organizationId) {
        return mirror.paid(tx, changes, connectionId, reference, organizationId);
    }

    /** Binds the operations of this part. @param links gets changed links of accounts */
    public void bind(Api api, LinkChanges links) {
        new AccountsHandler(accounts, runtime, links).bind(api.routes());
        api.expansions().offer("account", "acc", (tx, ids) -> accounts.getAll(tx, ids).stream()
                .map(AccountViews::toApi)
                .collect(Collectors.toMap(account -> account.id().toString(), Function.identity())));
    }
}
