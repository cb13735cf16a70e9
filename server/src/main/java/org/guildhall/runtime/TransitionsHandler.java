package org.guildhall.runtime;

import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActorType;
import org.guildhall.api.model.Cause;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.ListOrganizationTransitionsQuery;
import org.guildhall.api.model.ListTransitionsQuery;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PlanLadderId;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.ProvisionId;
import org.guildhall.api.model.SiteId;
import org.guildhall.api.model.TierId;
import org.guildhall.api.model.Transition;
import org.guildhall.api.model.TransitionId;
import org.guildhall.api.model.TransitionKind;
import org.guildhall.api.model.TransitionState;
import org.guildhall.api.runtime.TransitionsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.References;
import org.guildhall.runtime.TransitionStore.Filter;
import org.guildhall.runtime.TransitionStore.Row;
import org.jspecify.annotations.Nullable;

/** Moves on ladders: {@code /runtime/transitions}, and an organization's own. */
final class TransitionsHandler implements TransitionsApi<Call> {

    private final TransitionStore transitions;

    TransitionsHandler(TransitionStore transitions) {
        this.transitions = transitions;
    }

    @Override
    public Reply<Page<Transition>> listOrganizationTransitions(Call call, OrganizationId organizationId, ListOrganizationTransitionsQuery query) {
        if (!transitions.organizationExists(call.tx(), organizationId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
        var filter = new Filter(
                query.externalId(), organizationId.value(), uuid(query.planLadderId()), uuid(query.grantId()),
                query.kind() == null ? null : query.kind().value(), query.cause() == null ? null : query.cause().value(),
                query.state() == null ? null : query.state().value(), query.actorType() == null ? null : query.actorType().value(),
                query.effectiveAfter(), query.effectiveBefore(), query.createdAfter(), query.createdBefore());
        return Reply.list(transitions.list(call.tx(), call.page(), filter).map(TransitionsHandler::toApi));
    }

    @Override
    public Reply<Page<Transition>> listTransitions(Call call, ListTransitionsQuery query) {
        var filter = new Filter(
                query.externalId(), uuid(query.organizationId()), uuid(query.planLadderId()), uuid(query.grantId()),
                query.kind() == null ? null : query.kind().value(), query.cause() == null ? null : query.cause().value(),
                query.state() == null ? null : query.state().value(), query.actorType() == null ? null : query.actorType().value(),
                query.effectiveAfter(), query.effectiveBefore(), query.createdAfter(), query.createdBefore());
        return Reply.list(transitions.list(call.tx(), call.page(), filter).map(TransitionsHandler::toApi));
    }

    @Override
    public Reply<Transition> getTransition(Call call, TransitionId transitionId) {
        return Reply.ok(toApi(References.found(transitions.get(call.tx(), transitionId.value()))));
    }

    static Transition toApi(Row row) {
        return new Transition(
                new TransitionId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new PoolId(row.poolId()),
                new PlanLadderId(row.ladderId()), TransitionKind.fromValue(row.kind()), tier(row.fromTierId()), tier(row.toTierId()),
                provision(row.fromProvisionId()), provision(row.toProvisionId()), Cause.fromValue(row.cause()),
                row.grantId() == null ? null : new GrantId(row.grantId()), ActorType.fromValue(row.actorType()),
                row.actorId() == null ? null : new ConsumerId(row.actorId()), row.reason(), row.forced(),
                row.keepSiteIds().stream().map(SiteId::new).toList(), TransitionState.fromValue(row.state()), row.effectiveAt(),
                row.canceledAt(), row.cancelReason(), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable TierId tier(@Nullable UUID id) {
        return id == null ? null : new TierId(id);
    }

    private static @Nullable ProvisionId provision(@Nullable UUID id) {
        return id == null ? null : new ProvisionId(id);
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
