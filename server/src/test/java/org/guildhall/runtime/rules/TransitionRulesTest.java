package org.guildhall.runtime.rules;

import static org.guildhall.runtime.plans.TierFixture.FLEXIBLE;
import static org.guildhall.runtime.plans.TierFixture.LADDER;
import static org.guildhall.runtime.plans.TierFixture.NOON;
import static org.guildhall.runtime.plans.TierFixture.PUBLIC;
import static org.guildhall.runtime.plans.TierFixture.STANDARD;
import static org.guildhall.runtime.plans.TierFixture.held;
import static org.guildhall.runtime.plans.TierFixture.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog.TierProduct;
import org.guildhall.catalog.Catalog.Validity;
import org.guildhall.runtime.plans.TierFixture;
import org.guildhall.runtime.rules.TransitionRules.Impossible;
import org.guildhall.runtime.rules.TransitionRules.Move;
import org.guildhall.runtime.rules.TransitionRules.Obstacle;
import org.guildhall.runtime.rules.TransitionRules.Target;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of transitions: each kind, between all tiers of the worked example's ladder. */
class TransitionRulesTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            # kind,     from,      to,       outcome
            initiate,           ,  Public,   manual
            initiate,           ,  Flexible, manual
            initiate,   Public,    Standard, KIND
            initiate,   Public,    Public,   KIND
            upgrade,            ,  Standard, KIND
            upgrade,    Public,    Standard, manual
            upgrade,    Public,    Flexible, manual
            upgrade,    Standard,  Standard, RANK
            upgrade,    Flexible,  Standard, RANK
            downgrade,          ,  Public,   KIND
            downgrade,  Standard,  Public,   default
            downgrade,  Flexible,  Public,   default
            downgrade,  Flexible,  Standard, manual
            downgrade,  Public,    Public,   RANK
            downgrade,  Public,    Standard, RANK""")
    void kind_againstRanks_refused(String kind, @Nullable String from, String to, String outcome) {
        var held = from == null ? null : held(TierFixture.tier(from), ProvisionCause.MANUAL);
        assertEquals(outcome, describe(TransitionRules.to(TransitionRules.Kind.of(kind), held, LADDER, TierFixture.tier(to), policy(PUBLIC), ProvisionCause.MANUAL, null, NOON)));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # held,    by,      default,  outcome
            ,          ,        Public,   KIND
            ,          ,        ,         KIND
            Public,    default, Public,   KIND
            Public,    manual,  Public,   Public
            Standard,  trial,   Public,   Public
            Standard,  default, Public,   Public
            Public,    grant,   Standard, Standard
            Flexible,  manual,  ,         nothing
            Public,    default, ,         nothing""")
    void end_bringsDefaultOrNothing(@Nullable String held, @Nullable String by, @Nullable String byDefault, String outcome) {
        var from = held == null || by == null ? null : held(TierFixture.tier(held), ProvisionCause.of(by));
        var decision = TransitionRules.end(from, byDefault == null ? null : policy(TierFixture.tier(byDefault)));
        var seen = switch (decision) {
            case Impossible no -> no.why().name();
            case Move move -> move.to() == null ? "nothing" : TierFixture.name(move.to().tierId());
        };
        assertEquals(outcome, seen);
        if (decision instanceof Move move && move.to() != null) {
            assertEquals(ProvisionCause.DEFAULT, move.to().cause());
            assertEquals(TierFixture.POLICY, move.to().policyId());
        }
    }

    @Test
    void downgrade_toDefaultTier_hasCauseDefault() {
        var down = (Move) TransitionRules.to(TransitionRules.Kind.DOWNGRADE, held(FLEXIBLE, ProvisionCause.TRIAL), LADDER, STANDARD, policy(STANDARD), ProvisionCause.MANUAL, null, NOON);
        assertEquals(new Target(STANDARD.id(), STANDARD.products().getFirst().productId(), ProvisionCause.DEFAULT, TierFixture.POLICY), down.to());
        var up = (Move) TransitionRules.to(TransitionRules.Kind.UPGRADE, held(PUBLIC, ProvisionCause.MANUAL), LADDER, STANDARD, policy(STANDARD), ProvisionCause.GRANT, null, NOON);
        assertEquals(new Target(STANDARD.id(), STANDARD.products().getFirst().productId(), ProvisionCause.GRANT, null), up.to());
    }

    @Test
    void target_archivedOrNotPublished_refused() {
        var over = new Validity(NOON.minusSeconds(9), NOON);
        var product = STANDARD.products().getFirst();
        var archived = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", over, List.of(new TierProduct(product.productId(), "p", over, product.published())));
        var retired = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", STANDARD.lifetime(), List.of(new TierProduct(product.productId(), "p", product.onTier(), over)));
        var draft = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", STANDARD.lifetime(),
                List.of(new TierProduct(product.productId(), "p", product.onTier(), new Validity(null, null))));
        for (var tier : List.of(archived, retired, draft)) {
            assertEquals("TARGET", describe(up(LADDER, tier, NOON)));
        }
        assertEquals("manual", describe(up(LADDER, archived, NOON.minusNanos(1_000))), "the tier was active just before");
        assertEquals("manual", describe(up(LADDER, retired, NOON.minusNanos(1_000))), "the product was published just before");
        assertEquals("TARGET", describe(up(new Ladder(LADDER.id(), "FedWiki Service", over, LADDER.tiers()), STANDARD, NOON)));
    }

    @Test
    void target_product_isTheTiersAtThatInstant() {
        var old = UUID.randomUUID();
        var young = UUID.randomUUID();
        var always = new Validity(Instant.EPOCH, null);
        var tier = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", always, List.of(
                new TierProduct(old, "old", new Validity(Instant.EPOCH, NOON), always), new TierProduct(young, "young", new Validity(NOON, null), always)));
        assertEquals(old, product(up(LADDER, tier, NOON.minusNanos(1_000))));
        assertEquals(young, product(up(LADDER, tier, NOON)));
    }

    @Test
    void ranksReordered_agreedMove_isStillAllowed() {
        var held = held(FLEXIBLE, ProvisionCause.MANUAL);
        var decision = TransitionRules.to(TransitionRules.Kind.UPGRADE, held, LADDER, STANDARD, null, ProvisionCause.MANUAL, FLEXIBLE.id(), NOON);
        assertEquals("manual", describe(decision));
        assertEquals("RANK", describe(TransitionRules.to(TransitionRules.Kind.UPGRADE, held, LADDER, STANDARD, null, ProvisionCause.MANUAL, PUBLIC.id(), NOON)));
    }

    @Test
    void kind_derivedFromTiers_sameTierIsRenew() {
        assertEquals(TransitionRules.Kind.RENEW, TransitionRules.kind(STANDARD, STANDARD));
        assertNull(TransitionRules.kind(STANDARD, new Tier(new UUID(8, 8), STANDARD.ladderId(), STANDARD.rank(), "Other", STANDARD.lifetime(), STANDARD.products())));
        assertEquals(TransitionRules.Kind.INITIATE, TransitionRules.kind(null, STANDARD));
        assertEquals(TransitionRules.Kind.UPGRADE, TransitionRules.kind(PUBLIC, STANDARD));
        assertEquals(TransitionRules.Kind.DOWNGRADE, TransitionRules.kind(FLEXIBLE, STANDARD));
    }

    private static TransitionRules.Outcome up(Ladder ladder, Tier target, Instant at) {
        return TransitionRules.to(TransitionRules.Kind.UPGRADE, held(PUBLIC, ProvisionCause.DEFAULT), ladder, target, null, ProvisionCause.MANUAL, null, at);
    }

    private static @Nullable UUID product(TransitionRules.Outcome decision) {
        return decision instanceof Move move && move.to() != null ? move.to().productId() : null;
    }

    private static String describe(TransitionRules.Outcome decision) {
        return switch (decision) {
            case Impossible no -> no.why().name();
            case Move move -> move.to() == null ? "nothing" : move.to().cause().word();
        };
    }

    /** The tables above use each obstacle. */
    @Test
    void obstacles_allCoveredByTheTables() {
        assertEquals(List.of(Obstacle.KIND, Obstacle.RANK, Obstacle.TARGET), List.of(Obstacle.values()));
    }
}
