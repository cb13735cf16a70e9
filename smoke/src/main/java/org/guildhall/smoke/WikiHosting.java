package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import org.guildhall.client.model.BillingInterval;
import org.guildhall.client.model.EntitlementKind;
import org.guildhall.client.model.NewResourceKey;
import org.guildhall.client.model.ProductType;
import org.guildhall.smoke.CatalogSeed.Rule;

/** The catalog of a wiki co-operative: the ladder "FedWiki Service", whose lowest tier is free. */
final class WikiHosting {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 5;

    private WikiHosting() {}

    static void fill(CatalogSeed catalog, Progress progress) {
        catalog.integration("fedwiki", "Federated Wiki", List.of(
                new NewResourceKey("fedwiki.sites", "Sites", EntitlementKind.LIMIT).withUnit("sites"),
                new NewResourceKey("fedwiki.storage_mb", "Storage", EntitlementKind.LIMIT).withUnit("MB")));
        progress.step("FedWiki registers its resource keys");

        var personal = catalog.defaultOrgType("personal", "Personal", "One person and what is theirs; made with the person.");
        catalog.orgType("cooperative", "Co-operative", "Members who run a service together.");
        progress.step("organization types");

        var small = catalog.entitlements("fedwiki-public", "FedWiki Public",
                Rule.limit("fedwiki.sites", 1), Rule.limit("fedwiki.storage_mb", 16).watched(0, 80, 100));
        var medium = catalog.entitlements("fedwiki-standard", "FedWiki Standard",
                Rule.limit("fedwiki.sites", 16), Rule.limit("fedwiki.storage_mb", 256).watched(10, 80, 100));
        var large = catalog.entitlements("fedwiki-flexible", "FedWiki Flexible",
                Rule.unlimited("fedwiki.sites"), Rule.unlimited("fedwiki.storage_mb"));
        var extra = catalog.entitlements("fedwiki-extra-storage", "More room for wikis", Rule.more("fedwiki.storage_mb", 64));
        progress.step("entitlements: 1 site and 16 MB, 16 and 256, flexible");

        var open = catalog.product("fedwiki-public", "FedWiki Public", "One site of 16 MB, for anybody.", null, small, Map.of("tier", "public"));
        var standard = catalog.product("fedwiki-standard", "FedWiki Standard", "Sixteen sites and 256 MB, for members.", null, medium,
                Map.of("tier", "standard"));
        var flexible = catalog.product("fedwiki-flexible", "FedWiki Flexible", "As many sites as the work needs, by agreement.", null, large,
                Map.of("tier", "flexible"));
        catalog.price(standard, "fedwiki-standard-month", 1_200, BillingInterval.MONTH);
        catalog.price(standard, "fedwiki-standard-year", 12_000, BillingInterval.YEAR);
        var storage = catalog.product("fedwiki-extra-storage", "More storage", "64 MB more, beside any plan.", ProductType.ADDON, extra, Map.of());
        catalog.price(storage, "fedwiki-extra-storage-month", 300, BillingInterval.MONTH);
        progress.step("plans, an add-on and prices");

        var ladder = catalog.ladder("fedwiki-service", "FedWiki Service", "From a first site to a farm of them.");
        var foot = catalog.tier(ladder, 0, "Public", open);
        catalog.tier(ladder, 1, "Standard", standard);
        catalog.tier(ladder, 2, "Flexible", flexible);
        catalog.byDefault(personal, foot, open);
        progress.step("ladder FedWiki Service, Public by default");
    }
}
