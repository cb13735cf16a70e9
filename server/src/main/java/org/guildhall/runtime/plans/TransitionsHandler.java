package org.guildhall.runtime.plans;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListOrganizationTransitionsQuery;
import org.guildhall.api.model.ListTransitionsQuery;
import org.guildhall.api.model.NewTransition;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.SiteId;
import org.guildhall.api.model.Transition;
import org.guildhall.api.model.TransitionCancellation;
import org.guildhall.api.model.TransitionId;
import org.guildhall.api.runtime.TransitionsApi;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.plans.TransitionRequests.TransitionRequest;
import org.guildhall.runtime.plans.TransitionStore.Filter;
import org.guildhall.runtime.plans.TransitionStore.Row;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Transitions: {@code /runtime/transitions}, {@code /runtime/organizations/{organization_id}/transitions}. */
final class TransitionsHandler implements TransitionsApi<Call> {

    private final TransitionStore transitions;
    private final Pools pools;
    private final ProjectedReads reads;
    private final TransitionWriter writer;
    private final TransitionRequests requests;
    private final SitesOfPool sites;

    TransitionsHandler(TransitionStore transitions, Pools pools, ProjectedReads reads, TransitionWriter writer, TransitionRequests requests, SitesOfPool sites) {
        this.transitions = transitions;
        this.pools = pools;
        this.reads = reads;
        this.writer = writer;
        this.requests = requests;
        this.sites = sites;
    }

    @Override
    public Reply<Transition> createTransition(Call call, OrganizationId organizationId, NewTransition body) {
        var actor = call.actor();
        var request = request(body);
        wellFormed(request, actor);
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId.value());
        var ladder = requests.ladder(batch, request);
        batch.send(call.tx());
        var locked = Require.found(lock.applied(call.tx(), call.changes()));
        call.expect(locked.version());
        requireOwn(call, locked, request.keepSiteIds());
        var transition = PlanViews.toApi(requests.move(call.tx(), call.changes(), locked, actor, request, ladder.get()));
        return Reply.created("/api/v1/runtime/transitions/" + transition.id(), transition);
    }

    @Override
    public Reply<Transition> cancelTransition(Call call, TransitionId transitionId, TransitionCancellation body) {
        var id = transitionId.value();
        var organizationId = Require.found(transitions.get(call.tx(), id)).organizationId();
        var locked = Require.found(pools.lock(call.tx(), call.changes(), organizationId));
        var before = Require.found(transitions.get(call.tx(), id));
        call.expect(before.version());
        if (!before.state().equals("scheduled")) {
            throw Problem.INVALID_STATE.because("Only a scheduled transition can be canceled; this one is " + before.state() + ".");
        }
        if (before.grantId() != null) {
            throw Problem.INVALID_STATE.because("The transition belongs to a grant: change the grant's `ends_at`, or revoke it.");
        }
        var transition = PlanViews.toApi(writer.drop(call.tx(), call.changes(), locked, id, body.reason(), locked.now()));
        pools.changed(call.tx(), call.changes(), locked, locked, List.of());
        return Reply.ok(transition);
    }

    @Override
    public Reply<Page<Transition>> listOrganizationTransitions(Call call, OrganizationId organizationId, ListOrganizationTransitionsQuery query) {
        var filter = new Filter(
                query.externalId(), organizationId.value(), uuid(query.planLadderId()), uuid(query.grantId()),
                query.kind() == null ? null : query.kind().value(), query.cause() == null ? null : query.cause().value(),
                query.state() == null ? null : query.state().value(), query.actorType() == null ? null : query.actorType().value(),
                new TimeWindow(query.effectiveAfter(), query.effectiveFrom(), query.effectiveBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = page(call, filter);
        // Checked for an empty page only, so that other pages take one round trip.
        if (page.data().isEmpty() && !transitions.organizationExists(call.tx(), organizationId.value())) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.list(page.map(PlanViews::toApi));
    }

    @Override
    public Reply<Page<Transition>> listTransitions(Call call, ListTransitionsQuery query) {
        var filter = new Filter(
                query.externalId(), uuid(query.organizationId()), uuid(query.planLadderId()), uuid(query.grantId()),
                query.kind() == null ? null : query.kind().value(), query.cause() == null ? null : query.cause().value(),
                query.state() == null ? null : query.state().value(), query.actorType() == null ? null : query.actorType().value(),
                new TimeWindow(query.effectiveAfter(), query.effectiveFrom(), query.effectiveBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(page(call, filter).map(PlanViews::toApi));
    }

    @Override
    public Reply<Transition> getTransition(Call call, TransitionId transitionId) {
        var row = reads.one(
                call.tx(), projected -> transitions.projected(call.tx(), transitionId.value(), projected.transitions()),
                found -> found == null ? null : found.organizationId());
        return Reply.ok(PlanViews.toApi(Require.found(row)));
    }

    private Page<Row> page(Call call, Filter filter) {
        return reads.page(
                call.tx(), filter.organizationId(), projected -> transitions.list(call.tx(), call.page(), filter, projected.transitions()));
    }

    /** Refuses an unknown site id, since ignoring it would make another site read-only. */
    private void requireOwn(Call call, LockedPool locked, List<UUID> keepSiteIds) {
        if (keepSiteIds.isEmpty()) {
            return;
        }
        var own = sites.among(call.tx(), locked.poolId(), keepSiteIds);
        var wrong = new ArrayList<Item>();
        for (int at = 0; at < keepSiteIds.size(); at++) {
            if (!own.contains(keepSiteIds.get(at))) {
                wrong.add(Item.pointer("/keep_site_ids/" + at, "unknown_reference", "There is no such site of the organization."));
            }
        }
        ProblemException.ifAny(wrong);
    }

    private static TransitionRequest request(NewTransition body) {
        List<SiteId> keep = body.keepSiteIds() == null ? List.of() : body.keepSiteIds();
        return new TransitionRequest(
                TransitionRules.Kind.of(body.kind().value()), uuid(body.targetTierId()), uuid(body.planLadderId()), body.effectiveAt(), body.externalId(),
                body.reason(), Boolean.TRUE.equals(body.force()), keep.stream().map(SiteId::value).toList());
    }

    /** Checks the members that depend on each other, and reports all errors together. */
    private static void wellFormed(TransitionRequest request, Actor actor) {
        var wrong = new ArrayList<Item>();
        if (request.kind() == TransitionRules.Kind.END && request.targetTierId() != null) {
            wrong.add(Item.pointer("/target_tier_id", "other_kind", "`target_tier_id` must be absent for kind `end`, which leads to the default tier."));
        }
        if (request.kind() != TransitionRules.Kind.END && request.targetTierId() == null) {
            wrong.add(Item.pointer("/target_tier_id", "required", "`target_tier_id` is required, except for kind `end`."));
        }
        if (request.force() && !actor.type().equals("operator")) {
            wrong.add(Item.pointer("/force", "operators_only", "`force` is only allowed for operators."));
        }
        if (request.force() && (request.reason() == null || request.reason().isBlank())) {
            wrong.add(Item.pointer("/reason", "required", "`reason` is required with `force`."));
        }
        ProblemException.ifAny(wrong);
    }

    private static @Nullable UUID uuid(@Nullable Id id) {
        return id == null ? null : id.value();
    }
}
