package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.ProductType;

/** What the gym at Winter Street offers: memberships for adults, juniors and families, class packs and what goes with them. Prices include GST. */
final class MartialArts {

    /** How many steps {@link #fill} tells. */
    static final int STEPS = 5;

    private MartialArts() {}

    static void fill(Shelf shelf, Progress progress) {
        shelf.integration("studio", "Studio floor", List.of(
                new NewResourceKey("studio.weekly_classes", "Classes a week", EntitlementKind.LIMIT).withUnit("classes"),
                new NewResourceKey("studio.guests", "Guests", EntitlementKind.LIMIT).withUnit("guests")));
        shelf.orgType("household", "Household", "A family that trains together.");
        progress.step("the studio registers its resource keys");

        var twice = shelf.entitlements("studio-twice", "Two classes a week", new Shelf.Limit("studio.weekly_classes", 2L));
        var unlimited = shelf.entitlements("studio-unlimited", "Every class",
                new Shelf.Limit("studio.weekly_classes", null), new Shelf.Limit("studio.guests", 1L));
        var family = shelf.entitlements("studio-family", "Every class for a family",
                new Shelf.Limit("studio.weekly_classes", null), new Shelf.Limit("studio.guests", 4L));
        progress.step("entitlements: two classes a week, every class, a family");

        var adult = shelf.product("adult-basic", "Adult Basic", "Two classes a week.", null, twice, Map.of("audience", "adults"));
        var adultAll = shelf.product("adult-unlimited", "Adult Unlimited", "Every class, and one guest.", null, unlimited, Map.of("audience", "adults"));
        var junior = shelf.product("junior-basic", "Junior Basic", "Two junior classes a week.", null, twice, Map.of("audience", "juniors"));
        var juniorAll = shelf.product("junior-unlimited", "Junior Unlimited", "Every junior class.", null, unlimited, Map.of("audience", "juniors"));
        var together = shelf.product("family", "Family", "Every class for two adults and their children.", null, family, Map.of("audience", "families"));
        shelf.price(adult, "adult-basic-month", 12_900, BillingInterval.MONTH);
        shelf.price(adultAll, "adult-unlimited-month", 18_900, BillingInterval.MONTH);
        shelf.price(junior, "junior-basic-month", 8_900, BillingInterval.MONTH);
        shelf.price(juniorAll, "junior-unlimited-month", 11_900, BillingInterval.MONTH);
        shelf.price(together, "family-month", 32_900, BillingInterval.MONTH);
        progress.step("memberships and their prices");

        var adults = shelf.ladder("adults", "Adult memberships", "Basic, then every class.");
        shelf.tier(adults, 0, "Basic", adult);
        shelf.tier(adults, 1, "Unlimited", adultAll);
        var juniors = shelf.ladder("juniors", "Junior memberships", "Basic, then every class.");
        shelf.tier(juniors, 0, "Basic", junior);
        shelf.tier(juniors, 1, "Unlimited", juniorAll);
        var families = shelf.ladder("families", "Family memberships", "One membership for all who live together.");
        shelf.tier(families, 0, "Family", together);
        progress.step("ladders for adults, juniors and families");

        var pack = shelf.product("pack-10", "Ten-class pack", "Ten classes within six months.", ProductType.ONE_TIME, null, Map.of("classes", "10"));
        shelf.price(pack, "pack-10", 22_000, null);
        var trial = shelf.product("trial-week", "Trial week", "Three classes in a first week.", ProductType.ONE_TIME, null, Map.of("classes", "3"));
        shelf.price(trial, "trial-week", 2_900, null);
        var locker = shelf.product("locker", "Locker", "A locker of one's own.", ProductType.ADDON, null, Map.of());
        shelf.price(locker, "locker-month", 1_500, BillingInterval.MONTH);
        var coaching = shelf.product("private-coaching", "Private coaching", "By the hour.", ProductType.USAGE, null, Map.of("unit", "hour"));
        shelf.price(coaching, "private-coaching-hour", 9_500, null);
        progress.step("class packs and add-ons");
    }
}
