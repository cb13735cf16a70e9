package org.guildhall.runtime.people;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.api.Id;
import org.guildhall.api.model.Household;
import org.guildhall.api.model.Organization;
import org.guildhall.api.model.Person;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.runtime.imports.Members;
import org.guildhall.runtime.pickups.PickupAuthorities;
import org.guildhall.runtime.plans.Pools;

/** Wires the part {@code people}: persons, organizations and the relations between them. */
public final class PeopleModule {

    private final Keys keys;
    private final PersonStore persons = new PersonStore();
    private final PersonIdentityStore identities = new PersonIdentityStore();
    private final OrganizationStore organizations = new OrganizationStore();
    private final MembershipStore memberships = new MembershipStore();
    private final InvitationStore invitations = new InvitationStore();
    private final HouseholdStore households = new HouseholdStore();
    private final HouseholdMemberStore householdMembers = new HouseholdMemberStore();
    private final Organizations organizationRules;
    private final Households householdRules;
    private final People people;

    /**
     * @param keys the keys that sign invitation tokens
     * @param archived gets the id of each person who is archived, in the same transaction
     */
    public PeopleModule(Keys keys, Pools pools, PickupAuthorities pickups, BiConsumer<Tx, UUID> archived) {
        this.keys = keys;
        this.householdRules = new Households(persons, households, householdMembers, pickups);
        this.organizationRules = new Organizations(organizations, invitations, pools);
        this.people = new People(persons, identities, organizationRules,
                new PersonArchiving(organizations, memberships, organizationRules, householdRules, archived));
    }

    /** The persons and households that an import creates and changes. */
    public Members members() {
        return new MemberImport(people, persons, householdRules, households, householdMembers);
    }

    /** Binds the operations of this part, declares its constraints, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        var routes = api.routes();
        var membershipRules = new MembershipRules(persons, organizations, memberships);
        new PersonsHandler(persons, people).bind(routes);
        new PersonIdentitiesHandler(persons, identities).bind(routes);
        new OrganizationsHandler(organizations, organizationRules).bind(routes);
        new WorkspacesHandler(organizations, new WorkspaceStore()).bind(routes);
        new MembershipsHandler(organizations, memberships, membershipRules).bind(routes);
        new InvitationsHandler(keys, organizations, invitations, membershipRules).bind(routes);
        new HouseholdsHandler(households, householdMembers, householdRules).bind(routes);
        new HouseholdMembersHandler(households, householdMembers, householdRules).bind(routes);
        api.constraints()
                .on("memberships_one_at_a_time", Problem.ALREADY_EXISTS, "/person_id", "The person is a member of the organization already.")
                .on("household_members_once", Problem.ALREADY_EXISTS, "/person_id", "The person is a member of the household already.");
        api.expansions().offer("person", "per", (tx, ids) -> byId(persons.getAll(tx, ids), PeopleViews::toApi, Person::id));
        api.expansions().offer("organization", "org", (tx, ids) -> byId(organizations.getAll(tx, ids), PeopleViews::toApi, Organization::id));
        api.expansions().offer("household", "hou", (tx, ids) -> byId(households.getAll(tx, ids), PeopleViews::toApi, Household::id));
    }

    /** Resources in their wire form, by the text of their ids. */
    private static <R, T> Map<String, T> byId(List<R> rows, Function<R, T> toApi, Function<T, Id> id) {
        return rows.stream().map(toApi).collect(Collectors.toMap(resource -> id.apply(resource).toString(), Function.identity()));
    }
}
