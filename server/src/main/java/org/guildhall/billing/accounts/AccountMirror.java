package org.guildhall.billing.accounts;

import java.util.Map;
import java.util.UUID;
import org.guildhall.api.TypeIds;
import org.guildhall.billing.accounts.AccountRules.OrganizationReference;
import org.guildhall.billing.accounts.AccountStore.Link;
import org.guildhall.billing.accounts.AccountStore.Locked;
import org.guildhall.billing.accounts.AccountStore.Row;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Verdict;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.Runtime;
import org.jspecify.annotations.Nullable;

/** Applies events to accounts. */
final class AccountMirror {

    private final AccountStore accounts;
    private final Runtime runtime;

    AccountMirror(AccountStore accounts, Runtime runtime) {
        this.accounts = accounts;
        this.runtime = runtime;
    }

    /** Locks an account until the transaction ends; an unknown one is made as a stub, which the caller records. */
    LockedAccount lock(Tx tx, UUID connectionId, String reference) {
        return locked(accounts.lockOrStub(tx, connectionId, reference));
    }

    private static LockedAccount locked(Locked locked) {
        return new LockedAccount(locked.row().id(), locked.isNew() ? AccountViews.toApi(locked.row()) : null);
    }

    private Row lock(Tx tx, Changes changes, UUID connectionId, String reference) {
        var locked = accounts.lockOrStub(tx, connectionId, reference);
        locked(locked).record(changes);
        return locked.row();
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderAccount facts, Origin origin) {
        var locked = accounts.lockOrStub(tx, connectionId, facts.reference());
        var before = locked.row();
        origin.requireVersion(locked.isNew(), before.version());
        var verdict = MirrorRules.verdict(before.position(), before.isDeleted(), origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var after = accounts.apply(
                tx, before.id(), origin.position().isFetched() && facts.deleted() ? deleted(facts, before) : facts,
                link(tx, before, facts.metadata()), origin.deliveryId(), origin.position(), origin.apiVersion());
        var account = AccountViews.toApi(after);
        if (locked.isNew()) {
            changes.created(account.id(), account);
        } else {
            changes.changed(account.id(), AccountViews.toApi(before), account);
        }
        return new Applied(verdict.outcome(), before.organizationId() == null ? after.organizationId() : null, null);
    }

    /** Applies a mandate to its account, which is made as a stub if it is unknown. */
    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderMandate mandate) {
        var before = lock(tx, changes, connectionId, mandate.accountReference());
        var mandates = AccountRules.with(before.mandates(), mandate);
        if (mandates.equals(before.mandates())) {
            return Applied.of(Verdict.SAME_EVENT);
        }
        var account = AccountViews.toApi(accounts.setMandates(tx, before.id(), mandates));
        changes.changed(account.id(), AccountViews.toApi(before), account);
        return Applied.of(Verdict.NEWER);
    }

    /**
     * Links an account whose metadata names an organization that was made after the account's last event.
     *
     * @return the organization; null if it still isn't there, or an operator has decided otherwise
     */
    @Nullable UUID linkNamed(Tx tx, Changes changes, UUID id) {
        var before = accounts.lock(tx, id);
        var link = before == null ? null : link(tx, before, before.metadata());
        if (before == null || link == null || link.organizationId() == null || before.organizationId() != null) {
            return null;
        }
        var account = AccountViews.toApi(accounts.link(tx, id, link));
        changes.changed(account.id(), AccountViews.toApi(before), account);
        return link.organizationId();
    }

    /**
     * Links an account to the organization of a checkout session that it has completed. A link that exists stays.
     *
     * @param changes gets the account
     * @return the account, and the organization if it is newly linked
     */
    PaidAccount paid(Tx tx, Changes changes, UUID connectionId, String reference, @Nullable UUID organizationId) {
        var before = lock(tx, changes, connectionId, reference);
        if (organizationId == null || before.organizationId() != null) {
            return new PaidAccount(before.id(), null);
        }
        var account = AccountViews.toApi(accounts.link(tx, before.id(), new Link(organizationId, "checkout", before.linkedMetadata())));
        changes.changed(account.id(), AccountViews.toApi(before), account);
        return new PaidAccount(before.id(), organizationId);
    }

    /** The provider's answer for a deleted customer has nothing but the id. */
    private static ProviderAccount deleted(ProviderAccount facts, Row before) {
        return new ProviderAccount(
                facts.reference(), true, before.name(), before.email(), before.phone(), before.currency(), before.balanceMinor(), before.metadata());
    }

    /** The link of an account with this metadata. A link that exists stays, and so does an operator's decision until the metadata changes. */
    private Link link(Tx tx, Row row, Map<String, String> metadata) {
        var current = new Link(row.organizationId(), row.linkSource(), row.linkedMetadata());
        var named = AccountRules.organization(metadata);
        if (named == null || row.organizationId() != null || named.stored().equals(row.linkedMetadata())) {
            return current;
        }
        var organization = find(tx, named);
        return organization == null ? current : new Link(organization, "metadata", named.stored());
    }

    private @Nullable UUID find(Tx tx, OrganizationReference named) {
        if (named.byExternalId()) {
            return runtime.organizationByExternalId(tx, named.text());
        }
        try {
            return runtime.organization(tx, TypeIds.parse("org", named.text()));
        } catch (IllegalArgumentException noId) {
            return null;
        }
    }
}
