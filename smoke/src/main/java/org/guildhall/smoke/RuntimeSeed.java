package org.guildhall.smoke;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.guildhall.client.Guildhall;
import org.guildhall.client.Domains;
import org.guildhall.client.model.EffectiveEntitlements;
import org.guildhall.client.model.Grant;
import org.guildhall.client.model.GrantRevocation;
import org.guildhall.client.model.GrantState;
import org.guildhall.client.model.Household;
import org.guildhall.client.model.HouseholdMember;
import org.guildhall.client.model.HouseholdRole;
import org.guildhall.client.model.Integration;
import org.guildhall.client.model.ListGrantsOptions;
import org.guildhall.client.model.ListHouseholdMembersOptions;
import org.guildhall.client.model.ListHouseholdsOptions;
import org.guildhall.client.model.ListMembershipsOptions;
import org.guildhall.client.model.ListOrganizationMembershipsOptions;
import org.guildhall.client.model.ListOrganizationTransitionsOptions;
import org.guildhall.client.model.ListOrganizationsOptions;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.ListSitesOptions;
import org.guildhall.client.model.ListTransitionsOptions;
import org.guildhall.client.model.ListUsageEventsOptions;
import org.guildhall.client.model.Membership;
import org.guildhall.client.model.MembershipRole;
import org.guildhall.client.model.NewGrant;
import org.guildhall.client.model.NewHousehold;
import org.guildhall.client.model.NewHouseholdMember;
import org.guildhall.client.model.NewMembership;
import org.guildhall.client.model.NewOrganization;
import org.guildhall.client.model.NewPerson;
import org.guildhall.client.model.NewPersonIdentity;
import org.guildhall.client.model.NewSite;
import org.guildhall.client.model.NewTransition;
import org.guildhall.client.model.NewUsageEvent;
import org.guildhall.client.model.NewUsageReport;
import org.guildhall.client.model.OrgType;
import org.guildhall.client.model.Organization;
import org.guildhall.client.model.Person;
import org.guildhall.client.model.Site;
import org.guildhall.client.model.SiteState;
import org.guildhall.client.model.Transition;

/**
 * Fills a tenant with persons, organizations, grants, sites and usage. It can be repeated: each resource has an {@code external_id}, is
 * looked up by it, and created only if it is missing.
 */
final class RuntimeSeed {

    private static final int MOST = 200;

    private final Domains.Runtime runtime;
    private final String domain;
    private final ResourceCache<Person> persons;
    private final ResourceCache<Organization> organizations;
    private final ResourceCache<Membership> memberships;
    private final ResourceCache<Household> households;
    private final Map<String, ResourceCache<HouseholdMember>> residents = new HashMap<>();
    private final ResourceCache<Grant> grants;
    private final ResourceCache<Transition> transitions;
    private final ResourceCache<Site> sites;

    /** @param domain the domain of all e-mail addresses, and of the identity provider */
    RuntimeSeed(Guildhall guildhall, String domain) {
        this.runtime = guildhall.runtime();
        this.domain = domain;
        this.persons = new ResourceCache<>(() -> runtime.persons().list(new ListPersonsOptions().withLimit(MOST)), Person::externalId);
        this.organizations = new ResourceCache<>(() -> runtime.organizations().list(new ListOrganizationsOptions().withLimit(MOST)), Organization::externalId);
        this.memberships = new ResourceCache<>(() -> runtime.memberships().list(new ListMembershipsOptions().withLimit(MOST)),
                membership -> membership.organizationId() + membership.personId());
        this.households = new ResourceCache<>(() -> runtime.households().list(new ListHouseholdsOptions().withLimit(MOST)), Household::externalId);
        this.grants = new ResourceCache<>(() -> runtime.grants().list(new ListGrantsOptions().withLimit(MOST)), Grant::externalId);
        this.transitions = new ResourceCache<>(() -> runtime.transitions().list(new ListTransitionsOptions().withLimit(MOST)), Transition::externalId);
        this.sites = new ResourceCache<>(() -> runtime.sites().list(new ListSitesOptions().withLimit(MOST)), Site::externalId);
    }

    /** A person with a personal organization and an identity at the tenant's provider. */
    Person person(String externalId, String name, LocalDate birthOn) {
        var subject = UUID.nameUUIDFromBytes(externalId.getBytes(StandardCharsets.UTF_8)).toString();
        return persons.ensure(
                externalId,
                () -> runtime.persons().list(new ListPersonsOptions().withExternalId(externalId)),
                () -> runtime.persons().create(new NewPerson(name)
                        .withExternalId(externalId)
                        .withEmail(externalId + "@" + domain)
                        .withBirthOn(birthOn)
                        .withIdentities(List.of(new NewPersonIdentity("https://id." + domain, subject)))));
    }

    Organization organization(String externalId, OrgType type, String name, Person owner) {
        return organizations.ensure(
                externalId,
                () -> runtime.organizations().list(new ListOrganizationsOptions().withExternalId(externalId)),
                () -> runtime.organizations().create(new NewOrganization(type.id(), name).withExternalId(externalId).withOwnerPersonId(owner.id())));
    }

    void belongs(Organization organization, Person person, MembershipRole role) {
        memberships.ensure(
                organization.id() + person.id(),
                () -> runtime.memberships().listOrganizationMemberships(organization.id(), new ListOrganizationMembershipsOptions().withPersonId(person.id())),
                () -> runtime.memberships().create(organization.id(), new NewMembership(person.id(), role)));
    }

    Household household(String externalId, String name) {
        return households.ensure(
                externalId,
                () -> runtime.households().list(new ListHouseholdsOptions().withExternalId(externalId)),
                () -> runtime.households().create(new NewHousehold(name).withExternalId(externalId)));
    }

    void lives(Household household, Person person, HouseholdRole role) {
        var here = residents.computeIfAbsent(household.id(), any -> new ResourceCache<>(
                () -> runtime.householdMembers().list(household.id(), new ListHouseholdMembersOptions().withLimit(MOST)), HouseholdMember::personId));
        here.ensure(
                person.id(),
                () -> runtime.householdMembers().list(household.id(), new ListHouseholdMembersOptions().withPersonId(person.id())),
                () -> runtime.householdMembers().create(household.id(), new NewHouseholdMember(person.id(), role)));
    }

    /** @param more sets further members of the grant */
    Grant grant(String externalId, String organizationId, String productId, UnaryOperator<NewGrant> more) {
        return grants.ensure(
                externalId,
                () -> runtime.grants().list(new ListGrantsOptions().withExternalId(externalId)),
                () -> runtime.grants().create(more.apply(new NewGrant(organizationId, productId).withExternalId(externalId))));
    }

    void revoke(Grant grant, String reason) {
        if (grant.state().equals(GrantState.ACTIVE)) {
            runtime.grants().revoke(grant.id(), new GrantRevocation().withReason(reason));
        }
    }

    void move(String externalId, String organizationId, NewTransition transition) {
        transitions.ensure(
                externalId,
                () -> runtime.transitions().listOrganizationTransitions(organizationId, new ListOrganizationTransitionsOptions().withExternalId(externalId)),
                () -> runtime.transitions().create(organizationId, transition.withExternalId(externalId)));
    }

    /** An active site, unless it was turned read-only or removed since. */
    Site site(String externalId, String organizationId, Integration integration, String name) {
        var site = sites.ensure(
                externalId,
                () -> runtime.sites().list(new ListSitesOptions().withExternalId(externalId)),
                () -> runtime.sites().create(new NewSite(organizationId, integration.id(), name)
                        .withExternalId(externalId)
                        .withDomain(externalId + ".sites." + domain)));
        if (site.state().equals(SiteState.REQUESTED)) {
            site = runtime.sites().startProvisioning(site.id()).value();
        }
        return site.state().equals(SiteState.PROVISIONING) ? runtime.sites().activate(site.id()).value() : site;
    }

    /** Reports all usage events in one request; if the first one is known, all are. */
    void used(List<NewUsageEvent> events) {
        var first = new ListUsageEventsOptions().withExternalId(events.getFirst().externalId());
        if (runtime.usageEvents().list(first).data().isEmpty()) {
            runtime.usageReports().create(new NewUsageReport(events));
        }
    }

    EffectiveEntitlements entitlements(String organizationId) {
        return runtime.entitlements().getEffectiveEntitlements(organizationId).value();
    }
}
