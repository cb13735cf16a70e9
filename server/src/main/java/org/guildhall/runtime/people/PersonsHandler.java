package org.guildhall.runtime.people;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListPersonsQuery;
import org.guildhall.api.model.NewPerson;
import org.guildhall.api.model.Person;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PersonPatch;
import org.guildhall.api.runtime.PersonsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;
import org.guildhall.runtime.people.PersonStore.Filter;
import org.guildhall.runtime.people.PersonStore.Row;
import org.guildhall.runtime.people.PersonStore.Values;

/** Persons: {@code /runtime/persons}. */
final class PersonsHandler implements PersonsApi<Call> {

    private final PersonStore persons;
    private final People people;

    PersonsHandler(PersonStore persons, People people) {
        this.persons = persons;
        this.people = people;
    }

    @Override
    public Reply<Person> createPerson(Call call, NewPerson body) {
        var values = new Values(body.externalId(), body.name(), body.email(), body.phone(), body.birthOn(),
                body.metadata() == null ? Map.of() : body.metadata());
        var identities = body.identities() == null
                ? List.<Identity>of()
                : body.identities().stream().map(identity -> new Identity(identity.issuer(), identity.subject())).toList();
        var person = PeopleViews.toApi(people.create(call.tx(), call.changes(), call.actor(), values, identities));
        return Reply.created("/api/v1/runtime/persons/" + person.id(), person);
    }

    @Override
    public Reply<Page<Person>> listPersons(Call call, ListPersonsQuery query) {
        if (query.subject() != null && query.issuer() == null) {
            throw Problem.INVALID_PARAMETER.because("`subject` requires `issuer`.")
                    .with(Item.parameter("issuer", "required", "`issuer` is required with `subject`."));
        }
        var filter = new Filter(
                query.externalId(), query.email(), query.issuer(), query.subject(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(persons.list(call.tx(), call.page(), filter).map(PeopleViews::toApi));
    }

    @Override
    public Reply<Person> getPerson(Call call, PersonId personId) {
        return Reply.ok(PeopleViews.toApi(Require.found(persons.get(call.tx(), personId.value()))));
    }

    @Override
    public Reply<Person> updatePerson(Call call, PersonId personId, Patch<PersonPatch> patch) {
        var locked = lock(call, personId);
        var before = locked.row();
        var current = new PersonPatch(
                before.externalId(), before.name(), before.email(), before.phone(), before.birthOn(), new TreeMap<>(before.metadata()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        var values = new Values(wanted.externalId(), wanted.name(), wanted.email(), wanted.phone(), wanted.birthOn(),
                wanted.metadata() == null ? Map.of() : wanted.metadata());
        return Reply.ok(PeopleViews.toApi(people.update(call.tx(), call.changes(), locked, values)));
    }

    @Override
    public Reply<Person> archivePerson(Call call, PersonId personId) {
        return Reply.ok(PeopleViews.toApi(people.archive(call.tx(), call.changes(), call.actor(), lock(call, personId))));
    }

    private Locked<Row> lock(Call call, PersonId personId) {
        var locked = Require.found(persons.lock(call.tx(), personId.value()));
        call.expect(locked.row().version());
        return locked;
    }
}
