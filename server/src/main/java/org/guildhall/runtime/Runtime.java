package org.guildhall.runtime;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.EffectiveEntitlement;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.HouseholdMemberId;
import org.guildhall.api.model.HouseholdRole;
import org.guildhall.api.model.MembershipId;
import org.guildhall.api.model.MembershipRole;
import org.guildhall.api.model.OrgTypeId;
import org.guildhall.api.model.Organization;
import org.guildhall.api.model.OverviewGrants;
import org.guildhall.api.model.OverviewHousehold;
import org.guildhall.api.model.OverviewHouseholdMember;
import org.guildhall.api.model.OverviewHouseholds;
import org.guildhall.api.model.OverviewOrgType;
import org.guildhall.api.model.OverviewPeople;
import org.guildhall.api.model.OverviewPerson;
import org.guildhall.api.model.OverviewProvisions;
import org.guildhall.api.model.OverviewSites;
import org.guildhall.api.model.OverviewTransitions;
import org.guildhall.api.model.OverviewWorkspaces;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PlanStanding;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.JoinedRead;
import org.guildhall.runtime.OverviewStore.Everything;
import org.guildhall.runtime.OverviewStore.Household;
import org.guildhall.runtime.OverviewStore.OrgType;
import org.guildhall.runtime.OverviewStore.Person;
import org.guildhall.runtime.entitlements.EntitlementViews;
import org.guildhall.runtime.entitlements.Entitlements;
import org.guildhall.runtime.entitlements.Summaries;
import org.guildhall.runtime.people.PeopleViews;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.PlanChanges;
import org.guildhall.runtime.plans.PlanViews;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.sites.SiteViews;
import org.guildhall.runtime.usage.AllowanceHolds;
import org.jspecify.annotations.Nullable;

/** The door of the runtime room: everything that other rooms may call. */
public final class Runtime {

    private final Pools pools;
    private final PlanChanges planChanges;
    private final Entitlements entitlements;
    private final AllowanceHolds holds;
    private final ContactStore contacts = new ContactStore();
    private final OrganizationReferenceStore references = new OrganizationReferenceStore();

    /** Gets each person who is archived. Implemented by the schedule room. */
    @FunctionalInterface
    public interface ArchivedPersons {

        /** Is called within the transaction that archives the person. The person is locked already, and nothing else. */
        void archived(Tx tx, UUID personId);
    }

    Runtime(Pools pools, PlanChanges planChanges, Entitlements entitlements, AllowanceHolds holds) {
        this.pools = pools;
        this.planChanges = planChanges;
        this.entitlements = entitlements;
        this.holds = holds;
    }

    /**
     * The plan that an organization's subscriptions pay for.
     *
     * @param ladderId the ladder to move on
     * @param tierId the highest paid tier; null for none
     * @param subscriptionId the subscription that the transition names as its cause
     * @param neverDown true if the present plan must not be lowered or ended
     * @param reason the transition's reason, in a sentence
     */
    public record PlanChange(UUID ladderId, @Nullable UUID tierId, UUID subscriptionId, boolean neverDown, String reason) {}

    /**
     * The outcome of a plan change.
     *
     * @param transitionId the created transition; null if the plan wasn't moved
     * @param notMovedReason why the plan wasn't moved: {@code unchanged}, {@code held_by_grant}, {@code not_lowered},
     *        {@code tier_unavailable} or {@code organization_archived}; null if it was
     */
    public record PlanChanged(@Nullable UUID transitionId, @Nullable String notMovedReason) {}

    /**
     * Moves the plan of an organization on one ladder to the paid tier, at once and with cause {@code subscription}.
     *
     * <p>Use doesn't hold the transition back, as with the end of a trial. A granted or manual plan stays unless the paid tier is higher. A
     * payment for the same tier replaces a trial or a grant. A repeated call changes nothing.
     *
     * @param changes gets the transition, the provisions and the pool
     * @throws ProblemException {@code not_found} if there is no such organization or ladder, or the tier is of another ladder
     */
    public PlanChanged changePlan(Tx tx, Changes changes, Actor actor, UUID organizationId, PlanChange change) {
        var result = planChanges.change(tx, changes, actor, organizationId,
                new PlanChanges.Request(change.ladderId(), change.tierId(), change.subscriptionId(), change.neverDown(), change.reason()));
        return new PlanChanged(result.transitionId(), result.transitionId() != null ? null : result.outcome().name().toLowerCase(Locale.ROOT));
    }

    /**
     * The result of an entitlement check.
     *
     * @param detail the reason, in a sentence
     * @param smallestTierId the tier of the smallest change that would allow it; null if it is allowed, or no change would
     */
    public record Check(boolean allowed, String detail, @Nullable UUID smallestTierId) {}

    /**
     * Checks whether an organization may use a further quantity of a resource key now. The check holds nothing.
     *
     * @throws ProblemException {@code not_found} if there is no such organization
     */
    public Check check(Tx tx, UUID organizationId, String resourceKey, long quantity) {
        var check = entitlements.check(tx, organizationId, resourceKey, quantity);
        return new Check(check.allowed(), check.detail(), check.smallestTierId());
    }

    /**
     * Locks what an organization holds until the transaction ends, and applies the transitions that are due.
     *
     * @param changes gets what the due transitions change
     * @return the present instant, after every earlier change of the pool
     * @throws ProblemException {@code not_found} if there is no such organization; {@code invalid_state} if it is archived
     */
    public Instant lockPool(Tx tx, Changes changes, UUID organizationId) {
        var pool = Require.found(pools.lock(tx, changes, organizationId));
        Require.active(pool.organizationState(), "organization");
        return pool.now();
    }

    /**
     * An allowance of which scheduled changes of an organization's plans leave less than it has now.
     *
     * @param since the instant from which there is less
     * @param period day, week, month or year
     * @param before the present limit; null for none
     * @param after the limit then; 0 if the organization isn't entitled to anything of the allowance then
     */
    public record LoweredAllowance(Instant since, String period, @Nullable Long before, long after) {}

    /**
     * Holds a quantity of an allowance for an instant, which can be in the future. It counts as used in the period of that instant.
     *
     * @param changes gets the thresholds that are reached
     * @param quantity at least 1
     * @param reference the caller's name for the hold, unique in the tenant until it is released, at most 200 characters
     * @return the periods of which there will be less at that instant; nothing for a repeated call
     * @throws ProblemException {@code not_found}, {@code invalid_state}, {@code entitlement_exceeded}, or {@code conflict} if the reference
     *         holds something else
     */
    public List<LoweredAllowance> hold(Tx tx, Changes changes, UUID organizationId, String resourceKey, long quantity, Instant at, String reference) {
        return holds.hold(tx, changes, organizationId, resourceKey, quantity, at, reference).stream()
                .map(lowered -> new LoweredAllowance(lowered.since(), lowered.period(), lowered.before(), lowered.after()))
                .toList();
    }

    /**
     * Gives a held quantity back to its period. An unknown or released reference changes nothing.
     *
     * @return true if something was given back
     * @throws ProblemException {@code invalid_state} if the hold is settled
     */
    public boolean release(Tx tx, Changes changes, String reference) {
        return holds.release(tx, changes, reference);
    }

    /**
     * Turns a held quantity into a usage event of its instant. A repeated call changes nothing.
     *
     * @throws ProblemException {@code not_found} if the reference holds nothing
     */
    public void settle(Tx tx, Changes changes, String reference) {
        holds.settle(tx, changes, reference);
    }

    /**
     * Moves a held quantity to another instant. Within its present periods it always fits.
     *
     * @param force true to exceed the allowance of the new period
     * @throws ProblemException {@code not_found}, {@code invalid_state} if the hold is settled, or {@code entitlement_exceeded}
     */
    public void moveHold(Tx tx, Changes changes, String reference, Instant at, boolean force) {
        holds.move(tx, changes, reference, at, force);
    }

    /** True if {@link #hold} would hold the quantity. Locks what the organization holds until the transaction ends. */
    public boolean hasRoom(Tx tx, Changes changes, UUID organizationId, String resourceKey, long quantity, Instant at) {
        return holds.hasRoom(tx, changes, organizationId, resourceKey, quantity, at);
    }

    /**
     * Locks what organizations hold until the transaction ends, in an order that all callers share. A transaction that holds, moves or
     * releases for several organizations locks them first.
     */
    public void lockPools(Tx tx, Collection<UUID> organizationIds) {
        holds.lock(tx, organizationIds);
    }

    /**
     * Locks what organizations hold as {@link #lockPools} does, without waiting for another transaction.
     *
     * @return false if another transaction has locked one of them
     */
    public boolean lockPoolsWithoutWaiting(Tx tx, Set<UUID> organizationIds) {
        return holds.lockWithoutWaiting(tx, organizationIds);
    }

    /** The id of an organization, archived ones included; null if there is no such organization. */
    public @Nullable UUID organization(Tx tx, UUID id) {
        return references.byId(tx, id);
    }

    /** The id of the organization with an {@code external_id}; null if there is none. */
    public @Nullable UUID organizationByExternalId(Tx tx, String externalId) {
        return references.byExternalId(tx, externalId);
    }

    /** The e-mail address of an active person; null if there is no such person or address. */
    public @Nullable String email(Tx tx, UUID personId) {
        return contacts.email(tx, personId);
    }

    /**
     * The overview of an organization.
     *
     * @param summary the plans as a sentence
     * @param version the version of the pool
     */
    public record Overview(
            Organization organization, OverviewOrgType orgType, String summary, List<PlanStanding> plans,
            List<EffectiveEntitlement> entitlements, OverviewPeople people, OverviewWorkspaces workspaces, OverviewHouseholds households,
            OverviewProvisions provisions, OverviewGrants grants, OverviewTransitions transitions, OverviewSites sites, long version) {}

    /** The rows from which {@link #overview} is made. */
    public static final class OverviewRows {

        private final Everything all;

        private OverviewRows(Everything all) {
            this.all = all;
        }

        /** True if a transition is due that the rows don't apply. They must be read as {@link #OVERVIEW_DUE} then. */
        public boolean areDue() {
            return all.entitled() != null && all.entitled().due();
        }
    }

    /** The part of a joined read with everything about an organization now; of each list the newest hundred. */
    public static final JoinedRead.Part<OverviewRows> OVERVIEW_NOW = overviewPart(OverviewStore.NOW);

    /** As {@link #OVERVIEW_NOW}, with the transitions that are due, which takes longer to read. */
    public static final JoinedRead.Part<OverviewRows> OVERVIEW_DUE = overviewPart(OverviewStore.DUE);

    /** The part of a joined read with everything about an organization at an instant. */
    public static final JoinedRead.Part<OverviewRows> OVERVIEW_THEN = overviewPart(OverviewStore.THEN);

    private static JoinedRead.Part<OverviewRows> overviewPart(JoinedRead.Part<Everything> part) {
        return new JoinedRead.Part<>(part.queries(), rows -> new OverviewRows(part.result().apply(rows)));
    }

    /**
     * The overview of an organization.
     *
     * @param at the instant of the rows; null for now
     * @throws ProblemException {@code not_found} if there is no such organization, or wasn't then; {@code invalid_parameter} for a future instant
     */
    public Overview overview(Tx tx, OverviewRows rows, @Nullable Instant at) {
        var all = rows.all.lists();
        var entitled = Entitlements.past(tx, rows.all.entitled(), at);
        var plans = entitled.plans();
        var projected = entitled.projected();
        var provisions = projected.among(all.provisions());
        return new Overview(
                PeopleViews.toApi(Require.found(all.organization())), toApi(Require.found(all.orgType())), Summaries.summary(plans, at != null),
                EntitlementViews.plans(plans, at != null), EntitlementViews.entitlements(entitled),
                new OverviewPeople(shown(all.people(), Runtime::toApi), hasMore(all.people())),
                new OverviewWorkspaces(shown(all.workspaces(), PeopleViews::toApi), hasMore(all.workspaces())),
                new OverviewHouseholds(shown(all.households(), Runtime::toApi), hasMore(all.households())),
                new OverviewProvisions(shown(provisions, PlanViews::toApi), hasMore(provisions)),
                new OverviewGrants(shown(all.grants(), row -> PlanViews.toApi(then(projected.of(row), at))), hasMore(all.grants())),
                new OverviewTransitions(
                        shown(all.transitions(), row -> PlanViews.toApi(then(projected.of(row), at))), hasMore(all.transitions())),
                new OverviewSites(shown(all.sites(), SiteViews::toApi), hasMore(all.sites())), entitled.version());
    }

    private static GrantStore.Row then(GrantStore.Row row, @Nullable Instant at) {
        return at == null ? row : row.then();
    }

    private static TransitionStore.Row then(TransitionStore.Row row, @Nullable Instant at) {
        return at == null ? row : row.then(at);
    }

    private static <R, T> List<T> shown(List<R> rows, Function<R, T> form) {
        return rows.stream().limit(OverviewStore.PART_MAX).map(form).toList();
    }

    private static boolean hasMore(List<?> rows) {
        return rows.size() > OverviewStore.PART_MAX;
    }

    private static OverviewOrgType toApi(OrgType type) {
        return new OverviewOrgType(new OrgTypeId(type.id()), type.key(), type.name(), ActiveState.fromValue(type.state()));
    }

    private static OverviewPerson toApi(Person person) {
        return new OverviewPerson(
                new PersonId(person.id()), person.name(), person.email(), ActiveState.fromValue(person.state()),
                new MembershipId(person.membershipId()), MembershipRole.fromValue(person.role()), person.startsAt(), person.endsAt());
    }

    private static OverviewHousehold toApi(Household household) {
        var members = household.members().stream()
                .limit(OverviewStore.MEMBERS_MAX)
                .map(member -> new OverviewHouseholdMember(
                        new HouseholdMemberId(member.id()), new PersonId(member.personId()), member.name(), HouseholdRole.fromValue(member.role())))
                .toList();
        return new OverviewHousehold(
                new HouseholdId(household.id()), household.name(), ActiveState.fromValue(household.state()), members,
                household.members().size() > OverviewStore.MEMBERS_MAX);
    }
}
