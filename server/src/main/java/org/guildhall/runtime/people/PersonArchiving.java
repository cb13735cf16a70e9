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

/** What becomes of all that a person belongs to when they are archived. */
public final class PersonArchiving {

    private final OrganizationStore organizations;
    private final MembershipStore memberships;
    private final HouseholdMemberStore householdMembers;
    private final Organizations archiving;
    private final Households households;

    public PersonArchiving(
            OrganizationStore organizations, MembershipStore memberships, HouseholdMemberStore householdMembers, Organizations archiving,
            Households households) {
        this.organizations = organizations;
        this.memberships = memberships;
        this.householdMembers = householdMembers;
        this.archiving = archiving;
        this.households = households;
    }

    /**
     * Ends the memberships of a person who is held and their places in households, and archives their own organization.
     *
     * @throws ProblemException {@code invalid_state} if they are the last owner of another organization that is active
     */
    void everything(Tx tx, Changes changes, Actor actor, UUID personId) {
        var held = organizations.lockAllOf(tx, personId).stream().collect(Collectors.toMap(OrganizationStore.Row::id, Function.identity()));
        var current = memberships.currentOf(tx, personId);
        requireNotNeeded(tx, personId, held, current);
        for (var organization : held.values()) {
            if (personId.equals(organization.personalPersonId()) && organization.state().equals("active")) {
                archiving.archive(tx, changes, actor, organization);
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

    private void requireNotNeeded(
            Tx tx, UUID personId, Map<UUID, OrganizationStore.Row> held, List<MembershipStore.Row> current) {
        var without = new ArrayList<String>();
        for (var membership : current) {
            var organization = Objects.requireNonNull(held.get(membership.organizationId()));
            if (membership.role().equals("owner")
                    && organization.state().equals("active")
                    && !personId.equals(organization.personalPersonId())
                    && !memberships.hasOtherOwner(tx, membership)) {
                without.add(new OrganizationId(organization.id()).toString());
            }
        }
        if (!without.isEmpty()) {
            throw Problem.INVALID_STATE.because(
                    "The person is the last owner of " + String.join(", ", without) + ": make somebody else an owner first.");
        }
    }
}
