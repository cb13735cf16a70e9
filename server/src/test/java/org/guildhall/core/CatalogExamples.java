package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;
import java.util.Map;

/** The examples of the catalog's operations, and the resources that they need. */
final class CatalogExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_PRODUCT).makes("prd").unique("/provider_references/stripe"),
            example(LIST_PRODUCTS),
            example(GET_PRODUCT),
            example(UPDATE_PRODUCT),
            example(PUBLISH_PRODUCT),
            example(RETIRE_PRODUCT).after(PUBLISH_PRODUCT),
            example(LIST_PRODUCT_LADDERS).at("product_id", CatalogExamples::productOnLadder).entry(samples -> samples.remembered("ladder")),
            example(CREATE_PRICE).makes("prc").unique("/provider_references/stripe"),
            example(LIST_PRODUCT_PRICES),
            example(GET_PRICE),
            example(UPDATE_PRICE).unique("/provider_references/paystack"),
            example(ARCHIVE_PRICE),

            example(CREATE_ORG_TYPE).makes("otp").unique("/key"),
            example(LIST_ORG_TYPES),
            example(GET_ORG_TYPE),
            example(UPDATE_ORG_TYPE),
            example(ARCHIVE_ORG_TYPE),

            example(CREATE_INTEGRATION).makes("itg").unique("/key").without("/resource_keys"),
            example(LIST_INTEGRATIONS),
            example(GET_INTEGRATION),
            example(UPDATE_INTEGRATION),
            example(ARCHIVE_INTEGRATION),

            example(CREATE_ENTITLEMENT_SET).makes("ens"),
            example(LIST_ENTITLEMENT_SETS),
            example(GET_ENTITLEMENT_SET),
            example(UPDATE_ENTITLEMENT_SET),
            example(ARCHIVE_ENTITLEMENT_SET),
            example(CREATE_ENTITLEMENT_RULE).makes("rul").with("/resource_key", CatalogExamples::resourceKey),
            example(LIST_ENTITLEMENT_SET_RULES),
            example(GET_ENTITLEMENT_RULE),
            example(UPDATE_ENTITLEMENT_RULE),
            example(END_ENTITLEMENT_RULE),

            example(CREATE_PLAN_LADDER).makes("lad"),
            example(LIST_PLAN_LADDERS),
            example(GET_PLAN_LADDER),
            example(UPDATE_PLAN_LADDER),
            example(ARCHIVE_PLAN_LADDER),
            example(REORDER_TIERS).at("plan_ladder_id", CatalogExamples::ladder).with("/tier_ids", CatalogExamples::otherOrder),
            example(CREATE_TIER).makes("tir"),
            example(LIST_PLAN_LADDER_TIERS),
            example(GET_TIER),
            example(UPDATE_TIER),
            example(ARCHIVE_TIER),

            example(CREATE_DEFAULT_GRANT_POLICY).makes("dgp")
                    .with("/path", world -> "off_ladder")
                    .with("/product_id", CatalogExamples::publishedProduct)
                    .without("/tier_id"),
            example(LIST_DEFAULT_GRANT_POLICIES),
            example(GET_DEFAULT_GRANT_POLICY),
            example(END_DEFAULT_GRANT_POLICY),
            example(CREATE_DEFAULT_GRANT_BACKFILL).makes("bfl"),
            example(LIST_DEFAULT_GRANT_POLICY_BACKFILLS),
            example(GET_DEFAULT_GRANT_BACKFILL));

    private CatalogExamples() {}

    /** A new resource key of kind {@code limit}. */
    static String resourceKey(SampleData samples) {
        var integration = samples.word();
        var key = integration + ".sites";
        samples.made("/api/v1/catalog/integrations", Map.of("key", integration, "name", "Sites", "resource_keys",
                List.of(Map.of("key", key, "display_name", "Sites", "kind", "limit"))));
        return key;
    }

    /** A new published product. */
    static String publishedProduct(SampleData samples) {
        return published(samples, samples.id("prd"));
    }

    static String published(SampleData samples, String product) {
        samples.http.post("/api/v1/catalog/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** A new tier with a published product. */
    static String reachableTier(SampleData samples) {
        return tier(samples, samples.id("lad"), publishedProduct(samples));
    }

    private static String tier(SampleData samples, String ladder, String product) {
        return samples.made("/api/v1/catalog/plan-ladders/" + ladder + "/tiers", Map.of("name", samples.word(), "product_id", product));
    }

    /** A new product on a new ladder. */
    static String productOnLadder(SampleData samples) {
        var product = samples.id("prd");
        samples.remember("ladder", samples.id("lad"));
        tier(samples, samples.remembered("ladder"), product);
        return product;
    }

    /** A new ladder with two tiers. */
    static String ladder(SampleData samples) {
        var ladder = samples.id("lad");
        var lower = tier(samples, ladder, samples.id("prd"));
        samples.remember("tiers", tier(samples, ladder, samples.id("prd")) + " " + lower);
        return ladder;
    }

    /** The tiers of the last {@link #ladder} in reverse order. */
    static List<String> otherOrder(SampleData samples) {
        return List.of(samples.remembered("tiers").split(" "));
    }
}
