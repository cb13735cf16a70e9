package org.guildhall.runtime.sites;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
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
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.runtime.plans.LockedPool;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.sites.SiteStore.Filter;
import org.guildhall.runtime.sites.SiteStore.Row;
import org.guildhall.runtime.sites.SiteStore.Values;
import org.guildhall.runtime.usage.LimitExceeded;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.guildhall.runtime.usage.UsageRules;
import org.guildhall.runtime.usage.UsageRules.Cleared;
import org.guildhall.runtime.usage.UsageRules.CounterState;
import org.guildhall.runtime.usage.UsageRules.Reached;
import org.guildhall.runtime.usage.UsageRules.UsageCounter;
import org.guildhall.runtime.usage.UsageThresholds;
import org.jspecify.annotations.Nullable;

/** Sites of integrations and their workflow: {@code /runtime/sites}. What an integration is called or does, nobody here knows. */
final class SitesHandler implements SitesApi<Call> {

    private static final String BASE = "/api/v1/runtime/sites/";

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore meter;
    private final SiteStore sites;
    private final UsageThresholds thresholds;

    SitesHandler(Catalog catalog, Pools pools, UsageCounterStore meter, SiteStore sites, UsageThresholds thresholds) {
        this.catalog = catalog;
        this.pools = pools;
        this.meter = meter;
        this.sites = sites;
        this.thresholds = thresholds;
    }

    @Override
    public Reply<Site> createSite(Call call, NewSite body) {
        var held = Require.named(pools.lock(call.tx(), call.changes(), body.organizationId().value()), "/organization_id", "organization");
        var integration = Require.named(catalog.keepIntegration(call.tx(), body.integrationId().value()), "/integration_id", "integration");
        if (integration.sitesKey() == null) {
            throw Problem.VALIDATION_FAILED.because("The integration has no sites.").with(Item.pointer(
                    "/integration_id", "no_sites", "The integration registers no resource key " + integration.key() + ".sites of the kind limit."));
        }
        var values = new Values(body.externalId(), value(body.workspaceId()), body.name(), body.domain());
        var workspace = keepWorkspace(call.tx(), values.workspaceId(), held.organizationId());
        Require.active(held.organizationState(), "/organization_id", "organization");
        Require.active(integration.state(), "/integration_id", "integration");
        requireActive(workspace);
        var told = take(call.tx(), held, integration.id(), integration.sitesKey());
        var site = SiteViews.toApi(sites.insert(call.tx(), held.organizationId(), held.poolId(), integration.id(), values, held.now()));
        call.created(site.id(), site);
        told.tell(call.changes());
        return Reply.created(BASE + site.id(), site);
    }

    @Override
    public Reply<Page<Site>> listSites(Call call, ListSitesQuery query) {
        var filter = new Filter(
                query.externalId(), query.organizationId() == null ? null : query.organizationId().value(), value(query.workspaceId()),
                query.integrationId() == null ? null : query.integrationId().value(), query.state() == null ? null : query.state().value(),
                query.domain(),
                new TimeWindow(query.stateSinceAfter(), query.stateSinceFrom(), query.stateSinceBefore()), new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()), query.at());
        return Reply.list(sites.list(call.tx(), call.page(), filter).map(SiteViews::toApi));
    }

    @Override
    public Reply<Site> getSite(Call call, SiteId siteId, GetSiteQuery query) {
        var row = query.at() == null ? sites.get(call.tx(), siteId.value()) : sites.get(call.tx(), siteId.value(), query.at());
        return Reply.ok(SiteViews.toApi(Require.found(row)));
    }

    @Override
    public Reply<Site> updateSite(Call call, SiteId siteId, Patch<SitePatch> patch) {
        var before = locked(call, siteId);
        var current = new SitePatch(
                before.externalId(), before.workspaceId() == null ? null : new WorkspaceId(before.workspaceId()), before.name(), before.domain());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(SiteViews.toApi(before));
        }
        boolean stays = Objects.equals(wanted.workspaceId(), current.workspaceId());
        var workspace = stays ? null : keepWorkspace(call.tx(), value(wanted.workspaceId()), before.organizationId());
        if (before.state().equals("removed")) {
            throw Problem.INVALID_STATE.because("The site is removed.");
        }
        requireActive(workspace);
        var values = new Values(wanted.externalId(), value(wanted.workspaceId()), wanted.name(), wanted.domain());
        return changed(call, before, sites.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Site> startSiteProvisioning(Call call, SiteId siteId) {
        var held = held(call, siteId);
        var before = locked(call, siteId);
        Require.active(held.organizationState(), "organization");
        return changed(call, held, before, "provisioning", null);
    }

    @Override
    public Reply<Site> activateSite(Call call, SiteId siteId) {
        var held = held(call, siteId);
        var before = locked(call, siteId);
        Require.active(held.organizationState(), "organization");
        SiteLifecycle.require(before.state(), "active");
        if (before.counts()) {
            return changed(call, held, before, "active", null);
        }
        var integration = Require.found(catalog.keepIntegration(call.tx(), before.integrationId()));
        Require.active(integration.state(), "integration");
        var told = integration.sitesKey() == null
                ? UsageThresholds.ThresholdChanges.NOTHING
                : take(call.tx(), held, before.integrationId(), integration.sitesKey());
        var reply = changed(call, held, before, "active", null);
        told.tell(call.changes());
        return reply;
    }

    @Override
    public Reply<Site> makeSiteReadOnly(Call call, SiteId siteId, SiteStateChange body) {
        var held = held(call, siteId);
        return changed(call, held, locked(call, siteId), "read_only", body.reason());
    }

    @Override
    public Reply<Site> removeSite(Call call, SiteId siteId, SiteStateChange body) {
        var held = held(call, siteId);
        return changed(call, held, locked(call, siteId), "removed", body.reason());
    }

    /** The pool of a site's organization, held: before the site itself, as whoever settles a surplus does it. */
    private LockedPool held(Call call, SiteId siteId) {
        var site = Require.found(sites.get(call.tx(), siteId.value()));
        return Objects.requireNonNull(pools.lock(call.tx(), call.changes(), site.organizationId()));
    }

    private Row locked(Call call, SiteId siteId) {
        var row = Require.found(sites.lock(call.tx(), siteId.value()));
        call.expect(row.version());
        return row;
    }

    /**
     * Takes one more of the organization's sites of an integration.
     *
     * @return the thresholds that it reaches
     * @throws ProblemException {@code entitlement_exceeded} if there is none left
     */
    private UsageThresholds.ThresholdChanges take(Tx tx, LockedPool held, UUID integrationId, String sitesKey) {
        long used = sites.count(tx, held.poolId(), integrationId);
        var line = Objects.requireNonNull(meter.entitlements(tx, List.of(held.poolId()), List.of(sitesKey), held.now()).get(held.poolId()))
                .line(sitesKey, null);
        if (line == null || !line.decide(used, 1).allows()) {
            long limit = line == null ? 0 : Objects.requireNonNull(line.limit());
            throw LimitExceeded.refusal(List.of(LimitExceeded.of(held.organizationId(), sitesKey, null, limit, used)));
        }
        if (line.limit() == null || line.thresholdPercents().isEmpty()) {
            return UsageThresholds.ThresholdChanges.NOTHING;
        }
        var account = new UsageCounter(held.poolId(), sitesKey, null, null);
        var told = Objects.requireNonNull(meter.counters(tx, List.of(account)).get(account)).told();
        var reached = new ArrayList<Reached>();
        var cleared = new ArrayList<Cleared>();
        UsageRules.thresholds(account, line, new CounterState(used, told), used + 1, reached, cleared);
        return thresholds.write(tx, reached, cleared, null, held.now());
    }

    private SiteStore.@Nullable Workspace keepWorkspace(Tx tx, @Nullable UUID workspaceId, UUID organizationId) {
        if (workspaceId == null) {
            return null;
        }
        var workspace = sites.lockWorkspaceShared(tx, workspaceId);
        boolean ours = workspace != null && workspace.organizationId().equals(organizationId);
        return Require.named(ours ? workspace : null, "/workspace_id", "workspace of the organization");
    }

    private static void requireActive(SiteStore.@Nullable Workspace workspace) {
        if (workspace != null) {
            Require.active(workspace.state(), "/workspace_id", "workspace");
        }
    }

    private Reply<Site> changed(Call call, LockedPool held, Row before, String state, @Nullable String reason) {
        SiteLifecycle.require(before.state(), state);
        return changed(call, before, sites.changeState(call.tx(), List.of(before.id()), state, reason, held.now()).getFirst());
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
