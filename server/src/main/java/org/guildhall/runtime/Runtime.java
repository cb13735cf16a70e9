package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
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
import org.guildhall.core.data.Tx;
import org.guildhall.runtime.OverviewStore.Household;
import org.guildhall.runtime.OverviewStore.OrgType;
import org.guildhall.runtime.OverviewStore.Person;
import org.guildhall.runtime.entitlements.EntitlementViews;
import org.guildhall.runtime.entitlements.Entitlements;
import org.guildhall.runtime.entitlements.Summaries;
import org.guildhall.runtime.people.PeopleViews;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.PlanViews;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.sites.SiteViews;
import org.jspecify.annotations.Nullable;

/** The door of the runtime room: what other rooms may ask of it. Resources come in the form in which the room itself sends them. */
public final class Runtime {

    private final OverviewStore store = new OverviewStore();

    Runtime() {}

    /**
     * What this room knows of an organization.
     *
     * @param summary its tiers in words
     * @param version its pool's
     */
    public record Overview(
            Organization organization, OverviewOrgType orgType, String summary, List<PlanStanding> plans,
            List<EffectiveEntitlement> entitlements, OverviewPeople people, OverviewWorkspaces workspaces, OverviewHouseholds households,
            OverviewProvisions provisions, OverviewGrants grants, OverviewTransitions transitions, OverviewSites sites, long version) {}

    /**
     * Everything about an organization at one instant, in one round trip; of each part the newest hundred.
     *
     * @param at null for now
     * @throws ProblemException {@code not_found} if there is no such organization, or wasn't then; {@code invalid_parameter} for an instant to come
     */
    public Overview overview(Tx tx, UUID organizationId, @Nullable Instant at) {
        var all = store.find(tx, organizationId, at);
        var entitled = Entitlements.past(tx, all.entitled(), at);
        var plans = entitled.plans();
        var foreseen = entitled.foreseen();
        var provisions = foreseen.among(all.provisions());
        return new Overview(
                PeopleViews.toApi(all.organization().getFirst()), toApi(all.orgType().getFirst()), Summaries.summary(plans, at != null),
                EntitlementViews.plans(plans, at != null), EntitlementViews.entitlements(entitled),
                new OverviewPeople(shown(all.people(), Runtime::toApi), hasMore(all.people())),
                new OverviewWorkspaces(shown(all.workspaces(), PeopleViews::toApi), hasMore(all.workspaces())),
                new OverviewHouseholds(shown(all.households(), Runtime::toApi), hasMore(all.households())),
                new OverviewProvisions(shown(provisions, PlanViews::toApi), hasMore(provisions)),
                new OverviewGrants(shown(all.grants(), row -> PlanViews.toApi(then(foreseen.of(row), at))), hasMore(all.grants())),
                new OverviewTransitions(
                        shown(all.transitions(), row -> PlanViews.toApi(then(foreseen.of(row), at))), hasMore(all.transitions())),
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
