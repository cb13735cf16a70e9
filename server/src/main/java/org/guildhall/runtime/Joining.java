package org.guildhall.runtime;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.runtime.Matching.Accepted;
import org.guildhall.runtime.PersonStore.Values;
import org.guildhall.runtime.Roll.Household;
import org.guildhall.runtime.Roll.Person;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what was decided of a row: makes and changes the person and the household, and lets one belong to the other. Those who were
 * there are held since it was decided ({@link MemberStore#held}).
 */
final class Joining {

    private final People people;
    private final PersonStore persons;
    private final Households households;
    private final HouseholdStore store;
    private final HouseholdMemberStore members;

    Joining(People people, PersonStore persons, Households households, HouseholdStore store, HouseholdMemberStore members) {
        this.people = people;
        this.persons = persons;
        this.households = households;
        this.store = store;
        this.members = members;
    }

    /**
     * Does all of it, as one event, and puts what was made on the roll.
     *
     * @param events begins an event with its action
     */
    void carryOut(Tx tx, Function<String, Changes> events, Actor actor, Accepted row, Roll roll) {
        var action = action(row);
        if (action == null) {
            return;
        }
        var changes = events.apply(action);
        var person = person(tx, changes, actor, row.before(), row.person());
        roll.put(person);
        if (row.household() != null && row.role() != null) {
            var household = household(tx, changes, row, row.household());
            roll.put(household);
            if (!row.role().equals(row.roleBefore())) {
                join(tx, changes, person, household, row.roleBefore() != null, row.role());
            }
            roll.put(person, household, row.role());
        }
    }

    /** What the event is called: after the first that it tells. Null where there is nothing to do. */
    private static @Nullable String action(Accepted row) {
        if (row.before() == null) {
            return "person.created";
        }
        if (!row.before().equals(row.person())) {
            return "person.updated";
        }
        if (row.makesHousehold() || row.renamesHousehold()) {
            return row.makesHousehold() ? "household.created" : "household.updated";
        }
        return Objects.equals(row.roleBefore(), row.role()) ? null : "household_member.created";
    }

    private Person person(Tx tx, Changes changes, Actor actor, @Nullable Person before, Person wanted) {
        if (before == null) {
            var values = new Values(wanted.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(), Map.of());
            var made = people.create(tx, changes, actor, values, List.of());
            return new Person(made.id(), wanted.externalId(), true, wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn());
        }
        if (!before.equals(wanted)) {
            // Held since the roll was read.
            var held = Objects.requireNonNull(persons.get(tx, Objects.requireNonNull(before.id())));
            people.update(tx, changes, held, new Values(
                    held.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(), held.metadata()));
        }
        return wanted;
    }

    private Household household(Tx tx, Changes changes, Accepted row, Household wanted) {
        if (row.makesHousehold()) {
            var made = store.insert(tx, new HouseholdStore.Values(wanted.externalId(), wanted.name()));
            changes.created(new HouseholdId(made.id()), HouseholdsHandler.toApi(made));
            return new Household(made.id(), wanted.externalId(), true, wanted.name(), wanted.members());
        }
        if (row.renamesHousehold()) {
            var held = Objects.requireNonNull(store.get(tx, Objects.requireNonNull(wanted.id())));
            var renamed = store.update(tx, held.id(), new HouseholdStore.Values(held.externalId(), wanted.name()));
            changes.changed(new HouseholdId(held.id()), HouseholdsHandler.toApi(held), HouseholdsHandler.toApi(renamed));
        }
        return wanted;
    }

    /** Another role is another membership: the one that there is ends first. */
    private void join(Tx tx, Changes changes, Person person, Household household, boolean belongs, String role) {
        var personId = Objects.requireNonNull(person.id());
        var householdId = Objects.requireNonNull(household.id());
        if (belongs) {
            var present = members.lockOfHousehold(tx, householdId);
            households.end(tx, changes, present.stream().filter(member -> member.personId().equals(personId)).toList());
        }
        households.begin(tx, changes, householdId, personId, null, role);
    }
}
