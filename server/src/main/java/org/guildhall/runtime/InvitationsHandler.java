package org.guildhall.runtime;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Invitation;
import org.guildhall.api.model.InvitationAcceptance;
import org.guildhall.api.model.InvitationId;
import org.guildhall.api.model.InvitationPatch;
import org.guildhall.api.model.InvitationState;
import org.guildhall.api.model.IssuedInvitation;
import org.guildhall.api.model.ListInvitationsQuery;
import org.guildhall.api.model.Membership;
import org.guildhall.api.model.MembershipId;
import org.guildhall.api.model.MembershipRole;
import org.guildhall.api.model.NewInvitation;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.runtime.InvitationsApi;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.TimeWindow;
import org.guildhall.core.http.Call;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.References;
import org.guildhall.runtime.InvitationStore.Filter;
import org.guildhall.runtime.InvitationStore.New;
import org.guildhall.runtime.InvitationStore.Row;

/** Invitations: {@code /runtime/invitations}, {@code /runtime/organizations/{organization_id}/invitations}. */
final class InvitationsHandler implements InvitationsApi<Call> {

    private static final int PENDING_MAX = 1_000;
    private static final int LIFETIME_SECONDS = 604_800;

    private final Keys keys;
    private final OrganizationStore organizations;
    private final InvitationStore invitations;
    private final Belonging belonging;

    InvitationsHandler(Keys keys, OrganizationStore organizations, InvitationStore invitations, Belonging belonging) {
        this.keys = keys;
        this.organizations = organizations;
        this.invitations = invitations;
        this.belonging = belonging;
    }

    @Override
    public Reply<IssuedInvitation> createInvitation(Call call, OrganizationId organizationId, NewInvitation body) {
        var organization = References.found(organizations.lock(call.tx(), organizationId.value()));
        References.active(organization.state(), "organization");
        if (invitations.countPending(call.tx(), organization.id()) >= PENDING_MAX) {
            throw Problem.CONFLICT.because(
                    "The organization has " + PENDING_MAX + " pending invitations, as many as it can have: revoke some, or wait until they expire.");
        }
        var token = InvitationToken.issue();
        var lifetime = body.expiresInSeconds() == null ? LIFETIME_SECONDS : body.expiresInSeconds();
        var made = toApi(invitations.insert(call.tx(), new New(
                organization.id(), body.externalId(), body.email(), body.role().value(), token.hmac(keys), lifetime)));
        call.created(made.id(), made);
        return Reply.created("/api/v1/runtime/invitations/" + made.id(), new IssuedInvitation(
                made.id(), made.externalId(), made.organizationId(), made.email(), made.role(), made.state(), made.expiresAt(),
                made.acceptedAt(), made.personId(), made.membershipId(), made.revokedAt(), made.createdAt(), made.updatedAt(), made.version(),
                token.clear()));
    }

    @Override
    public Reply<Page<Invitation>> listInvitations(Call call, OrganizationId organizationId, ListInvitationsQuery query) {
        var filter = new Filter(
                query.externalId(), organizationId.value(), query.email(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = invitations.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            References.found(organizations.get(call.tx(), organizationId.value()));
        }
        return Reply.list(page.map(InvitationsHandler::toApi));
    }

    @Override
    public Reply<Invitation> getInvitation(Call call, InvitationId invitationId) {
        return Reply.ok(toApi(References.found(invitations.get(call.tx(), invitationId.value()))));
    }

    @Override
    public Reply<Invitation> updateInvitation(Call call, InvitationId invitationId, Patch<InvitationPatch> patch) {
        var before = References.found(invitations.lock(call.tx(), invitationId.value()));
        call.expect(before.version());
        var current = new InvitationPatch(before.externalId());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var invitation = toApi(invitations.name(call.tx(), before.id(), wanted.externalId()));
        call.changed(invitation.id(), toApi(before), invitation);
        return Reply.ok(invitation);
    }

    @Override
    public Reply<Membership> acceptInvitation(Call call, InvitationAcceptance body) {
        var tx = call.tx();
        var named = References.named(invitations.getByToken(tx, InvitationToken.read(body.token()).hmacs(keys)), "/token", "invitation");
        var place = belonging.hold(tx, named.organizationId(), body.personId().value());
        var before = References.found(invitations.lock(tx, named.id()));
        if (!before.state().equals("pending")) {
            throw Problem.INVALID_STATE.at("/token", "The invitation " + standing(before) + ".");
        }
        var row = belonging.begin(tx, call.changes().aside(), place, null, before.role());
        var accepted = toApi(invitations.accept(tx, before.id(), row.personId(), row.id(), row.startsAt()));
        call.changed(accepted.id(), toApi(before), accepted);
        var membership = MembershipsHandler.toApi(row);
        return Reply.created("/api/v1/runtime/memberships/" + membership.id(), membership);
    }

    @Override
    public Reply<Invitation> revokeInvitation(Call call, InvitationId invitationId) {
        var before = References.found(invitations.lock(call.tx(), invitationId.value()));
        call.expect(before.version());
        if (!before.state().equals("pending")) {
            throw Problem.INVALID_STATE.because("The invitation " + standing(before) + ".");
        }
        var revoked = toApi(invitations.revoke(call.tx(), List.of(before.id())).getFirst());
        call.changed(revoked.id(), toApi(before), revoked);
        return Reply.ok(revoked);
    }

    private static String standing(Row row) {
        return switch (row.state()) {
            case "accepted" -> "was accepted already";
            case "revoked" -> "was revoked";
            default -> "has expired";
        };
    }

    static Invitation toApi(Row row) {
        return new Invitation(
                new InvitationId(row.id()), row.externalId(), new OrganizationId(row.organizationId()), row.email(),
                MembershipRole.fromValue(row.role()), InvitationState.fromValue(row.state()), row.expiresAt(), row.acceptedAt(),
                row.personId() == null ? null : new PersonId(row.personId()),
                row.membershipId() == null ? null : new MembershipId(row.membershipId()), row.revokedAt(), row.createdAt(), row.updatedAt(),
                row.version());
    }
}
