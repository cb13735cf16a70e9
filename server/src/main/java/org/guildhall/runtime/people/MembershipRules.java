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
 * How persons come to belong to organizations, and what must not happen to those who do. Who holds both holds the person first, then the
 * organization; then come its invitations and memberships.
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

    /** A person and an organization, both held and active. */
    record LockedParties(UUID organizationId, UUID personId) {}

    /**
     * Holds a person and an organization.
     *
     * @throws ProblemException {@code not_found} without the organization, {@code validation_failed} without the person, {@code invalid_state}
     *     if one of them is archived
     */
    LockedParties hold(Tx tx, UUID organizationId, UUID personId) {
        var person = persons.lockShared(tx, personId);
        var organization = Require.found(organizations.lock(tx, organizationId));
        var state = Require.named(person, "/person_id", "person");
        Require.active(organization.state(), "organization");
        Require.active(state, "/person_id", "person");
        return new LockedParties(organizationId, personId);
    }

    /**
     * Lets a person belong to an organization from now on.
     *
     * @throws ProblemException {@code already_exists} if they do
     */
    Row begin(Tx tx, Changes changes, LockedParties place, @Nullable String externalId, String role) {
        var earlier = memberships.current(tx, place.organizationId(), place.personId());
        if (earlier != null) {
            var detail = "The person belongs to the organization already, by " + new MembershipId(earlier.id()) + ".";
            throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/person_id", "already_exists", detail));
        }
        var row = memberships.insert(tx, place.organizationId(), place.personId(), externalId, role);
        var membership = PeopleViews.toApi(row);
        changes.created(membership.id(), membership);
        return row;
    }

    /** Refuses to touch what is over. */
    void requireActive(Row membership) {
        if (!membership.active()) {
            throw Problem.INVALID_STATE.because("The membership is ended.");
        }
    }

    /** Refuses to leave an organization that is held without an owner; anybody but an owner may always go. */
    void requireOtherOwner(Tx tx, Row membership) {
        if (membership.role().equals("owner") && !memberships.hasOtherOwner(tx, membership)) {
            throw Problem.INVALID_STATE.because("The person is the last owner of the organization: make somebody else an owner first.");
        }
    }
}
