package org.guildhall.runtime.people;

import java.util.UUID;
import org.guildhall.api.model.MembershipId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
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

    /** A person and an organization, both locked and active. */
    record LockedParties(UUID organizationId, UUID personId) {}

    /**
     * Locks a person and an organization until the transaction ends.
     *
     * @throws ProblemException {@code not_found} if there is no such organization, {@code validation_failed} if there is no such person,
     *     {@code invalid_state} if one of them is archived
     */
    LockedParties lock(Tx tx, UUID organizationId, UUID personId) {
        var person = persons.lockShared(tx, personId);
        var organization = Require.found(organizations.lock(tx, organizationId));
        var state = Require.named(person, "/person_id", "person");
        Require.active(organization.state(), "organization");
        Require.active(state, "/person_id", "person");
        return new LockedParties(organizationId, personId);
    }

    /**
     * Makes a person a member of an organization from now on.
     *
     * @throws ProblemException {@code already_exists} if the person is a member already
     */
    Row create(Tx tx, Changes changes, LockedParties parties, @Nullable String externalId, String role) {
        var existing = memberships.current(tx, parties.organizationId(), parties.personId());
        if (existing != null) {
            var detail = "The person is a member of the organization already: " + new MembershipId(existing.id()) + ".";
            throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/person_id", "already_exists", detail));
        }
        var row = memberships.insert(tx, parties.organizationId(), parties.personId(), externalId, role);
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
    void requireOtherOwner(Tx tx, Row membership) {
        if (membership.role().equals("owner") && !memberships.hasOtherOwner(tx, membership)) {
            throw Problem.INVALID_STATE.because("The person is the last owner of the organization. Make another member an owner first.");
        }
    }
}
