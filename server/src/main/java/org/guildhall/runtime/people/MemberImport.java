package org.guildhall.runtime.people;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.runtime.imports.Members;
import org.guildhall.runtime.imports.RowChange;
import org.guildhall.runtime.people.HouseholdMemberStore.New;
import org.guildhall.runtime.people.Households.NewMember;
import org.guildhall.runtime.people.People.PersonDraft;
import org.guildhall.runtime.people.PersonStore.Values;
import org.jspecify.annotations.Nullable;

/**
 * Writes the changes of imported rows: creates and changes persons, households and household members. The caller has locked the existing
 * persons and households since it read them.
 *
 * <p>All new persons of a batch are inserted in one statement, as are all new households and all new members. Each row already includes
 * the changes of the rows before it.
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

    /** A row that changes something, with the changes of its audit event. */
    private record RowEffect(Changes changes, RowChange row) {}

    @Override
    public int householdMembersMax() {
        return Households.MEMBERS_MAX;
    }

    @Override
    public @Nullable Item birthOnError(@Nullable LocalDate birthOn, LocalDate today) {
        return birthOn == null ? null : People.birthOnError(birthOn, today);
    }

    @Override
    public void apply(Tx tx, Function<String, Changes> events, Actor actor, List<RowChange> rows) {
        var effects = new ArrayList<RowEffect>(rows.size());
        for (var row : rows) {
            var action = action(row);
            if (action != null) {
                effects.add(new RowEffect(events.apply(action), row));
            }
        }
        // The order of the changes in an event: the person, the household, the membership.
        createPersons(tx, actor, matching(effects, row -> row.before() == null));
        changePersons(tx, matching(effects, RowChange::changesPerson));
        createHouseholds(tx, matching(effects, RowChange::createsHousehold));
        renameHouseholds(tx, matching(effects, RowChange::renamesHousehold));
        addMembers(tx, matching(effects, row -> row.role() != null && row.roleBefore() == null));
        matching(effects, row -> row.roleBefore() != null && !row.roleBefore().equals(row.role())).forEach(effect -> changeRole(tx, effect));
    }

    private static List<RowEffect> matching(List<RowEffect> effects, Predicate<RowChange> condition) {
        return effects.stream().filter(effect -> condition.test(effect.row())).toList();
    }

    /** The action of the event, after its first change; null if the row changes nothing. */
    private static @Nullable String action(RowChange row) {
        if (row.before() == null) {
            return "person.created";
        }
        if (row.changesPerson()) {
            return "person.updated";
        }
        if (row.createsHousehold() || row.renamesHousehold()) {
            return row.createsHousehold() ? "household.created" : "household.updated";
        }
        return Objects.equals(row.roleBefore(), row.role()) ? null : "household_member.created";
    }

    private void createPersons(Tx tx, Actor actor, List<RowEffect> effects) {
        if (!effects.isEmpty()) {
            people.create(tx, actor, effects.stream().map(MemberImport::draft).toList());
        }
    }

    private static PersonDraft draft(RowEffect effect) {
        var person = effect.row().person();
        var values = new Values(person.externalId(), person.name(), person.email(), person.phone(), person.birthOn(), Map.of());
        return new PersonDraft(effect.changes(), Objects.requireNonNull(person.id()), values, List.of());
    }

    private void changePersons(Tx tx, List<RowEffect> effects) {
        if (effects.isEmpty()) {
            return;
        }
        var batch = new Batch();
        // Locked since the index was read, or created since.
        var found = persons.getAll(batch, effects.stream().map(effect -> Objects.requireNonNull(effect.row().person().id())).distinct().toList());
        var now = batch.now();
        batch.send(tx);
        var current = new HashMap<UUID, PersonStore.Row>();
        found.get().forEach(row -> current.put(row.id(), row));
        for (var effect : effects) {
            var wanted = effect.row().person();
            var before = Objects.requireNonNull(current.get(wanted.id()));
            current.put(before.id(), people.changed(tx, effect.changes(), new Locked<>(before, now.get()), new Values(
                    before.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(), before.metadata())));
        }
        persons.save(tx, current.values());
    }

    private void createHouseholds(Tx tx, List<RowEffect> effects) {
        if (effects.isEmpty()) {
            return;
        }
        var inserted = store.insert(tx, effects.stream().map(MemberImport::household).toList());
        for (int index = 0; index < inserted.size(); index++) {
            effects.get(index).changes().created(new HouseholdId(inserted.get(index).id()), PeopleViews.toApi(inserted.get(index)));
        }
    }

    private static HouseholdStore.New household(RowEffect effect) {
        var wanted = wanted(effect);
        return new HouseholdStore.New(Objects.requireNonNull(wanted.id()), new HouseholdStore.Values(wanted.externalId(), wanted.name()));
    }

    private void renameHouseholds(Tx tx, List<RowEffect> effects) {
        if (effects.isEmpty()) {
            return;
        }
        var batch = new Batch();
        var found = store.getAll(batch, effects.stream().map(effect -> Objects.requireNonNull(wanted(effect).id())).distinct().toList());
        var now = batch.now();
        batch.send(tx);
        var current = new HashMap<UUID, HouseholdStore.Row>();
        found.get().forEach(row -> current.put(row.id(), row));
        for (var effect : effects) {
            var before = Objects.requireNonNull(current.get(wanted(effect).id()));
            var renamed = store.update(tx, new Locked<>(before, now.get()), new HouseholdStore.Values(before.externalId(), wanted(effect).name()));
            current.put(renamed.id(), renamed);
            effect.changes().changed(new HouseholdId(before.id()), PeopleViews.toApi(before), PeopleViews.toApi(renamed));
        }
    }

    private static RowChange.Household wanted(RowEffect effect) {
        return Objects.requireNonNull(effect.row().household());
    }

    private void addMembers(Tx tx, List<RowEffect> effects) {
        if (!effects.isEmpty()) {
            households.addAll(tx, effects.stream().map(MemberImport::newMember).toList(), present(tx));
        }
    }

    private static Instant present(Tx tx) {
        var batch = new Batch();
        var now = EffectiveDates.present(batch);
        batch.send(tx);
        return now.get();
    }

    private static NewMember newMember(RowEffect effect) {
        var row = effect.row();
        var householdId = Objects.requireNonNull(Objects.requireNonNull(row.household()).id());
        return new NewMember(effect.changes(), new New(
                Ids.next(), null, householdId, Objects.requireNonNull(row.person().id()), Objects.requireNonNull(row.role())));
    }

    /** Ends the household membership and starts another one with the new role. */
    private void changeRole(Tx tx, RowEffect effect) {
        var newMember = newMember(effect);
        var batch = new Batch();
        var current = members.lockOfHousehold(batch, newMember.member().householdId());
        batch.send(tx);
        households.end(tx, effect.changes(), current.get().stream().filter(member -> member.personId().equals(newMember.member().personId())).toList());
        households.addAll(tx, List.of(newMember), present(tx));
    }
}
