package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.ProductType;
import org.guildhall.smoke.Shelf.Rule;

/** The catalog of the gym at Winter Street: memberships for adults, juniors and families, class packs and add-ons. Prices include GST. */
final class MartialArts {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 6;

    private MartialArts() {}

    static void fill(Shelf shelf, Progress progress) {
        shelf.integration("studio", "Studio floor", List.of(
                new NewResourceKey("studio.classes", "Classes", EntitlementKind.ALLOWANCE).withUnit("classes"),
                new NewResourceKey("studio.open_mat", "Open mat on Sundays", EntitlementKind.BOOLEAN),
                new NewResourceKey("studio.guests", "Guests", EntitlementKind.LIMIT).withUnit("guests"),
                new NewResourceKey("studio.lockers", "Lockers", EntitlementKind.LIMIT).withUnit("lockers")));
        shelf.orgType("household", "Household", "A family that trains together.");
        progress.step("the studio registers its resource keys");

        var twice = shelf.entitlements("studio-twice", "Two classes a week", Rule.perWeek("studio.classes", 2));
        var unlimited = shelf.entitlements("studio-unlimited", "Every class",
                Rule.everyWeek("studio.classes"), Rule.limit("studio.guests", 1));
        var family = shelf.entitlements("studio-family", "Every class for a family",
                Rule.everyWeek("studio.classes"), Rule.limit("studio.guests", 4));
        var anybody = shelf.entitlements("studio-open-mat", "Open mat", Rule.allows("studio.open_mat"));
        var one = shelf.entitlements("studio-locker", "A locker", Rule.more("studio.lockers", 1));
        var guest = shelf.entitlements("studio-guest", "One more guest", Rule.more("studio.guests", 1));
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
        var locker = shelf.product("locker", "Locker", "A locker of one's own.", ProductType.ADDON, one, Map.of());
        shelf.price(locker, "locker-month", 1_500, BillingInterval.MONTH);
        var pass = shelf.product("guest-pass", "Guest pass", "One guest more, whenever you train.", ProductType.ADDON, guest, Map.of());
        shelf.price(pass, "guest-pass-month", 2_000, BillingInterval.MONTH);
        var coaching = shelf.product("private-coaching", "Private coaching", "By the hour.", ProductType.USAGE, null, Map.of("unit", "hour"));
        shelf.price(coaching, "private-coaching-hour", 9_500, null);
        progress.step("class packs and add-ons");

        var openMat = shelf.product("open-mat", "Open mat", "Sunday mornings, for anybody who has signed up.", ProductType.ADDON, anybody, Map.of());
        shelf.byDefault(shelf.defaultOrgType("personal", "Personal", "One person and what is theirs; made with the person."), openMat);
        progress.step("an open mat for everybody");
    }
}
