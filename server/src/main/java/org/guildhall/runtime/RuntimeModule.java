package org.guildhall.runtime;

import static org.guildhall.core.problem.Problem.ALREADY_EXISTS;
import static org.guildhall.core.problem.Problem.CONFLICT;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Id;
import org.guildhall.api.model.Household;
import org.guildhall.api.model.Organization;
import org.guildhall.api.model.Person;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.Spec;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.entitlements.EntitlementStore;
import org.guildhall.runtime.entitlements.Entitlements;
import org.guildhall.runtime.entitlements.EntitlementsHandler;
import org.guildhall.runtime.sites.SiteLimitJob;
import org.guildhall.runtime.entitlements.UsageSnapshotStore;
import org.guildhall.runtime.imports.ImportsModule;
import org.guildhall.runtime.people.HouseholdMemberStore;
import org.guildhall.runtime.people.HouseholdMembersHandler;
import org.guildhall.runtime.people.HouseholdStore;
import org.guildhall.runtime.people.Households;
import org.guildhall.runtime.people.HouseholdsHandler;
import org.guildhall.runtime.people.InvitationStore;
import org.guildhall.runtime.people.InvitationsHandler;
import org.guildhall.runtime.people.MemberImport;
import org.guildhall.runtime.people.MembershipRules;
import org.guildhall.runtime.people.MembershipStore;
import org.guildhall.runtime.people.MembershipsHandler;
import org.guildhall.runtime.people.OrganizationStore;
import org.guildhall.runtime.people.Organizations;
import org.guildhall.runtime.people.OrganizationsHandler;
import org.guildhall.runtime.people.People;
import org.guildhall.runtime.people.PersonArchiving;
import org.guildhall.runtime.people.PersonIdentitiesHandler;
import org.guildhall.runtime.people.PersonIdentityStore;
import org.guildhall.runtime.people.PersonStore;
import org.guildhall.runtime.people.PersonsHandler;
import org.guildhall.runtime.people.WorkspaceStore;
import org.guildhall.runtime.people.WorkspacesHandler;
import org.guildhall.runtime.plans.DefaultGrantBackfills;
import org.guildhall.runtime.plans.DueTransitionsJob;
import org.guildhall.runtime.plans.GrantIssuance;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.GrantTerms;
import org.guildhall.runtime.plans.GrantsHandler;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.plans.PoolsHandler;
import org.guildhall.runtime.plans.ProjectedReads;
import org.guildhall.runtime.plans.ProvisionStore;
import org.guildhall.runtime.plans.ProvisionsHandler;
import org.guildhall.runtime.plans.TransitionRequests;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.plans.TransitionWriter;
import org.guildhall.runtime.plans.TransitionsHandler;
import org.guildhall.runtime.sites.SiteLimits;
import org.guildhall.runtime.sites.SiteStore;
import org.guildhall.runtime.sites.SitesHandler;
import org.guildhall.runtime.usage.UsageCounterStore;
import org.guildhall.runtime.usage.UsageHandler;
import org.guildhall.runtime.usage.UsageRecorder;
import org.guildhall.runtime.usage.UsageStore;
import org.guildhall.runtime.usage.UsageThresholdStore;
import org.guildhall.runtime.usage.UsageThresholds;

/** Wires the runtime room: who is there, and what they hold and use. */
public final class RuntimeModule {

    private final Db db;
    private final Db jobs;
    private final Keys keys;
    private final Platform platform;
    private final Spec spec;
    private final TaskQueue work;
    private final JobTransactions unattended;
    private final DefaultGrantBackfills backfills;
    private final Catalog catalog = new Catalog();
    private final Entitlements entitlements = new Entitlements(new EntitlementStore());
    private final ProvisionStore provisions = new ProvisionStore();
    private final TransitionStore transitions = new TransitionStore();
    private final GrantStore grants = new GrantStore();
    private final TransitionWriter moves = new TransitionWriter(provisions, transitions, grants);
    private final PersonStore persons = new PersonStore();
    private final PersonIdentityStore identities = new PersonIdentityStore();
    private final OrganizationStore organizations = new OrganizationStore();
    private final MembershipStore memberships = new MembershipStore();
    private final UsageCounterStore meter = new UsageCounterStore();
    private final SiteStore sites = new SiteStore();
    private final Pools pools = new Pools(catalog, moves, new SiteLimits(catalog, meter, sites), new UsageSnapshotStore());
    private final InvitationStore invitations = new InvitationStore();
    private final HouseholdStore households = new HouseholdStore();
    private final HouseholdMemberStore householdMembers = new HouseholdMemberStore();
    private final Organizations making = new Organizations(organizations, invitations, pools);
    private final Households living = new Households(persons, households, householdMembers);
    private final People people =
            new People(persons, identities, making, new PersonArchiving(organizations, memberships, householdMembers, making, living));

    /** @param jobs where the room's own work is done */
    public RuntimeModule(Db db, Db jobs, Keys keys, Platform platform, Spec spec, TaskQueue work) {
        this.db = db;
        this.jobs = jobs;
        this.keys = keys;
        this.platform = platform;
        this.spec = spec;
        this.work = work;
        this.unattended = new JobTransactions(jobs);
        this.backfills = new DefaultGrantBackfills(jobs, platform, unattended, catalog, pools);
    }

    /** What other rooms may ask. */
    public Runtime door() {
        return new Runtime();
    }

    /** Binds the room's operations, tells what its constraints mean, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        people(api);
        moves(api);
        entitlements(api);
        usage(api);
        imports(api);
    }

    /** Has the room's own work done. */
    public void schedule(TaskQueue work) {
        new DueTransitionsJob(jobs, platform, unattended, transitions, grants, pools).schedule(work);
        new SiteLimitJob(jobs, platform, unattended, meter, pools).schedule(work);
        backfills.schedule(work);
    }

    /** What the catalog's default-grant policies do to organizations that were there before them. */
    public Catalog.Backfills backfills() {
        return backfills;
    }

    private void people(Api api) {
        var routes = api.routes();
        var belonging = new MembershipRules(persons, organizations, memberships);
        new PersonsHandler(persons, people).bind(routes);
        new PersonIdentitiesHandler(persons, identities).bind(routes);
        new OrganizationsHandler(organizations, making).bind(routes);
        new WorkspacesHandler(organizations, new WorkspaceStore()).bind(routes);
        new MembershipsHandler(organizations, memberships, belonging).bind(routes);
        new InvitationsHandler(keys, organizations, invitations, belonging).bind(routes);
        new HouseholdsHandler(households, householdMembers, living).bind(routes);
        new HouseholdMembersHandler(households, householdMembers, living).bind(routes);
        api.constraints()
                .on("memberships_one_at_a_time", ALREADY_EXISTS, "/person_id", "The person belongs to the organization already.")
                .on("household_members_once", ALREADY_EXISTS, "/person_id", "The person belongs to the household already.");
        api.expansions().offer("person", "per", (tx, ids) -> byId(persons.getAll(tx, ids), PersonsHandler::toApi, Person::id));
        api.expansions().offer("organization", "org", (tx, ids) -> byId(organizations.getAll(tx, ids), OrganizationsHandler::toApi, Organization::id));
        api.expansions().offer("household", "hou", (tx, ids) -> byId(households.getAll(tx, ids), HouseholdsHandler::toApi, Household::id));
    }

    /** Resources in their wire form, by the text of their ids. */
    private static <R, T> Map<String, T> byId(List<R> rows, Function<R, T> toApi, Function<T, Id> id) {
        return rows.stream().map(toApi).collect(Collectors.toMap(resource -> id.apply(resource).toString(), Function.identity()));
    }

    private void moves(Api api) {
        new PoolsHandler(pools).bind(api.routes());
        var outlook = new ProjectedReads(pools);
        new ProvisionsHandler(provisions, transitions, outlook).bind(api.routes());
        var moving = new TransitionRequests(catalog, pools, moves, entitlements::obstacles);
        new TransitionsHandler(transitions, pools, outlook, moves, moving, sites::ofPool).bind(api.routes());
        new GrantsHandler(grants, pools, outlook, new GrantIssuance(catalog, pools, moves, grants), new GrantTerms(pools, moves, grants)).bind(api.routes());
        api.constraints()
                .on("transitions_one_at_an_instant", CONFLICT, null, "Another transition on the ladder takes effect at the same instant.")
                .on("provisions_one_plan_per_ladder", CONFLICT, null, "The organization has a plan on the ladder at that time.");
    }

    private void entitlements(Api api) {
        new EntitlementsHandler(entitlements).bind(api.routes());
    }

    private void usage(Api api) {
        var events = new UsageStore();
        var reached = new UsageThresholdStore();
        var thresholds = new UsageThresholds(reached);
        new UsageHandler(catalog, new UsageRecorder(catalog, pools, meter, events, thresholds), events, reached).bind(api.routes());
        new SitesHandler(catalog, pools, meter, sites, thresholds).bind(api.routes());
        // Handlers and rules look before they leap; this is what holds all the same.
        var reported = "Usage was reported for a resource key: it can't leave.";
        api.constraints()
                .on("usage_events_resource_key", Problem.IN_USE, null, reported)
                .on("usage_levels_resource_key", Problem.IN_USE, null, reported)
                .on("usage_days_resource_key", Problem.IN_USE, null, reported)
                .on("usage_quarters_resource_key", Problem.IN_USE, null, reported)
                .on("usage_thresholds_resource_key", Problem.IN_USE, null, reported)
                .on("usage_levels_level", Problem.CONFLICT, null, "More than can be counted, or less than nothing, would be in use.")
                .on("usage_days_quantity", Problem.CONFLICT, null, "More than can be counted would have been used on one day.")
                .on("usage_quarters_quantity", Problem.CONFLICT, null, "More than can be counted would have been used in a quarter of an hour.")
                .on("sites_domain", Problem.ALREADY_EXISTS, "/domain", "Another site has this host name.");
    }

    private void imports(Api api) {
        var members = new MemberImport(people, persons, living, households, householdMembers);
        new ImportsModule(db, jobs, platform, members).bind(api, spec, work);
    }
}
