package org.guildhall.runtime.plans;

import java.util.ArrayList;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Grant;
import org.guildhall.api.model.GrantExtension;
import org.guildhall.api.model.GrantId;
import org.guildhall.api.model.GrantKind;
import org.guildhall.api.model.GrantPatch;
import org.guildhall.api.model.GrantRevocation;
import org.guildhall.api.model.ListGrantsQuery;
import org.guildhall.api.model.NewGrant;
import org.guildhall.api.runtime.GrantsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.plans.GrantStore.Filter;
import org.guildhall.runtime.rules.CalendarTerm;
import org.guildhall.runtime.rules.ProvisionCause;
import org.jspecify.annotations.Nullable;

/** Grants: {@code /runtime/grants}. */
final class GrantsHandler implements GrantsApi<Call> {

    private final GrantStore grants;
    private final Pools pools;
    private final ProjectedReads reads;
    private final GrantIssuance granting;
    private final GrantTerms terms;

    GrantsHandler(GrantStore grants, Pools pools, ProjectedReads reads, GrantIssuance granting, GrantTerms terms) {
        this.grants = grants;
        this.pools = pools;
        this.reads = reads;
        this.granting = granting;
        this.terms = terms;
    }

    @Override
    public Reply<Grant> createGrant(Call call, NewGrant body) {
        var kind = body.kind() == null ? GrantKind.GRANT : body.kind();
        wellFormed(kind, body);
        var request = new GrantIssuance.GrantRequest(
                body.externalId(), body.productId().value(), body.tierId() == null ? null : body.tierId().value(), ProvisionCause.of(kind.value()),
                body.startsAt(), body.endsAt(), duration(body.duration()), body.renewsGrantId() == null ? null : body.renewsGrantId().value(),
                body.reason());
        var organizationId = body.organizationId().value();
        var batch = new Batch();
        var lock = pools.lock(batch, organizationId);
        var reads = granting.reads(batch, organizationId, request);
        batch.send(call.tx());
        var locked = Require.named(lock.applied(call.tx(), call.changes()), "/organization_id", "organization");
        var grant = PlanViews.toApi(granting.grant(call.tx(), call.changes(), locked, call.actor(), request, reads));
        return Reply.created("/api/v1/runtime/grants/" + grant.id(), grant);
    }

    @Override
    public Reply<Page<Grant>> listGrants(Call call, ListGrantsQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(),
                query.productId() == null ? null : query.productId().value(), query.kind() == null ? null : query.kind().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = reads.page(
                call.tx(), filter.organizationId(), projected -> grants.list(call.tx(), call.page(), filter, projected.grants()));
        return Reply.list(page.map(PlanViews::toApi));
    }

    @Override
    public Reply<Grant> getGrant(Call call, GrantId grantId) {
        var row = reads.one(
                call.tx(), projected -> grants.projected(call.tx(), grantId.value(), projected.grants()), found -> found == null ? null : found.organizationId());
        return Reply.ok(PlanViews.toApi(Require.found(row)));
    }

    /** The due changes are written first, since reads include them and {@code If-Match} has their version. */
    @Override
    public Reply<Grant> updateGrant(Call call, GrantId grantId, Patch<GrantPatch> patch) {
        var organizationId = Require.found(grants.get(call.tx(), grantId.value())).organizationId();
        var locked = Require.found(pools.lock(call.tx(), call.changes(), organizationId));
        var before = Require.found(grant(call, locked, grantId));
        call.expect(before.version());
        var current = new GrantPatch(before.externalId(), before.endsAt());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PlanViews.toApi(before));
        }
        if (!Objects.equals(wanted.endsAt(), current.endsAt())) {
            return Reply.ok(PlanViews.toApi(terms.change(call.tx(), call.changes(), locked, before, wanted.externalId(), wanted.endsAt())));
        }
        var grant = PlanViews.toApi(grants.setExternalId(call.tx(), before.id(), wanted.externalId()));
        call.changed(grant.id(), PlanViews.toApi(before), grant);
        return Reply.ok(grant);
    }

    @Override
    public Reply<Grant> revokeGrant(Call call, GrantId grantId, GrantRevocation body) {
        UUID organizationId = Require.found(grants.get(call.tx(), grantId.value())).organizationId();
        var locked = Require.found(pools.lock(call.tx(), call.changes(), organizationId));
        var before = Require.found(grant(call, locked, grantId));
        call.expect(before.version());
        if (!before.isOpen()) {
            throw Problem.INVALID_STATE.because("A grant that is over can't be revoked; this one is " + before.state() + ".");
        }
        return Reply.ok(PlanViews.toApi(granting.revoke(call.tx(), call.changes(), locked, call.actor(), before, body.reason())));
    }

    @Override
    public Reply<Grant> extendGrant(Call call, GrantId grantId, GrantExtension body) {
        if ((body.duration() == null) == (body.endsAt() == null)) {
            throw Problem.VALIDATION_FAILED.because("Either `duration` or `ends_at` is required.")
                    .with(Item.pointer("/duration", "required", "Either `duration` or `ends_at` is required."));
        }
        var length = duration(body.duration());
        UUID organizationId = Require.found(grants.get(call.tx(), grantId.value())).organizationId();
        var locked = Require.found(pools.lock(call.tx(), call.changes(), organizationId));
        var before = Require.found(grant(call, locked, grantId));
        call.expect(before.version());
        return Reply.ok(PlanViews.toApi(terms.extend(call.tx(), call.changes(), locked, before, body.endsAt(), length)));
    }

    /** The grant of a locked pool. */
    private GrantStore.@Nullable Row grant(Call call, LockedPool locked, GrantId id) {
        var known = locked.rows().grant(id.value(), locked.now());
        if (known != null) {
            return known;
        }
        var found = grants.get(call.tx(), id.value(), locked.now());
        if (found != null) {
            locked.rows().put(found);
        }
        return found;
    }

    /** Checks the members that depend on each other, and reports all errors together. */
    private static void wellFormed(GrantKind kind, NewGrant body) {
        var wrong = new ArrayList<Item>();
        if (kind == GrantKind.TRIAL && body.endsAt() == null && body.duration() == null) {
            wrong.add(Item.pointer("/ends_at", "required", "A trial must have an end."));
        }
        if (body.endsAt() != null && body.duration() != null) {
            wrong.add(Item.pointer("/duration", "exclusive", "`duration` and `ends_at` can't be combined."));
        }
        if (kind == GrantKind.TRIAL && body.renewsGrantId() != null) {
            wrong.add(Item.pointer("/renews_grant_id", "other_kind", "`renews_grant_id` is not allowed for a trial."));
        }
        ProblemException.ifAny(wrong);
    }

    private static @Nullable CalendarTerm duration(@Nullable String text) {
        var length = text == null ? null : CalendarTerm.parse(text);
        if (length != null && length.isZero()) {
            throw Problem.VALIDATION_FAILED.because("The duration is zero.").with(Item.pointer("/duration", "zero", "The duration is zero."));
        }
        return length;
    }
}
