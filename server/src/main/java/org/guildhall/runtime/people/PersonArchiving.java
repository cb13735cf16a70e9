package org.guildhall.runtime.people;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;

/** Ends the memberships of a person who is archived. */
public final class PersonArchiving {

    private final OrganizationStore organizations;
    private final MembershipStore memberships;
    private final Organizations organizationRules;
    private final Households households;
    private final BiConsumer<Tx, UUID> archived;

    /** @param archived gets the id of each person who is archived, before organizations are locked */
    public PersonArchiving(
            OrganizationStore organizations, MembershipStore memberships, Organizations organizationRules, Households households,
            BiConsumer<Tx, UUID> archived) {
        this.organizations = organizations;
        this.memberships = memberships;
        this.organizationRules = organizationRules;
        this.households = households;
        this.archived = archived;
    }

    /**
     * Ends the memberships and household memberships of a person, and archives the personal organization. The caller has locked the person.
     *
     * @throws ProblemException {@code invalid_state} if the person is the last owner of another organization that is active
     */
    void endAll(Tx tx, Changes changes, Actor actor, UUID personId) {
        archived.accept(tx, personId);
        var batch = new Batch();
        var organizationsOfPerson = organizations.lockAllOf(batch, personId);
        var membershipsOfPerson = memberships.currentOf(batch, personId);
        var now = batch.now();
        var present = EffectiveDates.present(batch);
        batch.send(tx);
        var locked = organizationsOfPerson.get().stream().collect(Collectors.toMap(OrganizationStore.Row::id, Function.identity()));
        var current = membershipsOfPerson.get();
        requireOtherOwners(tx, personId, locked, current);
        for (var organization : locked.values()) {
            if (personId.equals(organization.personalPersonId()) && organization.state().equals("active")) {
                organizationRules.archive(tx, changes, actor, new Locked<>(organization, now.get()));
            }
        }
        for (var before : current) {
            var after = PeopleViews.toApi(memberships.end(tx, before, present.get()));
            changes.changed(after.id(), PeopleViews.toApi(before), after);
        }
        households.endAllOf(tx, changes, personId);
    }

    private void requireOtherOwners(
            Tx tx, UUID personId, Map<UUID, OrganizationStore.Row> locked, List<MembershipStore.Row> current) {
        var batch = new Batch();
        var hasOtherOwner = new LinkedHashMap<UUID, BooleanSupplier>();
        for (var membership : current) {
            var organization = Objects.requireNonNull(locked.get(membership.organizationId()));
            if (membership.role().equals("owner") && organization.state().equals("active") && !personId.equals(organization.personalPersonId())) {
                hasOtherOwner.put(organization.id(), memberships.hasOtherOwner(batch, membership.id()));
            }
        }
        batch.send(tx);
        var owned = new ArrayList<String>();
        hasOtherOwner.forEach((id, has) -> {
            if (!has.getAsBoolean()) {
                owned.add(new OrganizationId(id).toString());
            }
        });
        if (!owned.isEmpty()) {
            throw Problem.INVALID_STATE.because(
                    "The person is the last owner of " + String.join(", ", owned) + ". Make another member an owner first.");
        }
    }
}
