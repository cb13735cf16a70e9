package org.guildhall.runtime.sites;

import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.GetSiteQuery;
import org.guildhall.api.model.ListSitesQuery;
import org.guildhall.api.model.NewSite;
import org.guildhall.api.model.Site;
import org.guildhall.api.model.SiteId;
import org.guildhall.api.model.SitePatch;
import org.guildhall.api.model.SiteStateChange;
import org.guildhall.api.model.WorkspaceId;
import org.guildhall.api.runtime.SitesApi;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteStore.Filter;
import org.guildhall.runtime.sites.SiteStore.Row;
import org.guildhall.runtime.sites.SiteStore.Values;
import org.guildhall.runtime.usage.LimitExceeded;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.guildhall.runtime.usage.UsageThresholds;
import org.jspecify.annotations.Nullable;

/** Sites of integrations and their states: {@code /runtime/sites}. The code is the same for all integrations. */
final class SitesHandler implements SitesApi<Call> {

    private static final String BASE = "/api/v1/runtime/sites/";

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore counters;
    private final SiteStore sites;
    private final UsageThresholds thresholds;

    SitesHandler(Catalog catalog, Pools pools, UsageCounterStore counters, SiteStore sites, UsageThresholds thresholds) {
        this.catalog = catalog;
        this.pools = pools;
        this.counters = counters;
        this.sites = sites;
        this.thresholds = thresholds;
    }

    @Override
    public Reply<Site> createSite(Call call, NewSite body) {
        var pool = Require.named(pools.lock(call.tx(), call.changes(), body.organizationId().value()), "/organization_id", "organization");
        var values = new Values(body.externalId(), value(body.workspaceId()), body.name(), body.domain());
        var batch = new Batch();
        var lockedIntegration = catalog.lockIntegrationShared(batch, body.integrationId().value());
        var lockedWorkspace = lockWorkspace(batch, values.workspaceId(), pool.organizationId());
        var used = sites.count(batch, pool.poolId(), body.integrationId().value());
        batch.send(call.tx());
        var integration = Require.named(lockedIntegration.get(), "/integration_id", "integration");
        if (integration.sitesKey() == null) {
            throw Problem.VALIDATION_FAILED.because("The integration doesn't have sites.").with(Item.pointer(
                    "/integration_id", "no_sites", "The integration registers no resource key " + integration.key() + ".sites of the kind limit."));
        }
        var workspace = lockedWorkspace.get();
        Require.active(pool.organizationState(), "/organization_id", "organization");
        Require.active(integration.state(), "/integration_id", "integration");
        requireActive(workspace);
        var reachedThresholds = admitSite(call.tx(), pool, used.get(), integration.sitesKey());
        var site = SiteViews.toApi(sites.insert(call.tx(), pool.organizationId(), pool.poolId(), integration.id(), values, pool.now()));
        call.created(site.id(), site);
        reachedThresholds.record(call.changes());
        return Reply.created(BASE + site.id(), site);
    }

    @Override
    public Reply<Page<Site>> listSites(Call call, ListSitesQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(), value(query.workspaceId()),
                query.integrationId() == null ? null : query.integrationId().value(), query.state() == null ? null : query.state().value(),
                query.domain(),
                new TimeWindow(query.stateSinceAfter(), query.stateSinceFrom(), query.stateSinceBefore()),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()), query.at());
        return Reply.list(sites.list(call.tx(), call.page(), filter).map(SiteViews::toApi));
    }

    @Override
    public Reply<Site> getSite(Call call, SiteId siteId, GetSiteQuery query) {
        var row = query.at() == null ? sites.get(call.tx(), siteId.value()) : sites.get(call.tx(), siteId.value(), query.at());
        return Reply.ok(SiteViews.toApi(Require.found(row)));
    }

    @Override
    public Reply<Site> updateSite(Call call, SiteId siteId, Patch<SitePatch> patch) {
        var before = lock(call, siteId);
        var current = new SitePatch(
                before.externalId(), before.workspaceId() == null ? null : new WorkspaceId(before.workspaceId()), before.name(), before.domain());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(SiteViews.toApi(before));
        }
        boolean sameWorkspace = Objects.equals(wanted.workspaceId(), current.workspaceId());
        var batch = new Batch();
        var lockedWorkspace = lockWorkspace(batch, sameWorkspace ? null : value(wanted.workspaceId()), before.organizationId());
        batch.send(call.tx());
        var workspace = lockedWorkspace.get();
        if (before.state().equals("removed")) {
            throw Problem.INVALID_STATE.because("The site is removed.");
        }
        requireActive(workspace);
        var values = new Values(wanted.externalId(), value(wanted.workspaceId()), wanted.name(), wanted.domain());
        return changed(call, before, sites.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Site> startSiteProvisioning(Call call, SiteId siteId) {
        var pool = lockPool(call, siteId);
        var before = lock(call, siteId);
        Require.active(pool.organizationState(), "organization");
        return changed(call, pool, before, "provisioning", null);
    }

    @Override
    public Reply<Site> activateSite(Call call, SiteId siteId) {
        var pool = lockPool(call, siteId);
        var before = lock(call, siteId);
        Require.active(pool.organizationState(), "organization");
        SiteLifecycle.requireTransition(before.state(), "active");
        if (before.counts()) {
            return changed(call, pool, before, "active", null);
        }
        var batch = new Batch();
        var lockedIntegration = catalog.lockIntegrationShared(batch, before.integrationId());
        var used = sites.count(batch, pool.poolId(), before.integrationId());
        batch.send(call.tx());
        var integration = Require.found(lockedIntegration.get());
        Require.active(integration.state(), "integration");
        var reachedThresholds = integration.sitesKey() == null
                ? UsageThresholds.ThresholdChanges.NOTHING
                : admitSite(call.tx(), pool, used.get(), integration.sitesKey());
        var reply = changed(call, pool, before, "active", null);
        reachedThresholds.record(call.changes());
        return reply;
    }

    @Override
    public Reply<Site> makeSiteReadOnly(Call call, SiteId siteId, SiteStateChange body) {
        var pool = lockPool(call, siteId);
        return changed(call, pool, lock(call, siteId), "read_only", body.reason());
    }

    @Override
    public Reply<Site> removeSite(Call call, SiteId siteId, SiteStateChange body) {
        var pool = lockPool(call, siteId);
        return changed(call, pool, lock(call, siteId), "removed", body.reason());
    }

    /** Locks the pool of a site's organization. The pool is locked before the site, as in {@link SiteLimits}. */
    private LockedPool lockPool(Call call, SiteId siteId) {
        var site = Require.found(sites.get(call.tx(), siteId.value()));
        return Objects.requireNonNull(pools.lock(call.tx(), call.changes(), site.organizationId()));
    }

    private Row lock(Call call, SiteId siteId) {
        var row = Require.found(sites.lock(call.tx(), siteId.value()));
        call.expect(row.version());
        return row;
    }

    /**
     * Checks that the organization can have one more site of an integration, and stores the thresholds that the site reaches.
     *
     * @param used the number of its sites that count against the limit
     * @throws ProblemException {@code entitlement_exceeded} if the limit is reached
     */
    private UsageThresholds.ThresholdChanges admitSite(Tx tx, LockedPool pool, long used, String sitesKey) {
        var rule = Objects.requireNonNull(counters.entitlements(tx, List.of(pool.poolId()), List.of(sitesKey), pool.now()).get(pool.poolId()))
                .rule(sitesKey, null);
        if (rule == null || !rule.decide(used, 1).allows()) {
            long limit = rule == null ? 0 : Objects.requireNonNull(rule.limit());
            throw LimitExceeded.refusal(List.of(LimitExceeded.of(pool.organizationId(), sitesKey, null, limit, used)));
        }
        return thresholds.changed(tx, pool, rule, used, used + 1);
    }

    /** Adds the lock of a workspace. The result checks that it belongs to the organization. */
    private Supplier<SiteStore.@Nullable Workspace> lockWorkspace(Batch batch, @Nullable UUID workspaceId, UUID organizationId) {
        if (workspaceId == null) {
            return () -> null;
        }
        var locked = sites.lockWorkspaceShared(batch, workspaceId);
        return () -> {
            var workspace = locked.get();
            boolean belongs = workspace != null && workspace.organizationId().equals(organizationId);
            return Require.named(belongs ? workspace : null, "/workspace_id", "workspace of the organization");
        };
    }

    private static void requireActive(SiteStore.@Nullable Workspace workspace) {
        if (workspace != null) {
            Require.active(workspace.state(), "/workspace_id", "workspace");
        }
    }

    private Reply<Site> changed(Call call, LockedPool pool, Row before, String state, @Nullable String reason) {
        SiteLifecycle.requireTransition(before.state(), state);
        return changed(call, before, sites.changeState(call.tx(), List.of(before.id()), state, reason, pool.now()).getFirst());
    }

    private static Reply<Site> changed(Call call, Row before, Row after) {
        var site = SiteViews.toApi(after);
        call.changed(site.id(), SiteViews.toApi(before), site);
        return Reply.ok(site);
    }

    private static @Nullable UUID value(@Nullable WorkspaceId id) {
        return id == null ? null : id.value();
    }
}
