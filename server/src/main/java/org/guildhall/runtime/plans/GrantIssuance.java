package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.GrantId;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Product;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog.TierRef;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.runtime.plans.TransitionStore.TransitionDetails;
import org.guildhall.runtime.plans.TransitionWriter.NewProvision;
import org.guildhall.runtime.rules.CalendarTerm;
import org.guildhall.runtime.rules.GrantEnd;
import org.guildhall.runtime.rules.GrantTerm;
import org.guildhall.runtime.rules.PoolProjection.ProjectedTransition;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.guildhall.runtime.rules.PoolProjection;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;
import org.guildhall.runtime.rules.TransitionRules.Impossible;
import org.guildhall.runtime.rules.TransitionRules.Move;
import org.guildhall.runtime.rules.TransitionRules.Obstacle;
import org.guildhall.runtime.rules.TransitionRules.Target;
import org.guildhall.runtime.rules.TransitionRules;
import org.jspecify.annotations.Nullable;

/** Creates and revokes grants. A plan is granted by a transition on its ladder, another product by a provision. */
final class GrantIssuance {

    private final Catalog catalog;
    private final Pools pools;
    private final TransitionWriter writer;
    private final GrantStore grants;

    /**
     * The request of a grant.
     *
     * @param tierId the tier of a plan; needed only if the product fills tiers of several ladders
     * @param kind {@code GRANT} or {@code TRIAL}
     * @param startsAt null for now
     * @param duration the length of the grant, instead of {@code endsAt}
     * @param renewsGrantId the grant that this one renews; null for none
     */
    record GrantRequest(
            @Nullable String externalId, UUID productId, @Nullable UUID tierId, ProvisionCause kind, @Nullable Instant startsAt, @Nullable Instant endsAt,
            @Nullable CalendarTerm duration, @Nullable UUID renewsGrantId, @Nullable String reason) {}

    /** The start of a grant, which can be in the future, and its end. */
    private record Agreed(Instant startsAt, boolean later, GrantTerm term) {}

    /** A tier of a ladder that is locked against changes. */
    private record LadderPosition(Ladder ladder, Tier tier, String pointer) {}

    GrantIssuance(Catalog catalog, Pools pools, TransitionWriter writer, GrantStore grants) {
        this.catalog = catalog;
        this.pools = pools;
        this.writer = writer;
        this.grants = grants;
    }

    /** The rows that a request depends on, read together with the lock of the pool. */
    final class Reads {

        private final Supplier<List<Ladder>> ladders;
        private final Supplier<@Nullable Product> product;
        private final Supplier<List<TierRef>> places;
        private final Supplier<@Nullable UUID> trial;
        private final Supplier<@Nullable String> zone;

        /** Locks the ladders before the product, as everywhere. */
        private Reads(Batch batch, UUID organizationId, GrantRequest request) {
            this.ladders = request.tierId() == null
                    ? catalog.lockLaddersOfProductShared(batch, request.productId())
                    : listed(catalog.lockLadderOfTierShared(batch, request.tierId()));
            this.product = catalog.lockProductShared(batch, request.productId());
            this.places = catalog.tiersOfProduct(batch, request.productId());
            this.trial = request.kind() == ProvisionCause.TRIAL ? grants.trial(batch, organizationId, request.productId()) : () -> null;
            this.zone = request.duration() == null ? () -> null : grants.zone(batch);
        }

        private static Supplier<List<Ladder>> listed(Supplier<@Nullable Ladder> ladder) {
            return () -> {
                var found = ladder.get();
                return found == null ? List.of() : List.of(found);
            };
        }
    }

    /** Adds the locks and reads of a request. */
    Reads reads(Batch batch, UUID organizationId, GrantRequest request) {
        return new Reads(batch, organizationId, request);
    }

    /** Creates a grant. @throws ProblemException as documented for {@code createGrant} */
    GrantStore.Row grant(Tx tx, Changes changes, LockedPool locked, Actor actor, GrantRequest request, Reads reads) {
        var agreed = agreed(locked.now(), request, reads);
        var product = Require.named(reads.product.get(), "/product_id", "product");
        var place = place(request, agreed.startsAt(), reads);
        var renewed = request.renewsGrantId() == null ? null : renewed(tx, locked, request.renewsGrantId());
        Require.active(locked.organizationState(), "/organization_id", "organization");
        if (!product.lifecycleStatus().equals("published")) {
            throw Problem.INVALID_STATE.at("/product_id", "The product is " + product.lifecycleStatus() + ", not published.");
        }
        if (renewed != null) {
            requireRenewable(tx, locked, renewed, request, place, agreed);
        }
        if (request.kind() == ProvisionCause.TRIAL && product.allowsOneTrial()) {
            requireFirstTrial(reads);
        }
        return place == null ? beside(tx, changes, locked, request, agreed, renewed) : onLadder(tx, changes, locked, actor, request, agreed, place, renewed);
    }

    /** Revokes an active or scheduled grant, and the scheduled grants that renew it. */
    GrantStore.Row revoke(Tx tx, Changes changes, LockedPool locked, Actor actor, GrantStore.Row grant, @Nullable String reason) {
        var revoked = Objects.requireNonNull(writer.over(tx, changes, locked, grant.id(), locked.now(), GrantEnd.REVOKED, reason));
        var unbegun = new ArrayList<GrantStore.Row>();
        for (var next = grants.renewal(tx, grant.id(), locked.now()); next != null; next = grants.renewal(tx, next.id(), locked.now())) {
            locked.rows().put(next);
            unbegun.add(Objects.requireNonNull(writer.over(tx, changes, locked, next.id(), locked.now(), GrantEnd.REVOKED, reason)));
        }
        for (var next : unbegun) {
            writer.endOffLadders(tx, changes, locked, next.id());
            writer.dropOf(tx, changes, locked, next.id(), GrantEnd.REVOKED, locked.now());
        }
        if (grant.state().equals("scheduled")) {
            writer.endOffLadders(tx, changes, locked, grant.id());
            writer.dropOf(tx, changes, locked, grant.id(), GrantEnd.REVOKED, locked.now());
            pools.changed(tx, changes, locked, locked, List.of());
            return revoked;
        }
        if (grant.ladderId() == null) {
            writer.endOffLadders(tx, changes, locked, grant.id());
            pools.changed(tx, changes, locked, locked, List.of());
            return revoked;
        }
        var from = Objects.requireNonNull(locked.plan(grant.ladderId()), "an active grant of a plan without the plan");
        var byDefault = pools.history(tx, locked.rows().defaults(), List.of(), List.of()).byDefault(grant.ladderId(), locked.now());
        var to = switch (TransitionRules.end(from, byDefault)) {
            case Impossible no -> throw Problem.INVALID_STATE.because(no.detail());
            case Move move -> move.to();
        };
        var scheduled = ScheduledTransition.of(grant.ladderId(), TransitionRules.Kind.END, from.tierId(), null, from.cause(), grant.id(), locked.now());
        var step = new ProjectedTransition(scheduled, from, to == null ? null : PoolProjection.begun(scheduled, to));
        var moved = writer.move(tx, changes, locked, step, TransitionDetails.of(actor, reason), null);
        writer.dropOf(tx, changes, locked, grant.id(), GrantEnd.REVOKED, locked.now());
        pools.changed(tx, changes, locked, moved.locked(), List.of());
        return revoked;
    }

    private GrantStore.Row beside(Tx tx, Changes changes, LockedPool locked, GrantRequest request, Agreed agreed, GrantStore.@Nullable Row renewed) {
        var grant = given(tx, changes, locked, request, agreed, null);
        if (renewed != null && !agreed.later()) {
            writer.over(tx, changes, locked, renewed.id(), locked.now(), GrantEnd.SUPERSEDED, null);
            writer.endOffLadders(tx, changes, locked, renewed.id());
        }
        var to = new ProvisionSpan(
                Ids.next(), request.productId(), null, null, request.kind(), grant.id(), null, agreed.startsAt(), agreed.term().endsAt());
        writer.begin(tx, List.of(NewProvision.offLadders(changes, locked, to)));
        pools.changed(tx, changes, locked, locked, List.of());
        return grant;
    }

    private GrantStore.Row onLadder(
            Tx tx, Changes changes, LockedPool locked, Actor actor, GrantRequest request, Agreed agreed, LadderPosition place, GrantStore.@Nullable Row renewed) {
        var ladder = place.ladder();
        var tier = place.tier();
        var at = agreed.startsAt();
        var from = agreed.later()
                ? TransitionRequests.expected(locked, pools.history(tx, locked.rows().defaults(), List.of(ladder), locked.scheduled()), ladder.id(), at)
                : locked.plan(ladder.id());
        if (renewed != null && (from == null || !renewed.id().equals(from.grantId()))) {
            throw Problem.CONFLICT.at("/renews_grant_id", "Another plan replaces the plan of the grant before that instant.");
        }
        var kind = renewed != null ? TransitionRules.Kind.RENEW : from == null ? TransitionRules.Kind.INITIATE : TransitionRules.Kind.UPGRADE;
        var landing = landing(kind, from, place, request, at);
        if (agreed.later()) {
            TransitionRequests.requireFree(locked, ladder.id(), at, "/starts_at");
        }
        var grant = given(tx, changes, locked, request, agreed, tier);
        var scheduled = ScheduledTransition.of(ladder.id(), kind, from == null ? null : from.tierId(), tier.id(), request.kind(), grant.id(), at);
        var to = new ProvisionSpan(
                Ids.next(), landing.productId(), ladder.id(), tier.id(), request.kind(), grant.id(), null, at, agreed.term().endsAt());
        var details = TransitionDetails.of(actor, request.reason());
        var after = locked;
        if (agreed.later()) {
            writer.schedule(tx, changes, locked, scheduled, details);
        } else {
            after = writer.move(tx, changes, locked, new ProjectedTransition(scheduled, from, to), details, GrantEnd.SUPERSEDED).locked();
        }
        if (agreed.term().endsAt() != null) {
            var end = GrantTerms.end(ladder.id(), tier.id(), request.kind(), grant.id(), agreed.term().endsAt());
            writer.schedule(tx, changes, locked, end, GrantTerms.byItself(request.kind()));
        }
        pools.changed(tx, changes, locked, after, List.of());
        return grant;
    }

    private GrantStore.Row given(Tx tx, Changes changes, LockedPool locked, GrantRequest request, Agreed agreed, @Nullable Tier tier) {
        var now = locked.now();
        var term = agreed.term();
        var grant = new GrantStore.Row(
                Ids.next(), request.externalId(), locked.organizationId(), locked.poolId(), request.productId(), request.kind().word(),
                tier == null ? null : tier.ladderId(), tier == null ? null : tier.id(), request.reason(), agreed.startsAt(), term.endsAt(), null, null,
                null, term.length(), term.startsAt(), request.renewsGrantId(), now, now, 1, now);
        grants.insert(tx, grant);
        locked.rows().put(grant);
        changes.created(new GrantId(grant.id()), PlanViews.toApi(grant));
        return grant;
    }

    private static Agreed agreed(Instant now, GrantRequest request, Reads reads) {
        var wrong = new ArrayList<Item>();
        boolean later = request.startsAt() != null;
        var begins = request.startsAt() == null ? now : request.startsAt();
        if (later && !begins.isAfter(now)) {
            wrong.add(Item.pointer("/starts_at", "past", "`starts_at` is not in the future. Omit it to begin now."));
        }
        if (request.endsAt() != null && !request.endsAt().isAfter(begins)) {
            wrong.add(Item.pointer("/ends_at", "past", later ? "`ends_at` is not after the start of the grant." : "`ends_at` is not in the future."));
        }
        ProblemException.ifAny(wrong);
        var term = request.duration() == null ? GrantTerm.until(request.endsAt()) : GrantTerm.of(request.duration(), begins, TimeZones.of(Objects.requireNonNull(reads.zone.get())));
        return new Agreed(begins, later, term);
    }

    private GrantStore.Row renewed(Tx tx, LockedPool locked, UUID grantId) {
        var found = grants.get(tx, grantId, locked.now());
        var grant = Require.named(found != null && found.organizationId().equals(locked.organizationId()) ? found : null, "/renews_grant_id", "grant");
        locked.rows().put(grant);
        return grant;
    }

    private void requireRenewable(Tx tx, LockedPool locked, GrantStore.Row renewed, GrantRequest request, @Nullable LadderPosition place, Agreed agreed) {
        if (!renewed.state().equals("active")) {
            throw Problem.INVALID_STATE.at("/renews_grant_id", "Only an active grant can be renewed; this one is " + renewed.state() + ".");
        }
        boolean itsOwn = place == null
                ? renewed.ladderId() == null && renewed.productId().equals(request.productId())
                : place.tier().id().equals(renewed.tierId());
        if (!itsOwn) {
            throw Problem.INVALID_STATE.at("/renews_grant_id", "The grant is of another product or tier, so this grant can't renew it.");
        }
        if (agreed.later() && !agreed.startsAt().equals(renewed.endsAt())) {
            throw Problem.INVALID_STATE.at("/starts_at", renewed.endsAt() == null
                    ? "The grant has no end, so its renewal must begin now. Omit `starts_at`."
                    : "A renewal must begin now, or at the end of the grant: " + renewed.endsAt() + ".");
        }
        var other = grants.renewal(tx, renewed.id(), locked.now());
        if (other != null) {
            throw Problem.CONFLICT.at("/renews_grant_id", "The grant is renewed already, by " + new GrantId(other.id()) + ".");
        }
    }

    private static void requireFirstTrial(Reads reads) {
        var trial = reads.trial.get();
        if (trial != null) {
            var detail = "The product allows one trial for each organization, and this one had its trial: " + new GrantId(trial) + ".";
            throw Problem.CONFLICT.because(detail).with(Item.pointer("/product_id", "trial_used", detail));
        }
    }

    private static Target landing(TransitionRules.Kind kind, @Nullable ProvisionSpan from, LadderPosition place, GrantRequest request, Instant at) {
        return switch (TransitionRules.to(kind, from, place.ladder(), place.tier(), null, request.kind(), null, at)) {
            case Move move -> Objects.requireNonNull(move.to());
            case Impossible no -> throw no.why() == Obstacle.TARGET
                    ? Problem.INVALID_STATE.at(place.pointer(), no.detail())
                    : Problem.LADDER_CONFLICT.at(place.pointer(), "A grant must lead to a higher rank, unless it renews another grant. " + no.detail());
        };
    }

    /** The position of a plan on a ladder; null off the ladders. */
    private static @Nullable LadderPosition place(GrantRequest request, Instant at, Reads reads) {
        var tierId = request.tierId();
        if (tierId == null) {
            var places = reads.places.get();
            if (places.size() > 1) {
                throw Problem.VALIDATION_FAILED.because("The product fills tiers of several ladders.")
                        .with(Item.pointer("/tier_id", "required", "`tier_id` is required, since the product fills tiers of several ladders."));
            }
            if (places.isEmpty()) {
                return null;
            }
            tierId = places.getFirst().tierId();
        }
        var wanted = tierId;
        var pointer = request.tierId() == null ? "/product_id" : "/tier_id";
        var ladder = reads.ladders.get().stream().filter(each -> each.tier(wanted) != null).findFirst().orElse(null);
        if (ladder == null && request.tierId() == null) {
            throw Problem.LADDER_CONFLICT.at("/product_id", "The product has just become a plan; grant it on its ladder.");
        }
        ladder = Require.named(ladder, "/tier_id", "tier");
        var tier = Objects.requireNonNull(ladder.tier(tierId));
        var product = tier.product(at);
        if (product == null) {
            throw Problem.INVALID_STATE.at(pointer, "The tier " + tier.name() + " is archived.");
        }
        if (!product.productId().equals(request.productId())) {
            throw Problem.LADDER_CONFLICT.at(pointer, "Another product fills the tier.");
        }
        return new LadderPosition(ladder, tier, pointer);
    }
}
