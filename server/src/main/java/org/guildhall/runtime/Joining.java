package org.guildhall.runtime;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Actor;
import org.guildhall.core.http.Changes;
import org.guildhall.runtime.Matching.Accepted;
import org.guildhall.runtime.PersonStore.Values;
import org.guildhall.runtime.Roll.Person;
import org.jspecify.annotations.Nullable;

/** Carries out what was decided of a row: makes and changes the person and the household, and lets one belong to the other. */
final class Joining {

    private final People people;
    private final PersonStore persons;

    Joining(People people, PersonStore persons) {
        this.people = people;
        this.persons = persons;
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
    }

    /** What the event is called: after the first that it tells. Null where there is nothing to do. */
    private static @Nullable String action(Accepted row) {
        if (row.before() == null) {
            return "person.created";
        }
        if (!row.before().equals(row.person())) {
            return "person.updated";
        }
        if (!Objects.equals(row.householdBefore(), row.household())) {
            return row.householdBefore() == null ? "household.created" : "household.updated";
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
            var held = Objects.requireNonNull(persons.lock(tx, Objects.requireNonNull(before.id())));
            people.update(tx, changes, held, new Values(
                    held.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(), held.metadata()));
        }
        return wanted;
    }
}
