package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Ladder;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog.TierProduct;
import org.guildhall.catalog.Catalog.Validity;
import org.guildhall.runtime.rules.ProvisionCause;
import org.guildhall.runtime.rules.ProvisionSpan;

/** The ladder of the worked example for the pure rules: Public, Standard, Flexible, all valid since the epoch. */
public final class TierFixture {

    public static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");
    public static final UUID POLICY = new UUID(0, 99);
    private static final UUID LADDER_ID = new UUID(0, 1);
    private static final Validity ALWAYS = new Validity(Instant.EPOCH, null);

    public static final Tier PUBLIC = tier(0, "Public");
    public static final Tier STANDARD = tier(1, "Standard");
    public static final Tier FLEXIBLE = tier(2, "Flexible");
    public static final Ladder LADDER = new Ladder(LADDER_ID, "FedWiki Service", ALWAYS, List.of(PUBLIC, STANDARD, FLEXIBLE));

    private TierFixture() {}

    private static Tier tier(int rank, String name) {
        return new Tier(new UUID(1, rank), LADDER_ID, rank, name, ALWAYS, List.of(new TierProduct(new UUID(2, rank), name, ALWAYS, ALWAYS)));
    }

    public static Tier tier(String name) {
        return LADDER.tiers().stream().filter(tier -> tier.name().equals(name)).findFirst().orElseThrow();
    }

    public static String name(UUID tierId) {
        return LADDER.tiers().stream().filter(tier -> tier.id().equals(tierId)).findFirst().orElseThrow().name();
    }

    /** Returns the policy that gives a tier, valid since the epoch. */
    public static DefaultGrant policy(Tier tier) {
        return policy(tier, ALWAYS);
    }

    public static DefaultGrant policy(Tier tier, Validity lifetime) {
        return new DefaultGrant(POLICY, new UUID(0, 7), tier.products().getFirst().productId(), LADDER_ID, tier.id(), lifetime);
    }

    /** Returns a plan that began an hour before noon. */
    public static ProvisionSpan held(Tier tier, ProvisionCause cause) {
        var grant = cause == ProvisionCause.GRANT || cause == ProvisionCause.TRIAL ? new UUID(5, tier.rank()) : null;
        return new ProvisionSpan(new UUID(4, tier.rank()), tier.products().getFirst().productId(), LADDER_ID, tier.id(), cause, grant,
                cause == ProvisionCause.DEFAULT ? POLICY : null, NOON.minusSeconds(3600), null);
    }
}
