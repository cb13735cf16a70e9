package org.guildhall.runtime.people;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.model.PersonId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.people.Organizations.Personal;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.runtime.people.PersonStore.Row;
import org.guildhall.runtime.people.PersonStore.Values;
import org.jspecify.annotations.Nullable;

/** Makes and changes persons, whoever asks for it: a request, or a row of an import. */
public final class People {

    /** Where a new day begins first. */
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    /** Before it, years are typing errors; and the year 0000 of ISO 8601 is none that a database has. */
    private static final int BIRTH_YEAR_MIN = 1800;

    private final PersonStore persons;
    private final PersonIdentityStore identities;
    private final Organizations organizations;
    private final PersonArchiving leaving;

    public People(PersonStore persons, PersonIdentityStore identities, Organizations organizations, PersonArchiving leaving) {
        this.persons = persons;
        this.identities = identities;
        this.organizations = organizations;
        this.leaving = leaving;
    }

    /**
     * Somebody to be made.
     *
     * @param changes told what that makes; it begins with them
     * @param id that they shall have
     * @param identities at outside providers
     */
    record PersonDraft(Changes changes, UUID id, Values values, List<Identity> identities) {}

    /** Makes one person, as {@link #create(Tx, Actor, List)} does. */
    Row create(Tx tx, Changes changes, Actor actor, Values values, List<Identity> identities) {
        return create(tx, actor, List.of(new PersonDraft(changes, Ids.next(), values, identities))).getFirst();
    }

    /**
     * Makes persons, each with an organization of their own and all that belongs to it. It takes as few statements for many as for one.
     *
     * @throws ProblemException for an identity that is linked already, or named twice; for an {@code external_id} that is taken the schema does
     */
    List<Row> create(Tx tx, Actor actor, List<PersonDraft> those) {
        those.forEach(newcomer -> requireRight(tx, newcomer));
        var made = persons.insert(tx, those.stream().map(who -> new PersonStore.New(who.id(), who.values(), who.identities())).toList());
        var rows = new ArrayList<Row>(those.size());
        var own = new ArrayList<Personal>(those.size());
        for (int at = 0; at < those.size(); at++) {
            var newcomer = those.get(at);
            var row = made.get(at).with(Ids.next());
            if (row.identities().size() < newcomer.identities().size()) {
                throw taken(tx, row, newcomer.identities());
            }
            rows.add(row);
            own.add(new Personal(newcomer.changes(), Objects.requireNonNull(row.personalOrganizationId()), row.id(), row.name()));
            var person = PeopleViews.toApi(row);
            newcomer.changes().created(person.id(), person);
            person.identities().forEach(identity -> newcomer.changes().created(identity.id(), identity));
        }
        organizations.makePersonal(tx, actor, own);
        return rows;
    }

    private static void requireRight(Tx tx, PersonDraft newcomer) {
        var wrong = mistakes(tx, newcomer.values());
        var seen = new HashSet<Identity>();
        for (int at = 0; at < newcomer.identities().size(); at++) {
            if (!seen.add(newcomer.identities().get(at))) {
                wrong.add(Item.pointer("/identities/" + at, "duplicate", "The identity is named twice."));
            }
        }
        ProblemException.ifAny(wrong);
    }

    /**
     * Changes what is said of a person who is held.
     *
     * @throws ProblemException {@code invalid_state} if they are archived
     */
    Row update(Tx tx, Changes changes, Row before, Values values) {
        ProblemException.ifAny(mistakes(tx, values));
        Require.active(before.state(), "person");
        var after = persons.update(tx, before.id(), values);
        changes.changed(new PersonId(before.id()), PeopleViews.toApi(before), PeopleViews.toApi(after));
        return after;
    }

    /**
     * Archives a person who is held, with what is theirs.
     *
     * @throws ProblemException {@code invalid_state} if they are archived, or the last owner of an organization other than their own
     */
    Row archive(Tx tx, Changes changes, Actor actor, Row before) {
        Require.active(before.state(), "person");
        var after = persons.archive(tx, before.id());
        changes.changed(new PersonId(before.id()), PeopleViews.toApi(before), PeopleViews.toApi(after));
        leaving.everything(tx, changes, actor, before.id());
        return after;
    }

    private static List<Item> mistakes(Tx tx, Values values) {
        var wrong = new ArrayList<Item>();
        var unlikely = values.birthOn() == null ? null : unlikely(values.birthOn(), LocalDate.ofInstant(tx.now(), EARLIEST));
        if (unlikely != null) {
            wrong.add(unlikely);
        }
        return wrong;
    }

    /** What is wrong with a day on which somebody is said to be born; null if nothing is. */
    static @Nullable Item unlikely(LocalDate birthOn, LocalDate today) {
        if (birthOn.isAfter(today)) {
            return Item.pointer("/birth_on", "in_the_future", "Nobody is born yet on that day.");
        }
        return birthOn.getYear() < BIRTH_YEAR_MIN
                ? Item.pointer("/birth_on", "too_early", "Nobody who was born before " + BIRTH_YEAR_MIN + " is still there.")
                : null;
    }

    /** The refusal of identities that are other persons', whose ids it names. */
    private ProblemException taken(Tx tx, Row row, List<Identity> known) {
        var refusal = new ArrayList<Item>();
        for (var linked : identities.linked(tx, known)) {
            if (!linked.personId().equals(row.id())) {
                refusal.add(Item.pointer("/identities/" + known.indexOf(linked.identity()), "already_exists", detail(linked)));
            }
        }
        return Problem.ALREADY_EXISTS
                .because(refusal.isEmpty() ? "An identity was linked to somebody else at this moment." : refusal.getFirst().detail())
                .withAll(refusal);
    }

    /** Says whose an identity is. */
    static String detail(PersonIdentityStore.Row linked) {
        return "The identity is linked to " + new PersonId(linked.personId()) + ".";
    }
}
