package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.ProductType;
import org.guildhall.smoke.Shelf.Rule;

/** The catalog of a wiki co-operative: the ladder "FedWiki Service", whose lowest tier is free. */
final class WikiHosting {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 5;

    private WikiHosting() {}

    static void fill(Shelf shelf, Progress progress) {
        shelf.integration("fedwiki", "Federated Wiki", List.of(
                new NewResourceKey("fedwiki.sites", "Sites", EntitlementKind.LIMIT).withUnit("sites"),
                new NewResourceKey("fedwiki.storage_mb", "Storage", EntitlementKind.LIMIT).withUnit("MB")));
        progress.step("FedWiki registers its resource keys");

        var personal = shelf.defaultOrgType("personal", "Personal", "One person and what is theirs; made with the person.");
        shelf.orgType("cooperative", "Co-operative", "Members who run a service together.");
        progress.step("organization types");

        var small = shelf.entitlements("fedwiki-public", "FedWiki Public",
                Rule.limit("fedwiki.sites", 1), Rule.limit("fedwiki.storage_mb", 16).watched(0, 80, 100));
        var medium = shelf.entitlements("fedwiki-standard", "FedWiki Standard",
                Rule.limit("fedwiki.sites", 16), Rule.limit("fedwiki.storage_mb", 256).watched(10, 80, 100));
        var large = shelf.entitlements("fedwiki-flexible", "FedWiki Flexible",
                Rule.unlimited("fedwiki.sites"), Rule.unlimited("fedwiki.storage_mb"));
        var extra = shelf.entitlements("fedwiki-extra-storage", "More room for wikis", Rule.more("fedwiki.storage_mb", 64));
        progress.step("entitlements: 1 site and 16 MB, 16 and 256, flexible");

        var open = shelf.product("fedwiki-public", "FedWiki Public", "One site of 16 MB, for anybody.", null, small, Map.of("tier", "public"));
        var standard = shelf.product("fedwiki-standard", "FedWiki Standard", "Sixteen sites and 256 MB, for members.", null, medium,
                Map.of("tier", "standard"));
        var flexible = shelf.product("fedwiki-flexible", "FedWiki Flexible", "As many sites as the work needs, by agreement.", null, large,
                Map.of("tier", "flexible"));
        shelf.price(standard, "fedwiki-standard-month", 1_200, BillingInterval.MONTH);
        shelf.price(standard, "fedwiki-standard-year", 12_000, BillingInterval.YEAR);
        var storage = shelf.product("fedwiki-extra-storage", "More storage", "64 MB more, beside any plan.", ProductType.ADDON, extra, Map.of());
        shelf.price(storage, "fedwiki-extra-storage-month", 300, BillingInterval.MONTH);
        progress.step("plans, an add-on and prices");

        var ladder = shelf.ladder("fedwiki-service", "FedWiki Service", "From a first site to a farm of them.");
        var foot = shelf.tier(ladder, 0, "Public", open);
        shelf.tier(ladder, 1, "Standard", standard);
        shelf.tier(ladder, 2, "Flexible", flexible);
        shelf.byDefault(personal, foot, open);
        progress.step("ladder FedWiki Service, Public by default");
    }
}
