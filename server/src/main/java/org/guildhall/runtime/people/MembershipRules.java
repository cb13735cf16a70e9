package org.guildhall.runtime.people;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.MembershipId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.runtime.people.MembershipStore.Row;
import org.jspecify.annotations.Nullable;

/**
 * Creates memberships, and checks changes of them. The order of locks is: the person, the organization, then its invitations and
 * memberships.
 */
final class MembershipRules {

    private final PersonStore persons;
    private final OrganizationStore organizations;
    private final MembershipStore memberships;

    MembershipRules(PersonStore persons, OrganizationStore organizations, MembershipStore memberships) {
        this.persons = persons;
        this.organizations = organizations;
        this.memberships = memberships;
    }

    /** A person and an organization whose locks were added to a batch. */
    record Parties(UUID organizationId, UUID personId, Supplier<@Nullable String> personState, Supplier<OrganizationStore.@Nullable Row> organization) {}

    /**
     * A person and an organization, both locked and active.
     *
     * @param existing the person's membership of the organization; null for none
     * @param now the instant after the locks
     */
    record LockedParties(UUID organizationId, UUID personId, @Nullable Row existing, Instant now) {}

    /** Adds the locks of a person and an organization until the transaction ends. */
    Parties lock(Batch batch, UUID organizationId, UUID personId) {
        var person = persons.lockShared(batch, personId);
        return new Parties(organizationId, personId, person, organizations.lock(batch, organizationId));
    }

    /**
     * Adds the read of the person's membership, after all locks.
     *
     * @return checks the locked rows once the batch is sent
     * @throws ProblemException {@code not_found} if there is no such organization, {@code validation_failed} if there is no such person,
     *     {@code invalid_state} if one of them is archived
     */
    Supplier<LockedParties> read(Batch batch, Parties parties) {
        var existing = memberships.current(batch, parties.organizationId(), parties.personId());
        var now = EffectiveDates.present(batch);
        return () -> {
            var organization = Require.found(parties.organization().get());
            var state = Require.named(parties.personState().get(), "/person_id", "person");
            Require.active(organization.state(), "organization");
            Require.active(state, "/person_id", "person");
            return new LockedParties(parties.organizationId(), parties.personId(), existing.get(), now.get());
        };
    }

    /**
     * Makes a person a member of an organization from now on.
     *
     * @throws ProblemException {@code already_exists} if the person is a member already
     */
    Row create(Tx tx, Changes changes, LockedParties parties, @Nullable String externalId, String role) {
        var existing = parties.existing();
        if (existing != null) {
            var detail = "The person is a member of the organization already: " + new MembershipId(existing.id()) + ".";
            throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/person_id", "already_exists", detail));
        }
        var row = memberships.insert(tx, parties.organizationId(), parties.personId(), externalId, role, parties.now());
        var membership = PeopleViews.toApi(row);
        changes.created(membership.id(), membership);
        return row;
    }

    /** @throws ProblemException {@code invalid_state} if the membership has ended */
    void requireActive(Row membership) {
        if (!membership.active()) {
            throw Problem.INVALID_STATE.because("The membership has ended.");
        }
    }

    /** @throws ProblemException {@code invalid_state} if the person is the last owner. The caller has locked the organization. */
    void requireOtherOwner(Row membership, boolean hasOtherOwner) {
        if (membership.role().equals("owner") && !hasOtherOwner) {
            throw Problem.INVALID_STATE.because("The person is the last owner of the organization. Make another member an owner first.");
        }
    }
}
