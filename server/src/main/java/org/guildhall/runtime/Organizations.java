package org.guildhall.runtime;

import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.Refusal;
import org.guildhall.core.http.Refusal.Item;
import org.guildhall.core.http.References;
import org.guildhall.runtime.OrganizationStore.Founded;
import org.guildhall.runtime.OrganizationStore.New;
import org.guildhall.runtime.OrganizationStore.Row;
import org.guildhall.runtime.OrganizationStore.Values;
import org.jspecify.annotations.Nullable;

/** Makes organizations, each with all that belongs to it from its first instant on, and ends what they hold when they are archived. */
final class Organizations {

    private static final String FIRST_WORKSPACE = "Home";
    private static final String ARCHIVED = "The organization was archived.";

    private final OrganizationStore organizations;
    private final InvitationStore invitations;
    private final Pools pools;

    Organizations(OrganizationStore organizations, InvitationStore invitations, Pools pools) {
        this.organizations = organizations;
        this.invitations = invitations;
        this.pools = pools;
    }

    /**
     * Makes an organization, its owner's membership, its first workspace, its pool, and what its type gives by default.
     *
     * @throws Refusal for a type or an owner that isn't there or is archived
     */
    Row make(Tx tx, Changes changes, Actor actor, UUID orgTypeId, @Nullable UUID ownerId, Values values) {
        var wanted = new New(Ids.next(), orgTypeId, null, ownerId, values, FIRST_WORKSPACE);
        var founded = organizations.found(tx, wanted);
        var unknown = new ArrayList<Item>();
        if (founded.orgTypeState() == null) {
            unknown.add(Item.pointer("/org_type_id", "unknown_reference", "There is no such organization type."));
        }
        if (ownerId != null && founded.ownerState() == null) {
            unknown.add(Item.pointer("/owner_person_id", "unknown_reference", "There is no such person."));
        }
        Refusal.ifAny(unknown);
        References.active(Objects.requireNonNull(founded.orgTypeState()), "/org_type_id", "organization type");
        if (founded.ownerState() != null) {
            References.active(founded.ownerState(), "/owner_person_id", "person");
        }
        return begin(tx, changes, actor, wanted, founded);
    }

    /**
     * Makes a person's own organization, of the tenant's default type and called after them; they own it.
     *
     * @throws Refusal {@code invalid_state} while there is no default type
     */
    Row makePersonal(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID personId, String name) {
        var wanted = new New(organizationId, null, personId, personId, new Values(null, name, Map.of()), FIRST_WORKSPACE);
        var founded = organizations.found(tx, wanted);
        if (founded.orgTypeId() == null) {
            // Whoever waited for a default that had its place taken meanwhile finds it no longer, and the one in its place only now.
            founded = organizations.found(tx, wanted);
        }
        if (founded.orgTypeId() == null) {
            throw Problem.INVALID_STATE.because(
                    "The tenant has no default organization type, so a person's own organization can't be made. Make one of its types the default.");
        }
        return begin(tx, changes, actor, wanted, founded);
    }

    private Row begin(Tx tx, Changes changes, Actor actor, New wanted, Founded founded) {
        var typeId = Objects.requireNonNull(founded.orgTypeId());
        // The organization shows its pool's id; what hangs on the pool is told behind it.
        var poolId = pools.open(tx, changes.aside(), actor, wanted.id(), typeId);
        var at = founded.at();
        var values = wanted.values();
        var row = new Row(wanted.id(), values.externalId(), typeId, values.name(), wanted.personalPersonId(), poolId, values.metadata(),
                "active", null, at, at, 1);
        var organization = OrganizationsHandler.toApi(row);
        changes.created(organization.id(), organization);
        if (founded.membershipId() != null) {
            var membership = MembershipsHandler.toApi(new MembershipStore.Row(
                    founded.membershipId(), null, row.id(), Objects.requireNonNull(wanted.ownerId()), "owner", true, at, null, at, at, 1));
            changes.created(membership.id(), membership);
        }
        var workspace = WorkspacesHandler.toApi(new WorkspaceStore.Row(
                Objects.requireNonNull(founded.workspaceId()), null, row.id(), wanted.workspace(), "active", null, at, at, 1));
        changes.created(workspace.id(), workspace);
        return row;
    }

    /** Archives an organization that is held and active: its invitations are revoked, and whatever it holds ends. */
    Row archive(Tx tx, Changes changes, Actor actor, Row before) {
        var after = organizations.archive(tx, before.id());
        changes.changed(new OrganizationId(before.id()), OrganizationsHandler.toApi(before), OrganizationsHandler.toApi(after));
        var pending = invitations.lockPending(tx, before.id()).stream().collect(Collectors.toMap(InvitationStore.Row::id, Function.identity()));
        if (!pending.isEmpty()) {
            for (var row : invitations.revoke(tx, pending.keySet())) {
                var revoked = InvitationsHandler.toApi(row);
                changes.changed(revoked.id(), InvitationsHandler.toApi(Objects.requireNonNull(pending.get(row.id()))), revoked);
            }
        }
        pools.close(tx, changes.aside(), actor, before.id(), ARCHIVED);
        return after;
    }
}
