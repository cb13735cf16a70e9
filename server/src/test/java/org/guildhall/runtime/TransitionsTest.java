package org.guildhall.runtime;

import static org.guildhall.runtime.Tiers.FLEXIBLE;
import static org.guildhall.runtime.Tiers.LADDER;
import static org.guildhall.runtime.Tiers.NOON;
import static org.guildhall.runtime.Tiers.PUBLIC;
import static org.guildhall.runtime.Tiers.STANDARD;
import static org.guildhall.runtime.Tiers.held;
import static org.guildhall.runtime.Tiers.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Lifetime;
import org.guildhall.catalog.Catalog.Standing;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.runtime.Transitions.Impossible;
import org.guildhall.runtime.Transitions.Landing;
import org.guildhall.runtime.Transitions.Move;
import org.guildhall.runtime.Transitions.Why;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of moving, each kind from everywhere to everywhere. The ladder is that of the worked example. */
class TransitionsTest {

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
    void aKindAgreesWithTheRanksOrIsRefused(String kind, @Nullable String from, String to, String outcome) {
        var held = from == null ? null : held(Tiers.tier(from), HeldBy.MANUAL);
        assertEquals(outcome, told(Transitions.to(MoveKind.of(kind), held, LADDER, Tiers.tier(to), policy(PUBLIC), HeldBy.MANUAL, null, NOON)));
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
    void anEndBringsTheDefaultAfreshOrNothing(@Nullable String held, @Nullable String by, @Nullable String byDefault, String outcome) {
        var from = held == null || by == null ? null : held(Tiers.tier(held), HeldBy.of(by));
        var decision = Transitions.end(from, byDefault == null ? null : policy(Tiers.tier(byDefault)));
        var seen = switch (decision) {
            case Impossible no -> no.why().name();
            case Move move -> move.to() == null ? "nothing" : Tiers.name(move.to().tierId());
        };
        assertEquals(outcome, seen);
        if (decision instanceof Move move && move.to() != null) {
            assertEquals(HeldBy.DEFAULT, move.to().cause());
            assertEquals(Tiers.POLICY, move.to().policyId());
        }
    }

    @Test
    void aDowngradeToTheDefaultsTierComesFromTheDefault() {
        var down = (Move) Transitions.to(MoveKind.DOWNGRADE, held(FLEXIBLE, HeldBy.TRIAL), LADDER, STANDARD, policy(STANDARD), HeldBy.MANUAL, null, NOON);
        assertEquals(new Landing(STANDARD.id(), STANDARD.products().getFirst().productId(), HeldBy.DEFAULT, Tiers.POLICY), down.to());
        var up = (Move) Transitions.to(MoveKind.UPGRADE, held(PUBLIC, HeldBy.MANUAL), LADDER, STANDARD, policy(STANDARD), HeldBy.GRANT, null, NOON);
        assertEquals(new Landing(STANDARD.id(), STANDARD.products().getFirst().productId(), HeldBy.GRANT, null), up.to());
    }

    @Test
    void whatIsArchivedOrNotPublishedIsNotReached() {
        var over = new Lifetime(NOON.minusSeconds(9), NOON);
        var product = STANDARD.products().getFirst();
        var archived = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", over, List.of(new Standing(product.productId(), "p", over, product.published())));
        var retired = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", STANDARD.lifetime(), List.of(new Standing(product.productId(), "p", product.stood(), over)));
        var draft = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", STANDARD.lifetime(),
                List.of(new Standing(product.productId(), "p", product.stood(), new Lifetime(null, null))));
        for (var tier : List.of(archived, retired, draft)) {
            assertEquals("TARGET", told(up(LADDER, tier, NOON)));
        }
        assertEquals("manual", told(up(LADDER, archived, NOON.minusNanos(1_000))), "it was there just before");
        assertEquals("manual", told(up(LADDER, retired, NOON.minusNanos(1_000))), "it was published just before");
        assertEquals("TARGET", told(up(new Ladder(LADDER.id(), "FedWiki Service", over, LADDER.tiers()), STANDARD, NOON)));
    }

    @Test
    void theProductIsTheOneThatTheTierStoodForAtTheInstant() {
        var old = UUID.randomUUID();
        var young = UUID.randomUUID();
        var always = new Lifetime(Instant.EPOCH, null);
        var tier = new Tier(STANDARD.id(), LADDER.id(), 1, "Standard", always, List.of(
                new Standing(old, "old", new Lifetime(Instant.EPOCH, NOON), always), new Standing(young, "young", new Lifetime(NOON, null), always)));
        assertEquals(old, product(up(LADDER, tier, NOON.minusNanos(1_000))));
        assertEquals(young, product(up(LADDER, tier, NOON)));
    }

    @Test
    void whatWasAgreedOnWithTheRanksOfThenHoldsAlthoughTheyWereReorderedSince() {
        var held = held(FLEXIBLE, HeldBy.MANUAL);
        var decision = Transitions.to(MoveKind.UPGRADE, held, LADDER, STANDARD, null, HeldBy.MANUAL, FLEXIBLE.id(), NOON);
        assertEquals("manual", told(decision));
        assertEquals("RANK", told(Transitions.to(MoveKind.UPGRADE, held, LADDER, STANDARD, null, HeldBy.MANUAL, PUBLIC.id(), NOON)));
    }

    @Test
    void toTheSameTierAMoveIsARenewal() {
        assertEquals(MoveKind.RENEW, Transitions.kind(STANDARD, STANDARD));
        assertNull(Transitions.kind(STANDARD, new Tier(new UUID(8, 8), STANDARD.ladderId(), STANDARD.rank(), "Other", STANDARD.lifetime(), STANDARD.products())));
        assertEquals(MoveKind.INITIATE, Transitions.kind(null, STANDARD));
        assertEquals(MoveKind.UPGRADE, Transitions.kind(PUBLIC, STANDARD));
        assertEquals(MoveKind.DOWNGRADE, Transitions.kind(FLEXIBLE, STANDARD));
    }

    private static Transitions.Decision up(Ladder ladder, Tier target, Instant at) {
        return Transitions.to(MoveKind.UPGRADE, held(PUBLIC, HeldBy.DEFAULT), ladder, target, null, HeldBy.MANUAL, null, at);
    }

    private static @Nullable UUID product(Transitions.Decision decision) {
        return decision instanceof Move move && move.to() != null ? move.to().productId() : null;
    }

    private static String told(Transitions.Decision decision) {
        return switch (decision) {
            case Impossible no -> no.why().name();
            case Move move -> move.to() == null ? "nothing" : move.to().cause().word();
        };
    }

    /** The why is part of the table above. */
    @Test
    void everyReasonIsTried() {
        assertEquals(List.of(Why.KIND, Why.RANK, Why.TARGET), List.of(Why.values()));
    }
}
