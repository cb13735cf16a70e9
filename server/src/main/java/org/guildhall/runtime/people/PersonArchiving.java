package org.guildhall.runtime.people;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;

/** Ends the memberships of a person who is archived. */
public final class PersonArchiving {

    private final OrganizationStore organizations;
    private final MembershipStore memberships;
    private final HouseholdMemberStore householdMembers;
    private final Organizations organizationRules;
    private final Households households;

    public PersonArchiving(
            OrganizationStore organizations, MembershipStore memberships, HouseholdMemberStore householdMembers, Organizations organizationRules,
            Households households) {
        this.organizations = organizations;
        this.memberships = memberships;
        this.householdMembers = householdMembers;
        this.organizationRules = organizationRules;
        this.households = households;
    }

    /**
     * Ends the memberships and household memberships of a person, and archives the personal organization. The caller has locked the person.
     *
     * @throws ProblemException {@code invalid_state} if the person is the last owner of another organization that is active
     */
    void endAll(Tx tx, Changes changes, Actor actor, UUID personId) {
        var locked = organizations.lockAllOf(tx, personId).stream().collect(Collectors.toMap(OrganizationStore.Row::id, Function.identity()));
        var current = memberships.currentOf(tx, personId);
        requireOtherOwners(tx, personId, locked, current);
        for (var organization : locked.values()) {
            if (personId.equals(organization.personalPersonId()) && organization.state().equals("active")) {
                organizationRules.archive(tx, changes, actor, organization);
            }
        }
        var ended = new HashMap<UUID, MembershipStore.Row>();
        memberships.endAllOf(tx, personId).forEach(row -> ended.put(row.id(), row));
        for (var before : current) {
            var after = PeopleViews.toApi(Objects.requireNonNull(ended.get(before.id())));
            changes.changed(after.id(), PeopleViews.toApi(before), after);
        }
        households.end(tx, changes, householdMembers.lockOfPerson(tx, personId));
    }

    private void requireOtherOwners(
            Tx tx, UUID personId, Map<UUID, OrganizationStore.Row> locked, List<MembershipStore.Row> current) {
        var owned = new ArrayList<String>();
        for (var membership : current) {
            var organization = Objects.requireNonNull(locked.get(membership.organizationId()));
            if (membership.role().equals("owner")
                    && organization.state().equals("active")
                    && !personId.equals(organization.personalPersonId())
                    && !memberships.hasOtherOwner(tx, membership)) {
                owned.add(new OrganizationId(organization.id()).toString());
            }
        }
        if (!owned.isEmpty()) {
            throw Problem.INVALID_STATE.because(
                    "The person is the last owner of " + String.join(", ", owned) + ". Make another member an owner first.");
        }
    }
}
