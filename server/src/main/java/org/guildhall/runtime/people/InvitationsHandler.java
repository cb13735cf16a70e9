package org.guildhall.runtime.people;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Invitation;
import org.guildhall.api.model.InvitationAcceptance;
import org.guildhall.api.model.InvitationId;
import org.guildhall.api.model.InvitationPatch;
import org.guildhall.api.model.InvitationRenewal;
import org.guildhall.api.model.IssuedInvitation;
import org.guildhall.api.model.ListOrganizationInvitationsQuery;
import org.guildhall.api.model.Membership;
import org.guildhall.api.model.NewInvitation;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.runtime.InvitationsApi;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.runtime.people.InvitationStore.Filter;
import org.guildhall.runtime.people.InvitationStore.New;
import org.guildhall.runtime.people.InvitationStore.Row;
import org.jspecify.annotations.Nullable;

/** Invitations: {@code /runtime/invitations}, {@code /runtime/organizations/{organization_id}/invitations}. */
final class InvitationsHandler implements InvitationsApi<Call> {

    private static final int PENDING_MAX = 1_000;
    private static final int LIFETIME_SECONDS_DEFAULT = 604_800;

    private final Keys keys;
    private final OrganizationStore organizations;
    private final InvitationStore invitations;
    private final MembershipRules rules;

    InvitationsHandler(Keys keys, OrganizationStore organizations, InvitationStore invitations, MembershipRules rules) {
        this.keys = keys;
        this.organizations = organizations;
        this.invitations = invitations;
        this.rules = rules;
    }

    @Override
    public Reply<IssuedInvitation> createInvitation(Call call, OrganizationId organizationId, NewInvitation body) {
        var batch = new Batch();
        var locked = organizations.lock(batch, organizationId.value());
        var limits = limits(batch, organizationId.value(), body.email());
        var now = batch.now();
        batch.send(call.tx());
        var organization = Require.found(locked.get());
        Require.active(organization.state(), "organization");
        limits.run();
        var token = InvitationToken.issue();
        var invitation = invitations.insert(call.tx(), new New(
                organization.id(), body.externalId(), body.email(), body.role().value(), token.hmac(keys), lifetime(body.expiresInSeconds())), now.get());
        call.created(new InvitationId(invitation.id()), PeopleViews.toApi(invitation));
        return Reply.created("/api/v1/runtime/invitations/" + new InvitationId(invitation.id()), issued(invitation, token));
    }

    @Override
    public Reply<IssuedInvitation> renewInvitation(Call call, InvitationId invitationId, InvitationRenewal body) {
        var found = Require.found(invitations.get(call.tx(), invitationId.value()));
        var batch = new Batch();
        // Locked first, as by every change that makes an invitation pending.
        var locked = organizations.lock(batch, found.organizationId());
        var invitation = invitations.lock(batch, found.id());
        var limits = limits(batch, found.organizationId(), found.email());
        batch.send(call.tx());
        var organization = Require.found(locked.get());
        var current = Require.found(invitation.get());
        var before = current.row();
        call.expect(before.version());
        Require.active(organization.state(), "organization");
        switch (before.state()) {
            case "pending" -> { }
            case "expired" -> limits.run();
            default -> throw Problem.INVALID_STATE.because("The invitation " + ending(before) + ".");
        }
        var token = InvitationToken.issue();
        var after = invitations.renew(call.tx(), current, token.hmac(keys), lifetime(body.expiresInSeconds()));
        call.changed(invitationId, PeopleViews.toApi(before), PeopleViews.toApi(after));
        return Reply.ok(issued(after, token));
    }

    /** Adds the reads that tell whether an organization can have another pending invitation to an address. The result checks them. */
    private Runnable limits(Batch batch, UUID organizationId, String email) {
        var count = invitations.countPending(batch, organizationId);
        var same = invitations.pendingTo(batch, organizationId, email);
        return () -> {
            if (count.get() >= PENDING_MAX) {
                throw Problem.CONFLICT.because(
                        "The organization has " + PENDING_MAX + " pending invitations, which is the maximum. Revoke some, or wait until they expire.");
            }
            var pending = same.get();
            if (pending != null) {
                var id = new InvitationId(pending).toString();
                throw Problem.ALREADY_EXISTS
                        .at("/email", "The invitation " + id + " to this address is pending. Renew it, or revoke it first.")
                        .member("existing_id", id);
            }
        };
    }

    private static int lifetime(@Nullable Integer seconds) {
        return seconds == null ? LIFETIME_SECONDS_DEFAULT : seconds;
    }

    private static IssuedInvitation issued(Row row, InvitationToken token) {
        var shown = PeopleViews.toApi(row);
        return new IssuedInvitation(
                shown.id(), shown.externalId(), shown.organizationId(), shown.email(), shown.role(), shown.state(), shown.expiresAt(),
                shown.acceptedAt(), shown.personId(), shown.membershipId(), shown.revokedAt(), shown.createdAt(), shown.updatedAt(),
                shown.version(), token.clear());
    }

    @Override
    public Reply<Page<Invitation>> listOrganizationInvitations(Call call, OrganizationId organizationId, ListOrganizationInvitationsQuery query) {
        var filter = new Filter(
                query.externalId(), organizationId.value(), query.email(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        var page = invitations.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(organizations.get(call.tx(), organizationId.value()));
        }
        return Reply.list(page.map(PeopleViews::toApi));
    }

    @Override
    public Reply<Invitation> getInvitation(Call call, InvitationId invitationId) {
        return Reply.ok(PeopleViews.toApi(Require.found(invitations.get(call.tx(), invitationId.value()))));
    }

    @Override
    public Reply<Invitation> updateInvitation(Call call, InvitationId invitationId, Patch<InvitationPatch> patch) {
        var locked = Require.found(invitations.lock(call.tx(), invitationId.value()));
        var before = locked.row();
        call.expect(before.version());
        var current = new InvitationPatch(before.externalId());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(PeopleViews.toApi(before));
        }
        var invitation = PeopleViews.toApi(invitations.setExternalId(call.tx(), locked, wanted.externalId()));
        call.changed(invitation.id(), PeopleViews.toApi(before), invitation);
        return Reply.ok(invitation);
    }

    @Override
    public Reply<Membership> acceptInvitation(Call call, InvitationAcceptance body) {
        var tx = call.tx();
        var found = Require.named(invitations.getByToken(tx, InvitationToken.read(body.token()).hmacs(keys)), "/token", "invitation");
        var batch = new Batch();
        var locks = rules.lock(batch, found.organizationId(), body.personId().value());
        var locked = invitations.lock(batch, found.id());
        var read = rules.read(batch, locks);
        batch.send(tx);
        var parties = read.get();
        var before = Require.found(locked.get()).row();
        if (!before.state().equals("pending")) {
            throw Problem.INVALID_STATE.at("/token", "The invitation " + ending(before) + ".");
        }
        var row = rules.create(tx, call.changes().secondary(), parties, null, before.role());
        var accepted = PeopleViews.toApi(invitations.accept(tx, before, row.personId(), row.id(), row.startsAt()));
        call.changed(accepted.id(), PeopleViews.toApi(before), accepted);
        var membership = PeopleViews.toApi(row);
        return Reply.created("/api/v1/runtime/memberships/" + membership.id(), membership);
    }

    @Override
    public Reply<Invitation> revokeInvitation(Call call, InvitationId invitationId) {
        var locked = Require.found(invitations.lock(call.tx(), invitationId.value()));
        var before = locked.row();
        call.expect(before.version());
        if (!before.state().equals("pending")) {
            throw Problem.INVALID_STATE.because("The invitation " + ending(before) + ".");
        }
        var revoked = PeopleViews.toApi(invitations.revoke(call.tx(), List.of(before), locked.now()).getFirst());
        call.changed(revoked.id(), PeopleViews.toApi(before), revoked);
        return Reply.ok(revoked);
    }

    private static String ending(Row row) {
        return switch (row.state()) {
            case "accepted" -> "was accepted already";
            case "revoked" -> "was revoked";
            default -> "has expired";
        };
    }
}
