package org.guildhall.runtime.people;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.model.PersonId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.runtime.people.PersonStore.Row;
import org.guildhall.runtime.people.PersonStore.Values;
import org.jspecify.annotations.Nullable;

/** Creates, changes and archives persons, for requests and for rows of an import. */
public final class People {

    /** The time zone in which a day begins first, so that a birth today is accepted everywhere. */
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    /** Earlier years are typing errors. Also, PostgreSQL doesn't have the year 0000 of ISO 8601. */
    private static final int BIRTH_YEAR_MIN = 1800;

    private final PersonStore persons;
    private final PersonIdentityStore identities;
    private final Organizations organizations;
    private final PersonArchiving archiving;

    public People(PersonStore persons, PersonIdentityStore identities, Organizations organizations, PersonArchiving archiving) {
        this.persons = persons;
        this.identities = identities;
        this.organizations = organizations;
        this.archiving = archiving;
    }

    /**
     * A person to create.
     *
     * @param changes records everything that is created, the person first
     * @param id the id of the new person
     * @param identities the person's identities at identity providers
     */
    record PersonDraft(Changes changes, UUID id, Values values, List<Identity> identities) {}

    /** Creates one person, as {@link #create(Tx, Actor, List)} does. */
    Row create(Tx tx, Changes changes, Actor actor, Values values, List<Identity> identities) {
        return create(tx, actor, List.of(new PersonDraft(changes, Ids.next(), values, identities))).getFirst();
    }

    /**
     * Creates persons, each with a personal organization. The number of statements doesn't depend on the number of persons.
     *
     * @throws ProblemException {@code already_exists} for an identity that is linked already, {@code validation_failed} for one that is named
     *     twice. A constraint of the schema refuses a duplicate {@code external_id}.
     */
    List<Row> create(Tx tx, Actor actor, List<PersonDraft> drafts) {
        drafts.forEach(draft -> requireValid(tx, draft));
        var wanted = drafts.stream().map(draft -> new PersonStore.New(draft.id(), draft.values(), draft.identities())).toList();
        var batch = new Batch();
        var inserts = persons.insert(batch, wanted);
        var personals = organizations.insertPersonal(batch, wanted);
        batch.send(tx);
        var inserted = inserts.get().stream().collect(Collectors.toMap(Row::id, Function.identity()));
        var rows = new ArrayList<Row>(drafts.size());
        for (int index = 0; index < drafts.size(); index++) {
            var draft = drafts.get(index);
            var row = Objects.requireNonNull(inserted.get(draft.id())).with(personals.id(index));
            if (row.identities().size() < draft.identities().size()) {
                throw taken(tx, row, draft.identities());
            }
            rows.add(row);
            var person = PeopleViews.toApi(row);
            draft.changes().created(person.id(), person);
            person.identities().forEach(identity -> draft.changes().created(identity.id(), identity));
        }
        organizations.beginPersonal(tx, actor, personals, drafts.stream().map(PersonDraft::changes).toList());
        return rows;
    }

    private static void requireValid(Tx tx, PersonDraft draft) {
        var errors = errors(tx, draft.values());
        var unique = new HashSet<Identity>();
        for (int index = 0; index < draft.identities().size(); index++) {
            if (!unique.add(draft.identities().get(index))) {
                errors.add(Item.pointer("/identities/" + index, "duplicate", "Duplicate identity."));
            }
        }
        ProblemException.ifAny(errors);
    }

    /**
     * Changes a person whom the caller has locked.
     *
     * @throws ProblemException {@code invalid_state} if the person is archived
     */
    Row update(Tx tx, Changes changes, Locked<Row> before, Values values) {
        var after = changed(tx, changes, before, values);
        persons.update(tx, after);
        return after;
    }

    /** Checks and records a change as {@link #update} does, and leaves it to the caller to store the returned row. */
    Row changed(Tx tx, Changes changes, Locked<Row> before, Values values) {
        ProblemException.ifAny(errors(tx, values));
        Require.active(before.row().state(), "person");
        var after = before.row().with(values, before.now());
        changes.changed(new PersonId(after.id()), PeopleViews.toApi(before.row()), PeopleViews.toApi(after));
        return after;
    }

    /**
     * Archives a person whom the caller has locked, and ends the person's memberships.
     *
     * @throws ProblemException {@code invalid_state} if the person is archived, or is the last owner of an organization that isn't personal
     */
    Row archive(Tx tx, Changes changes, Actor actor, Locked<Row> before) {
        Require.active(before.row().state(), "person");
        var after = persons.archive(tx, before);
        changes.changed(new PersonId(after.id()), PeopleViews.toApi(before.row()), PeopleViews.toApi(after));
        archiving.endAll(tx, changes, actor, after.id());
        return after;
    }

    private static List<Item> errors(Tx tx, Values values) {
        var errors = new ArrayList<Item>();
        var birthOnError = values.birthOn() == null ? null : birthOnError(values.birthOn(), LocalDate.ofInstant(tx.now(), EARLIEST));
        if (birthOnError != null) {
            errors.add(birthOnError);
        }
        return errors;
    }

    /** The error of a day of birth: in the future, or too early. Null if it is valid. */
    static @Nullable Item birthOnError(LocalDate birthOn, LocalDate today) {
        if (birthOn.isAfter(today)) {
            return Item.pointer("/birth_on", "in_the_future", "`birth_on` is in the future.");
        }
        return birthOn.getYear() < BIRTH_YEAR_MIN
                ? Item.pointer("/birth_on", "too_early", "`birth_on` is before the year " + BIRTH_YEAR_MIN + ".")
                : null;
    }

    /** The refusal of identities that are linked to other persons. It names the ids of those persons. */
    private ProblemException taken(Tx tx, Row row, List<Identity> known) {
        var refusal = new ArrayList<Item>();
        for (var linked : identities.linked(tx, known)) {
            if (!linked.personId().equals(row.id())) {
                refusal.add(Item.pointer("/identities/" + known.indexOf(linked.identity()), "already_exists", detail(linked)));
            }
        }
        return Problem.ALREADY_EXISTS
                .because(refusal.isEmpty()
                        ? "Another request has just linked one of the identities. Send the request again."
                        : refusal.getFirst().detail())
                .withAll(refusal);
    }

    /** The sentence that names the person of an identity. */
    static String detail(PersonIdentityStore.Row linked) {
        return "The identity is linked to " + new PersonId(linked.personId()) + ".";
    }
}
