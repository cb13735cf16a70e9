package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.ProductType;
import org.guildhall.smoke.CatalogSeed.Rule;

/** The catalog of the gym at Winter Street: memberships for adults, juniors and families, class packs and add-ons. Prices include GST. */
final class MartialArts {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 6;

    private MartialArts() {}

    static void fill(CatalogSeed catalog, Progress progress) {
        catalog.integration("studio", "Studio floor", List.of(
                new NewResourceKey("studio.classes", "Classes", EntitlementKind.ALLOWANCE).withUnit("classes"),
                new NewResourceKey("studio.open_mat", "Open mat on Sundays", EntitlementKind.BOOLEAN),
                new NewResourceKey("studio.guests", "Guests", EntitlementKind.LIMIT).withUnit("guests"),
                new NewResourceKey("studio.lockers", "Lockers", EntitlementKind.LIMIT).withUnit("lockers")));
        catalog.orgType("household", "Household", "A family that trains together.");
        progress.step("the studio registers its resource keys");

        var twice = catalog.entitlements("studio-twice", "Two classes a week", Rule.perWeek("studio.classes", 2));
        var unlimited = catalog.entitlements("studio-unlimited", "Every class",
                Rule.everyWeek("studio.classes"), Rule.limit("studio.guests", 1));
        var family = catalog.entitlements("studio-family", "Every class for a family",
                Rule.everyWeek("studio.classes"), Rule.limit("studio.guests", 4));
        var anybody = catalog.entitlements("studio-open-mat", "Open mat", Rule.allows("studio.open_mat"));
        var one = catalog.entitlements("studio-locker", "A locker", Rule.more("studio.lockers", 1));
        var guest = catalog.entitlements("studio-guest", "One more guest", Rule.more("studio.guests", 1));
        progress.step("entitlements: two classes a week, every class, a family");

        var adult = catalog.product("adult-basic", "Adult Basic", "Two classes a week.", null, twice, Map.of("audience", "adults"));
        var adultAll = catalog.product("adult-unlimited", "Adult Unlimited", "Every class, and one guest.", null, unlimited, Map.of("audience", "adults"));
        var junior = catalog.product("junior-basic", "Junior Basic", "Two junior classes a week.", null, twice, Map.of("audience", "juniors"));
        var juniorAll = catalog.product("junior-unlimited", "Junior Unlimited", "Every junior class.", null, unlimited, Map.of("audience", "juniors"));
        var together = catalog.product("family", "Family", "Every class for two adults and their children.", null, family, Map.of("audience", "families"));
        catalog.price(adult, "adult-basic-month", 12_900, BillingInterval.MONTH);
        catalog.price(adultAll, "adult-unlimited-month", 18_900, BillingInterval.MONTH);
        catalog.price(junior, "junior-basic-month", 8_900, BillingInterval.MONTH);
        catalog.price(juniorAll, "junior-unlimited-month", 11_900, BillingInterval.MONTH);
        catalog.price(together, "family-month", 32_900, BillingInterval.MONTH);
        progress.step("memberships and their prices");

        var adults = catalog.ladder("adults", "Adult memberships", "Basic, then every class.");
        catalog.tier(adults, 0, "Basic", adult);
        catalog.tier(adults, 1, "Unlimited", adultAll);
        var juniors = catalog.ladder("juniors", "Junior memberships", "Basic, then every class.");
        catalog.tier(juniors, 0, "Basic", junior);
        catalog.tier(juniors, 1, "Unlimited", juniorAll);
        var families = catalog.ladder("families", "Family memberships", "One membership for all who live together.");
        catalog.tier(families, 0, "Family", together);
        progress.step("ladders for adults, juniors and families");

        var pack = catalog.product("pack-10", "Ten-class pack", "Ten classes within six months.", ProductType.ONE_TIME, null, Map.of("classes", "10"));
        catalog.price(pack, "pack-10", 22_000, null);
        var trial = catalog.product("trial-week", "Trial week", "Three classes in a first week.", ProductType.ONE_TIME, null, Map.of("classes", "3"));
        catalog.price(trial, "trial-week", 2_900, null);
        var locker = catalog.product("locker", "Locker", "A locker of one's own.", ProductType.ADDON, one, Map.of());
        catalog.price(locker, "locker-month", 1_500, BillingInterval.MONTH);
        var pass = catalog.product("guest-pass", "Guest pass", "One guest more, whenever you train.", ProductType.ADDON, guest, Map.of());
        catalog.price(pass, "guest-pass-month", 2_000, BillingInterval.MONTH);
        var coaching = catalog.product("private-coaching", "Private coaching", "By the hour.", ProductType.USAGE, null, Map.of("unit", "hour"));
        catalog.price(coaching, "private-coaching-hour", 9_500, null);
        progress.step("class packs and add-ons");

        var openMat = catalog.product("open-mat", "Open mat", "Sunday mornings, for anybody who has signed up.", ProductType.ADDON, anybody, Map.of());
        catalog.byDefault(catalog.defaultOrgType("personal", "Personal", "One person and what is theirs; made with the person."), openMat);
        progress.step("an open mat for everybody");
    }
}
