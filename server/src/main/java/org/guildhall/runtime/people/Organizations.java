package org.guildhall.runtime.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.people.OrganizationStore.Inserted;
import org.guildhall.runtime.people.OrganizationStore.New;
import org.guildhall.runtime.people.OrganizationStore.Row;
import org.guildhall.runtime.people.OrganizationStore.Values;
import org.guildhall.runtime.plans.PoolStore;
import org.guildhall.runtime.plans.Pools.Opening;
import org.guildhall.runtime.plans.Pools;
import org.jspecify.annotations.Nullable;

/** Creates organizations with their first membership, workspace, pool and default grants, and archives them. */
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
     * Creates an organization, its owner's membership, its first workspace, its pool, and the default grants of its type.
     *
     * @throws ProblemException {@code validation_failed} if there is no such type or owner, {@code invalid_state} if one of them is archived
     */
    Row create(Tx tx, Changes changes, Actor actor, UUID orgTypeId, @Nullable UUID ownerId, Values values) {
        var wanted = wanted(Ids.next(), null, ownerId, values);
        var batch = new Batch();
        var insert = insert(batch, orgTypeId, List.of(wanted));
        batch.send(tx);
        var inserted = insert.inserted().get();
        var ownerState = ownerId == null ? null : inserted.ownerStates().get(ownerId.toString());
        var unknown = new ArrayList<Item>();
        if (inserted.orgTypeState() == null) {
            unknown.add(Item.pointer("/org_type_id", "unknown_reference", "There is no such organization type."));
        }
        if (ownerId != null && ownerState == null) {
            unknown.add(Item.pointer("/owner_person_id", "unknown_reference", "There is no such person."));
        }
        ProblemException.ifAny(unknown);
        Require.active(Objects.requireNonNull(inserted.orgTypeState()), "/org_type_id", "organization type");
        if (ownerState != null) {
            Require.active(ownerState, "/owner_person_id", "person");
        }
        return begin(tx, actor, insert, List.of(changes)).getFirst();
    }

    /** Organizations whose insert was added to a batch, with the read of their type's default grants. */
    record Insert(List<New> wanted, Supplier<Inserted> inserted, Supplier<List<DefaultGrant>> defaults) {

        /** The id of the organization of the person at this place. */
        UUID id(int index) {
            return wanted.get(index).id();
        }
    }

    /**
     * Adds the insert of personal organizations of the tenant's default type. Each has the name of its person, who is its owner.
     *
     * @param persons the persons, whose insert was added before
     */
    Insert insertPersonal(Batch batch, List<PersonStore.New> persons) {
        var wanted = persons.stream()
                .map(person -> wanted(Ids.next(), person.id(), person.id(), new Values(null, person.values().name(), Map.of())))
                .toList();
        return insert(batch, null, wanted);
    }

    private Insert insert(Batch batch, @Nullable UUID orgTypeId, List<New> wanted) {
        return new Insert(wanted, organizations.insert(batch, orgTypeId, wanted), pools.defaults(batch, orgTypeId));
    }

    /**
     * Completes the personal organizations once their batch was sent: opens their pools and issues the default grants.
     *
     * @param changes for each person, records everything that is created
     * @throws ProblemException {@code invalid_state} if the tenant has no default type
     */
    void beginPersonal(Tx tx, Actor actor, Insert personals, List<Changes> changes) {
        var insert = personals;
        if (insert.inserted().get().orgTypeId() == null) {
            // The statement waited for the lock of a type that another transaction replaced as the default. The new default is visible now.
            var batch = new Batch();
            insert = insert(batch, null, personals.wanted());
            batch.send(tx);
        }
        if (insert.inserted().get().orgTypeId() == null) {
            throw Problem.INVALID_STATE.because(
                    "The tenant has no default organization type, so no personal organization can be created. Make one of its types the default.");
        }
        begin(tx, actor, insert, changes);
    }

    private static New wanted(UUID id, @Nullable UUID personalPersonId, @Nullable UUID ownerId, Values values) {
        return new New(id, Ids.next(), Ids.next(), Ids.next(), personalPersonId, ownerId, values, FIRST_WORKSPACE);
    }

    /** Records what was inserted, opens the pools and issues the default grants. The changes of a pool follow the primary ones. */
    private List<Row> begin(Tx tx, Actor actor, Insert insert, List<Changes> events) {
        var inserted = insert.inserted().get();
        var all = insert.wanted();
        var typeId = Objects.requireNonNull(inserted.orgTypeId());
        var opened = Objects.requireNonNull(inserted.opened());
        var at = inserted.at();
        var rows = new ArrayList<Row>(all.size());
        var openings = new ArrayList<Opening>(all.size());
        for (int index = 0; index < all.size(); index++) {
            var wanted = all.get(index);
            var changes = events.get(index);
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
        pools.open(tx, actor, typeId, insert.defaults().get(), openings);
        return rows;
    }

    /** Archives an active organization that the caller has locked: revokes its pending invitations and ends everything that it holds. */
    Row archive(Tx tx, Changes changes, Actor actor, Locked<Row> before) {
        var after = organizations.archive(tx, before);
        changes.changed(new OrganizationId(after.id()), PeopleViews.toApi(before.row()), PeopleViews.toApi(after));
        var pending = invitations.lockPending(tx, after.id());
        if (!pending.isEmpty()) {
            var revoked = invitations.revoke(tx, pending, before.now());
            for (int index = 0; index < pending.size(); index++) {
                var invitation = PeopleViews.toApi(revoked.get(index));
                changes.changed(invitation.id(), PeopleViews.toApi(pending.get(index)), invitation);
            }
        }
        pools.close(tx, changes.secondary(), actor, after.id(), ARCHIVED);
        return after;
    }
}
