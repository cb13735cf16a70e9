package org.guildhall.runtime.people;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.HouseholdMemberId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.people.HouseholdMemberStore.New;
import org.guildhall.runtime.people.HouseholdMemberStore.Row;
import org.jspecify.annotations.Nullable;

/**
 * Who comes into households and leaves them, whoever asks for it: a request, or a row of an import. Who holds both holds the person first,
 * then the household, then its members.
 */
public final class Households {

    /** Who a household has room for. */
    static final int MEMBERS_MAX = 100;

    private final PersonStore persons;
    private final HouseholdStore households;
    private final HouseholdMemberStore members;

    public Households(PersonStore persons, HouseholdStore households, HouseholdMemberStore members) {
        this.persons = persons;
        this.households = households;
        this.members = members;
    }

    /**
     * Lets a person belong to a household from now on.
     *
     * @throws ProblemException {@code not_found} without the household, {@code validation_failed} without the person, {@code invalid_state} if one of
     *     them is archived, {@code already_exists} if they belong to it, {@code conflict} if it is full
     */
    Row enter(Tx tx, Changes changes, UUID householdId, UUID personId, @Nullable String externalId, String role) {
        var person = persons.lockShared(tx, personId);
        var household = Require.found(households.lock(tx, householdId));
        var state = Require.named(person, "/person_id", "person");
        Require.active(household.state(), "household");
        Require.active(state, "/person_id", "person");
        var present = members.lockOfHousehold(tx, householdId);
        for (var member : present) {
            if (member.personId().equals(personId)) {
                var detail = "The person belongs to the household already, as " + new HouseholdMemberId(member.id()) + ".";
                throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/person_id", "already_exists", detail));
            }
        }
        if (present.size() >= MEMBERS_MAX) {
            throw Problem.CONFLICT.because("The household has " + MEMBERS_MAX + " members, as many as it can have.");
        }
        return begin(tx, List.of(new Entry(changes, new New(Ids.next(), externalId, householdId, personId, role)))).getFirst();
    }

    /**
     * Somebody who comes into a household.
     *
     * @param changes told of it
     */
    record Entry(Changes changes, New member) {}

    /** Lets persons belong to households from now on; both are held and active, nobody belongs there already, and there is room. */
    List<Row> begin(Tx tx, List<Entry> those) {
        var rows = members.insert(tx, those.stream().map(Entry::member).toList());
        for (int at = 0; at < rows.size(); at++) {
            var member = PeopleViews.toApi(rows.get(at));
            those.get(at).changes().created(member.id(), member);
        }
        return rows;
    }

    /** Lets members who are held belong to their households no longer. */
    void end(Tx tx, Changes changes, List<Row> those) {
        for (var before : those) {
            var after = PeopleViews.toApi(members.end(tx, before.id()));
            changes.changed(after.id(), PeopleViews.toApi(before), after);
        }
    }
}
