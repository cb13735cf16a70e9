package org.guildhall.runtime.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.people.OrganizationStore.Founded;
import org.guildhall.runtime.people.OrganizationStore.New;
import org.guildhall.runtime.people.OrganizationStore.Row;
import org.guildhall.runtime.people.OrganizationStore.Values;
import org.guildhall.runtime.plans.PoolStore;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.plans.Pools.Opening;
import org.jspecify.annotations.Nullable;

/** Makes organizations, each with all that belongs to it from its first instant on, and ends what they hold when they are archived. */
public final class Organizations {

    private static final String FIRST_WORKSPACE = "Home";
    private static final String ARCHIVED = "The organization was archived.";

    private final OrganizationStore organizations;
    private final InvitationStore invitations;
    private final Pools pools;

    public Organizations(OrganizationStore organizations, InvitationStore invitations, Pools pools) {
        this.organizations = organizations;
        this.invitations = invitations;
        this.pools = pools;
    }

    /**
     * A person's own organization that is to be made.
     *
     * @param changes told what that makes
     */
    record Personal(Changes changes, UUID id, UUID personId, String name) {}

    /**
     * Makes an organization, its owner's membership, its first workspace, its pool, and what its type gives by default.
     *
     * @throws ProblemException for a type or an owner that isn't there or is archived
     */
    Row make(Tx tx, Changes changes, Actor actor, UUID orgTypeId, @Nullable UUID ownerId, Values values) {
        var wanted = wanted(Ids.next(), null, ownerId, values);
        var founded = organizations.found(tx, orgTypeId, List.of(wanted));
        var ownerState = ownerId == null ? null : founded.ownerStates().get(ownerId.toString());
        var unknown = new ArrayList<Item>();
        if (founded.orgTypeState() == null) {
            unknown.add(Item.pointer("/org_type_id", "unknown_reference", "There is no such organization type."));
        }
        if (ownerId != null && ownerState == null) {
            unknown.add(Item.pointer("/owner_person_id", "unknown_reference", "There is no such person."));
        }
        ProblemException.ifAny(unknown);
        Require.active(Objects.requireNonNull(founded.orgTypeState()), "/org_type_id", "organization type");
        if (ownerState != null) {
            Require.active(ownerState, "/owner_person_id", "person");
        }
        return begin(tx, actor, founded, List.of(wanted), List.of(changes)).getFirst();
    }

    /**
     * Makes persons' own organizations, of the tenant's default type and called after them; they own them.
     *
     * @throws ProblemException {@code invalid_state} while there is no default type
     */
    void makePersonal(Tx tx, Actor actor, List<Personal> those) {
        var wanted = those.stream()
                .map(own -> wanted(own.id(), own.personId(), own.personId(), new Values(null, own.name(), Map.of())))
                .toList();
        var founded = organizations.found(tx, null, wanted);
        if (founded.orgTypeId() == null) {
            // Whoever waited for a default that had its place taken meanwhile finds it no longer, and the one in its place only now.
            founded = organizations.found(tx, null, wanted);
        }
        if (founded.orgTypeId() == null) {
            throw Problem.INVALID_STATE.because(
                    "The tenant has no default organization type, so a person's own organization can't be made. Make one of its types the default.");
        }
        begin(tx, actor, founded, wanted, those.stream().map(Personal::changes).toList());
    }

    private static New wanted(UUID id, @Nullable UUID personalPersonId, @Nullable UUID ownerId, Values values) {
        return new New(id, Ids.next(), Ids.next(), Ids.next(), personalPersonId, ownerId, values, FIRST_WORKSPACE);
    }

    /** Gives them what their type gives, and tells of each: what hangs on its pool is told behind it. */
    private List<Row> begin(Tx tx, Actor actor, Founded founded, List<New> those, List<Changes> events) {
        var typeId = Objects.requireNonNull(founded.orgTypeId());
        var opened = Objects.requireNonNull(founded.opened());
        var at = founded.at();
        var rows = new ArrayList<Row>(those.size());
        var openings = new ArrayList<Opening>(those.size());
        for (int each = 0; each < those.size(); each++) {
            var wanted = those.get(each);
            var changes = events.get(each);
            var values = wanted.values();
            var row = new Row(wanted.id(), values.externalId(), typeId, values.name(), wanted.personalPersonId(), wanted.poolId(), values.metadata(),
                    "active", null, at, at, 1);
            rows.add(row);
            openings.add(new Opening(changes.secondary(), new PoolStore.Row(wanted.poolId(), wanted.id(), opened, opened, 1)));
            var organization = PeopleViews.toApi(row);
            changes.created(organization.id(), organization);
            if (wanted.ownerId() != null) {
                var membership = PeopleViews.toApi(new MembershipStore.Row(
                        wanted.membershipId(), null, row.id(), wanted.ownerId(), "owner", true, at, null, at, at, 1));
                changes.created(membership.id(), membership);
            }
            var workspace = PeopleViews.toApi(
                    new WorkspaceStore.Row(wanted.workspaceId(), null, row.id(), wanted.workspace(), "active", null, at, at, 1));
            changes.created(workspace.id(), workspace);
        }
        pools.open(tx, actor, typeId, openings);
        return rows;
    }

    /** Archives an organization that is held and active: its invitations are revoked, and whatever it holds ends. */
    Row archive(Tx tx, Changes changes, Actor actor, Row before) {
        var after = organizations.archive(tx, before.id());
        changes.changed(new OrganizationId(before.id()), PeopleViews.toApi(before), PeopleViews.toApi(after));
        var pending = invitations.lockPending(tx, before.id()).stream().collect(Collectors.toMap(InvitationStore.Row::id, Function.identity()));
        if (!pending.isEmpty()) {
            for (var row : invitations.revoke(tx, pending.keySet())) {
                var revoked = PeopleViews.toApi(row);
                changes.changed(revoked.id(), PeopleViews.toApi(Objects.requireNonNull(pending.get(row.id()))), revoked);
            }
        }
        pools.close(tx, changes.secondary(), actor, before.id(), ARCHIVED);
        return after;
    }
}
