package org.guildhall.runtime.people;

import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.Household;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.HouseholdMember;
import org.guildhall.api.model.HouseholdMemberId;
import org.guildhall.api.model.HouseholdMemberState;
import org.guildhall.api.model.HouseholdRole;
import org.guildhall.api.model.Invitation;
import org.guildhall.api.model.InvitationId;
import org.guildhall.api.model.InvitationState;
import org.guildhall.api.model.Membership;
import org.guildhall.api.model.MembershipId;
import org.guildhall.api.model.MembershipRole;
import org.guildhall.api.model.MembershipState;
import org.guildhall.api.model.OrgTypeId;
import org.guildhall.api.model.Organization;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.Person;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PersonIdentity;
import org.guildhall.api.model.PersonIdentityId;
import org.guildhall.api.model.PoolId;
import org.guildhall.api.model.Workspace;
import org.guildhall.api.model.WorkspaceId;

/** The wire forms of persons, organizations, households and their parts. */
public final class PeopleViews {

    private PeopleViews() {}

    static Person toApi(PersonStore.Row row) {
        return new Person(
                new PersonId(row.id()), row.externalId(), row.name(), row.email(), row.phone(), row.birthOn(), row.metadata(),
                ActiveState.fromValue(row.state()), row.archivedAt(),
                row.personalOrganizationId() == null ? null : new OrganizationId(row.personalOrganizationId()),
                row.identities().stream().map(PeopleViews::toApi).toList(), row.createdAt(), row.updatedAt(), row.version());
    }

    static PersonIdentity toApi(PersonIdentityStore.Row row) {
        return new PersonIdentity(
                new PersonIdentityId(row.id()), new PersonId(row.personId()), row.issuer(), row.subject(), row.createdAt(), 1);
    }

    public static Organization toApi(OrganizationStore.Row row) {
        return new Organization(
                new OrganizationId(row.id()), row.externalId(), new OrgTypeId(row.orgTypeId()), row.name(),
                row.personalPersonId() == null ? null : new PersonId(row.personalPersonId()), new PoolId(row.poolId()), row.metadata(),
                ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    public static Workspace toApi(WorkspaceStore.Row row) {
        return new Workspace(
                new WorkspaceId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), row.name(),
                ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static Membership toApi(MembershipStore.Row row) {
        return new Membership(
                new MembershipId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), new PersonId(row.personId()),
                MembershipRole.fromValue(row.role()), row.active() ? MembershipState.ACTIVE : MembershipState.ENDED, row.startsAt(),
                row.endsAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static Invitation toApi(InvitationStore.Row row) {
        return new Invitation(
                new InvitationId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), row.email(),
                MembershipRole.fromValue(row.role()), InvitationState.fromValue(row.state()), row.expiresAt(), row.acceptedAt(),
                row.personId() == null ? null : new PersonId(row.personId()),
                row.membershipId() == null ? null : new MembershipId(row.membershipId()), row.revokedAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }

    static Household toApi(HouseholdStore.Row row) {
        return new Household(
                new HouseholdId(row.id()), row.externalId(), row.name(), ActiveState.fromValue(row.state()), row.archivedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    static HouseholdMember toApi(HouseholdMemberStore.Row row) {
        return new HouseholdMember(
                new HouseholdMemberId(row.id()), row.externalId(), new HouseholdId(row.householdId()), new PersonId(row.personId()),
                HouseholdRole.fromValue(row.role()), row.active() ? HouseholdMemberState.ACTIVE : HouseholdMemberState.ENDED, row.startsAt(),
                row.endsAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
