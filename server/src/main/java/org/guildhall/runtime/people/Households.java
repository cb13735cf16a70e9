package org.guildhall.runtime.people;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.HouseholdMemberId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.runtime.people.HouseholdMemberStore.New;
import org.guildhall.runtime.people.HouseholdMemberStore.Row;
import org.guildhall.runtime.pickups.PickupAuthorities;
import org.jspecify.annotations.Nullable;

/**
 * Adds members to households and ends them, for requests and for rows of an import. The order of locks is: the person, the household, then
 * its members.
 */
public final class Households {

    /** The maximal number of members of a household. */
    static final int MEMBERS_MAX = 100;

    private final PersonStore persons;
    private final HouseholdStore households;
    private final HouseholdMemberStore members;
    private final PickupAuthorities pickups;

    public Households(PersonStore persons, HouseholdStore households, HouseholdMemberStore members, PickupAuthorities pickups) {
        this.persons = persons;
        this.households = households;
        this.members = members;
        this.pickups = pickups;
    }

    /**
     * Makes a person a member of a household from now on.
     *
     * @throws ProblemException {@code not_found} if there is no such household, {@code validation_failed} if there is no such person,
     *     {@code invalid_state} if one of them is archived, {@code already_exists} if the person is a member already, {@code conflict} if
     *     the household is full
     */
    Row add(Tx tx, Changes changes, UUID householdId, UUID personId, @Nullable String externalId, String role) {
        var batch = new Batch();
        var person = persons.lockShared(batch, personId);
        var locked = households.lock(batch, householdId);
        var all = members.lockOfHousehold(batch, householdId);
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        var household = Require.found(locked.get());
        var state = Require.named(person.get(), "/person_id", "person");
        Require.active(household.state(), "household");
        Require.active(state, "/person_id", "person");
        var current = all.get();
        for (var member : current) {
            if (member.personId().equals(personId)) {
                var detail = "The person is a member of the household already: " + new HouseholdMemberId(member.id()) + ".";
                throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/person_id", "already_exists", detail));
            }
        }
        if (current.size() >= MEMBERS_MAX) {
            throw Problem.CONFLICT.because("The household has " + MEMBERS_MAX + " members, which is the maximum.");
        }
        return addAll(tx, List.of(new NewMember(changes, new New(Ids.next(), externalId, householdId, personId, role))), now.get()).getFirst();
    }

    /**
     * A new member of a household.
     *
     * @param changes records the created member
     */
    record NewMember(Changes changes, New member) {}

    /**
     * Inserts members that start at {@code now}. The caller has locked the persons and households, which are active. It has also checked that no person
     * is a member already and no household becomes too large.
     */
    List<Row> addAll(Tx tx, List<NewMember> wanted, Instant now) {
        var rows = members.insert(tx, wanted.stream().map(NewMember::member).toList(), now);
        for (int index = 0; index < rows.size(); index++) {
            var member = PeopleViews.toApi(rows.get(index));
            wanted.get(index).changes().created(member.id(), member);
        }
        return rows;
    }

    /** Ends members now, with the pickup authorities for them. The caller holds the members' locks. Returns the ended members in the given order. */
    List<Row> end(Tx tx, Changes changes, List<Row> current) {
        if (current.isEmpty()) {
            return List.of();
        }
        var ids = current.stream().map(Row::id).toList();
        var batch = new Batch();
        var ended = members.end(batch, ids);
        var authorities = pickups.lockOfMembers(batch, ids);
        batch.send(tx);
        var byId = ended.get().stream().collect(Collectors.toMap(Row::id, Function.identity()));
        var inOrder = current.stream().map(before -> Objects.requireNonNull(byId.get(before.id()))).toList();
        for (int index = 0; index < inOrder.size(); index++) {
            var after = PeopleViews.toApi(inOrder.get(index));
            changes.changed(after.id(), PeopleViews.toApi(current.get(index)), after);
        }
        pickups.endAll(tx, changes, authorities.get());
        return inOrder;
    }

    /** Ends all memberships of a person in households, and the pickup authorities for and of the person. The caller has locked the person. */
    void endAllOf(Tx tx, Changes changes, UUID personId) {
        var batch = new Batch();
        var current = members.lockOfPerson(batch, personId);
        var authorities = pickups.lockOfAuthorized(batch, personId);
        batch.send(tx);
        end(tx, changes, current.get());
        pickups.endAll(tx, changes, authorities.get());
    }
}
