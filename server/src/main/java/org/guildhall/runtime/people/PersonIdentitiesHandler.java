package org.guildhall.runtime.people;

import java.util.List;
import java.util.stream.Stream;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.NewPersonIdentity;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PersonIdentity;
import org.guildhall.api.model.PersonIdentityId;
import org.guildhall.api.runtime.PersonIdentitiesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.people.PersonIdentityStore.Identity;

/** Identities of persons: {@code /runtime/persons/{person_id}/identities}, {@code /runtime/person-identities}. */
final class PersonIdentitiesHandler implements PersonIdentitiesApi<Call> {

    private static final int IDENTITIES_MAX = 20;
    private static final long VERSION = 1;

    private final PersonStore persons;
    private final PersonIdentityStore identities;

    PersonIdentitiesHandler(PersonStore persons, PersonIdentityStore identities) {
        this.persons = persons;
        this.identities = identities;
    }

    @Override
    public Reply<PersonIdentity> createPersonIdentity(Call call, PersonId personId, NewPersonIdentity body) {
        var locked = Require.found(persons.lock(call.tx(), personId.value()));
        var before = locked.row();
        Require.active(before.state(), "person");
        if (before.identities().size() >= IDENTITIES_MAX) {
            throw Problem.CONFLICT.because("The person has " + IDENTITIES_MAX + " identities, which is the maximum.");
        }
        var wanted = new Identity(body.issuer(), body.subject());
        var row = identities.insert(call.tx(), before.id(), wanted);
        if (row == null) {
            var linked = identities.linked(call.tx(), List.of(wanted));
            var detail = linked.isEmpty()
                    ? "Another request has just linked the identity. Send the request again."
                    : People.detail(linked.getFirst());
            throw Problem.ALREADY_EXISTS.because(detail).with(Item.pointer("/subject", "already_exists", detail));
        }
        var identity = PeopleViews.toApi(row);
        call.created(identity.id(), identity);
        changed(call, locked, Stream.concat(before.identities().stream(), Stream.of(row)).sorted(PersonIdentityStore.Row.ORDER).toList());
        return Reply.created("/api/v1/runtime/person-identities/" + identity.id(), identity);
    }

    @Override
    public Reply<Page<PersonIdentity>> listPersonIdentities(Call call, PersonId personId) {
        var page = identities.list(call.tx(), call.page(), personId.value());
        if (page.data().isEmpty()) {
            Require.found(persons.get(call.tx(), personId.value()));
        }
        return Reply.list(page.map(PeopleViews::toApi));
    }

    @Override
    public Reply<PersonIdentity> getPersonIdentity(Call call, PersonIdentityId personIdentityId) {
        return Reply.ok(PeopleViews.toApi(Require.found(identities.get(call.tx(), personIdentityId.value()))));
    }

    @Override
    public Reply<Void> deletePersonIdentity(Call call, PersonIdentityId personIdentityId) {
        var row = Require.found(identities.get(call.tx(), personIdentityId.value()));
        call.expect(VERSION);
        var batch = new Batch();
        var before = persons.lock(batch, row.personId());
        var deleted = identities.delete(batch, row.id());
        batch.send(call.tx());
        var locked = Require.found(before.get());
        if (!deleted.getAsBoolean()) {
            throw Problem.NOT_FOUND.refusal();
        }
        call.deleted(personIdentityId, PeopleViews.toApi(row));
        changed(call, locked, locked.row().identities().stream().filter(other -> !other.id().equals(row.id())).toList());
        return Reply.noContent();
    }

    /** Records the new version of the person, since the person's wire form contains the identities. */
    private void changed(Call call, Locked<PersonStore.Row> before, List<PersonIdentityStore.Row> changed) {
        var after = PeopleViews.toApi(persons.identitiesChanged(call.tx(), before, changed));
        call.changed(after.id(), PeopleViews.toApi(before.row()), after);
    }
}
