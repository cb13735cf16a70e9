package org.guildhall.runtime.people;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.runtime.imports.Members;
import org.guildhall.runtime.imports.RowChange;
import org.guildhall.runtime.people.HouseholdMemberStore.New;
import org.guildhall.runtime.people.Households.Entry;
import org.guildhall.runtime.people.People.PersonDraft;
import org.guildhall.runtime.people.PersonStore.Values;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what was decided of some rows: makes and changes persons and households, and lets one belong to the other. Those who were
 * there are held since it was decided.
 *
 * <p>All new persons come into being together, and so do all new households and all new members: what the rows before make of something,
 * the ones behind already know.
 */
public final class MemberImport implements Members {

    private final People people;
    private final PersonStore persons;
    private final Households households;
    private final HouseholdStore store;
    private final HouseholdMemberStore members;

    public MemberImport(People people, PersonStore persons, Households households, HouseholdStore store, HouseholdMemberStore members) {
        this.people = people;
        this.persons = persons;
        this.households = households;
        this.store = store;
        this.members = members;
    }

    /** A row that makes a difference, and the event that tells it. */
    private record RowEffect(Changes changes, RowChange row) {}

    @Override
    public int householdMembersMax() {
        return Households.MEMBERS_MAX;
    }

    @Override
    public @Nullable Item unlikely(@Nullable LocalDate birthOn, LocalDate today) {
        return birthOn == null ? null : People.unlikely(birthOn, today);
    }

    @Override
    public void carryOut(Tx tx, Function<String, Changes> events, Actor actor, List<RowChange> rows) {
        var deeds = new ArrayList<RowEffect>(rows.size());
        for (var row : rows) {
            var action = action(row);
            if (action != null) {
                deeds.add(new RowEffect(events.apply(action), row));
            }
        }
        // In this order: an event tells of the person, of the household, and then of what one is to the other.
        makePersons(tx, actor, those(deeds, row -> row.before() == null));
        those(deeds, RowChange::changesPerson).forEach(deed -> changePerson(tx, deed));
        makeHouseholds(tx, those(deeds, RowChange::makesHousehold));
        those(deeds, RowChange::renamesHousehold).forEach(deed -> renameHousehold(tx, deed));
        join(tx, those(deeds, row -> row.role() != null && row.roleBefore() == null));
        those(deeds, row -> row.roleBefore() != null && !row.roleBefore().equals(row.role())).forEach(deed -> changeRole(tx, deed));
    }

    private static List<RowEffect> those(List<RowEffect> deeds, Predicate<RowChange> which) {
        return deeds.stream().filter(deed -> which.test(deed.row())).toList();
    }

    /** What the event is called: after the first that it tells. Null where there is nothing to do. */
    private static @Nullable String action(RowChange row) {
        if (row.before() == null) {
            return "person.created";
        }
        if (row.changesPerson()) {
            return "person.updated";
        }
        if (row.makesHousehold() || row.renamesHousehold()) {
            return row.makesHousehold() ? "household.created" : "household.updated";
        }
        return Objects.equals(row.roleBefore(), row.role()) ? null : "household_member.created";
    }

    private void makePersons(Tx tx, Actor actor, List<RowEffect> deeds) {
        if (!deeds.isEmpty()) {
            people.create(tx, actor, deeds.stream().map(MemberImport::newcomer).toList());
        }
    }

    private static PersonDraft newcomer(RowEffect deed) {
        var who = deed.row().person();
        var values = new Values(who.externalId(), who.name(), who.email(), who.phone(), who.birthOn(), Map.of());
        return new PersonDraft(deed.changes(), Objects.requireNonNull(who.id()), values, List.of());
    }

    private void changePerson(Tx tx, RowEffect deed) {
        var wanted = deed.row().person();
        // Held since the roll was read, or made since.
        var held = Objects.requireNonNull(persons.get(tx, Objects.requireNonNull(wanted.id())));
        people.update(tx, deed.changes(), held, new Values(
                held.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(), held.metadata()));
    }

    private void makeHouseholds(Tx tx, List<RowEffect> deeds) {
        if (deeds.isEmpty()) {
            return;
        }
        var made = store.insert(tx, deeds.stream().map(MemberImport::household).toList());
        for (int at = 0; at < made.size(); at++) {
            deeds.get(at).changes().created(new HouseholdId(made.get(at).id()), PeopleViews.toApi(made.get(at)));
        }
    }

    private static HouseholdStore.New household(RowEffect deed) {
        var wanted = Objects.requireNonNull(deed.row().household());
        return new HouseholdStore.New(Objects.requireNonNull(wanted.id()), new HouseholdStore.Values(wanted.externalId(), wanted.name()));
    }

    private void renameHousehold(Tx tx, RowEffect deed) {
        var wanted = Objects.requireNonNull(deed.row().household());
        var held = Objects.requireNonNull(store.get(tx, Objects.requireNonNull(wanted.id())));
        var renamed = store.update(tx, held.id(), new HouseholdStore.Values(held.externalId(), wanted.name()));
        deed.changes().changed(new HouseholdId(held.id()), PeopleViews.toApi(held), PeopleViews.toApi(renamed));
    }

    private void join(Tx tx, List<RowEffect> deeds) {
        if (!deeds.isEmpty()) {
            households.begin(tx, deeds.stream().map(MemberImport::entry).toList());
        }
    }

    private static Entry entry(RowEffect deed) {
        var row = deed.row();
        var householdId = Objects.requireNonNull(Objects.requireNonNull(row.household()).id());
        return new Entry(deed.changes(), new New(
                Ids.next(), null, householdId, Objects.requireNonNull(row.person().id()), Objects.requireNonNull(row.role())));
    }

    /** Another role is another membership: the one that there is ends first. */
    private void changeRole(Tx tx, RowEffect deed) {
        var entry = entry(deed);
        var present = members.lockOfHousehold(tx, entry.member().householdId());
        households.end(tx, deed.changes(), present.stream().filter(member -> member.personId().equals(entry.member().personId())).toList());
        households.begin(tx, List.of(entry));
    }
}
