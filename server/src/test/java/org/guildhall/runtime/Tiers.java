package org.guildhall.runtime;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.Default;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Lifetime;
import org.guildhall.catalog.Catalog.Standing;
import org.guildhall.catalog.Catalog.Tier;

/** The ladder of the worked example, as the pure rules see it: Public, Standard, Flexible, all of them there since ever. */
final class Tiers {

    static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");
    static final UUID POLICY = new UUID(0, 99);
    private static final UUID LADDER_ID = new UUID(0, 1);
    private static final Lifetime ALWAYS = new Lifetime(Instant.EPOCH, null);

    static final Tier PUBLIC = tier(0, "Public");
    static final Tier STANDARD = tier(1, "Standard");
    static final Tier FLEXIBLE = tier(2, "Flexible");
    static final Ladder LADDER = new Ladder(LADDER_ID, "FedWiki Service", ALWAYS, List.of(PUBLIC, STANDARD, FLEXIBLE));

    private Tiers() {}

    private static Tier tier(int rank, String name) {
        return new Tier(new UUID(1, rank), LADDER_ID, rank, name, ALWAYS, List.of(new Standing(new UUID(2, rank), name, ALWAYS, ALWAYS)));
    }

    static Tier tier(String name) {
        return LADDER.tiers().stream().filter(tier -> tier.name().equals(name)).findFirst().orElseThrow();
    }

    static String name(UUID tierId) {
        return LADDER.tiers().stream().filter(tier -> tier.id().equals(tierId)).findFirst().orElseThrow().name();
    }

    /** The policy that gives a tier, since ever. */
    static Default policy(Tier tier) {
        return policy(tier, ALWAYS);
    }

    static Default policy(Tier tier, Lifetime lifetime) {
        return new Default(POLICY, new UUID(0, 7), tier.products().getFirst().productId(), LADDER_ID, tier.id(), lifetime);
    }

    /** A plan that is held since an hour before noon. */
    static Holding held(Tier tier, HeldBy cause) {
        var grant = cause == HeldBy.GRANT || cause == HeldBy.TRIAL ? new UUID(5, tier.rank()) : null;
        return new Holding(new UUID(4, tier.rank()), tier.products().getFirst().productId(), LADDER_ID, tier.id(), cause, grant,
                cause == HeldBy.DEFAULT ? POLICY : null, NOON.minusSeconds(3600), null);
    }
}
