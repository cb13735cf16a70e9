package org.guildhall.runtime.pickups;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListPickupAuthoritiesQuery;
import org.guildhall.api.model.NewAuthorizedPerson;
import org.guildhall.api.model.NewPickupAuthority;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PickupActing;
import org.guildhall.api.model.PickupAuthority;
import org.guildhall.api.model.PickupAuthorityId;
import org.guildhall.api.model.PickupConfirmation;
import org.guildhall.api.runtime.PickupAuthoritiesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.pickups.PickupAuthorities.Acting;
import org.guildhall.runtime.pickups.PickupAuthorities.Locked;
import org.guildhall.runtime.pickups.PickupAuthorities.Proposal;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Authorized;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Filter;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Row;
import org.jspecify.annotations.Nullable;

/** Pickup authorities: {@code /runtime/pickup-authorities}. */
final class PickupAuthoritiesHandler implements PickupAuthoritiesApi<Call> {

    private final PickupAuthorities authorities;
    private final PickupAuthorityStore store;

    PickupAuthoritiesHandler(PickupAuthorities authorities, PickupAuthorityStore store) {
        this.authorities = authorities;
        this.store = store;
    }

    @Override
    public Reply<PickupAuthority> createPickupAuthority(Call call, NewPickupAuthority body) {
        var authority = PickupViews.toApi(authorities.propose(call.tx(), call.changes().secondary(), new Proposal(
                body.externalId(), body.householdId().value(), body.dependentPersonId().value(), authorized(body.authorized()),
                acting(call, body.actingPersonId()), body.taskId() == null ? null : body.taskId().value())));
        call.created(authority.id(), authority);
        return Reply.created("/api/v1/runtime/pickup-authorities/" + authority.id(), authority);
    }

    @Override
    public Reply<Page<PickupAuthority>> listPickupAuthorities(Call call, ListPickupAuthoritiesQuery query) {
        var filter = new Filter(
                query.externalId(), query.householdId() == null ? null : query.householdId().value(),
                query.dependentPersonId() == null ? null : query.dependentPersonId().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(store.list(call.tx(), call.page(), filter).map(PickupViews::toApi));
    }

    @Override
    public Reply<PickupAuthority> getPickupAuthority(Call call, PickupAuthorityId pickupAuthorityId) {
        return shown(Require.found(store.get(call.tx(), pickupAuthorityId.value())));
    }

    @Override
    public Reply<PickupAuthority> confirmPickupAuthority(Call call, PickupAuthorityId pickupAuthorityId, PickupConfirmation body) {
        return shown(authorities.confirm(call.tx(), call.changes(), locked(call, pickupAuthorityId), body.actingPersonId().value()));
    }

    @Override
    public Reply<PickupAuthority> withdrawPickupAuthority(Call call, PickupAuthorityId pickupAuthorityId, @Nullable PickupActing body) {
        var acting = acting(call, body == null ? null : body.actingPersonId());
        return shown(authorities.withdraw(call.tx(), call.changes(), locked(call, pickupAuthorityId), acting));
    }

    @Override
    public Reply<PickupAuthority> endPickupAuthority(Call call, PickupAuthorityId pickupAuthorityId, @Nullable PickupActing body) {
        var acting = acting(call, body == null ? null : body.actingPersonId());
        return shown(authorities.end(call.tx(), call.changes(), locked(call, pickupAuthorityId), acting));
    }

    private Locked locked(Call call, PickupAuthorityId id) {
        var locked = authorities.lock(call.tx(), id.value());
        call.expect(locked.row().version());
        return locked;
    }

    private static Acting acting(Call call, @Nullable PersonId person) {
        return new Acting(person == null ? null : person.value(), call.caller().isMember());
    }

    private static Authorized authorized(NewAuthorizedPerson body) {
        if ((body.personId() == null) == (body.name() == null)) {
            throw Problem.VALIDATION_FAILED.at("/authorized", "Either `person_id` or `name` is required.");
        }
        if (body.personId() != null && body.phone() != null) {
            throw Problem.VALIDATION_FAILED.at("/authorized/phone", "A `phone` is only possible with a `name`; a person has one already.");
        }
        return new Authorized(body.personId() == null ? null : body.personId().value(), body.name(), body.phone());
    }

    private static Reply<PickupAuthority> shown(Row row) {
        return Reply.ok(PickupViews.toApi(row));
    }
}
