package org.guildhall.smoke.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Creates through the API what an organization needs, and one organization: with a plan and two transitions, one active grant and five revoked
 * ones, three persons, a site and some use. Each of the three persons has a personal organization, the first one's is the sample.
 *
 * @param addon a product off the ladders
 * @param plans the products of the ladder's tiers, the lowest first
 * @param tiers the ladder's tiers, the lowest first
 */
record SampleOrganization(String addon, List<String> plans, List<String> tiers) {

    /** A limit that is counted and never reached. */
    static final String STORAGE = "bench.storage_mb";

    /** An allowance that is counted and never reached. */
    static final String VISITS = "bench.visits";

    private static final int TIERS = 5;
    private static final int REVOKED_GRANTS = 5;
    private static final String KEYS = """
            {"key": "bench", "name": "Bench", "resource_keys": [
              {"key": "bench.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
              {"key": "%s", "display_name": "Storage", "unit": "MB", "kind": "limit"},
              {"key": "%s", "display_name": "Visits", "unit": "visits", "kind": "allowance"}]}""".formatted(STORAGE, VISITS);

    /** @param token a token of an empty tenant that can write the catalog and the runtime */
    static SampleOrganization create(Api api, String token) throws IOException, InterruptedException {
        return new Steps(api, token).create();
    }

    private record Steps(Api api, String token) {

        SampleOrganization create() throws IOException, InterruptedException {
            var integration = id("/catalog/integrations", KEYS);
            var plans = new ArrayList<String>();
            var tiers = new ArrayList<String>();
            var ladder = id("/catalog/plan-ladders", "{\"name\": \"Service\"}");
            for (int rank = 0; rank < TIERS; rank++) {
                plans.add(product("Plan " + rank, "null", 10 * (rank + 1)));
                tiers.add(id("/catalog/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Tier %d\", \"product_id\": \"%s\"}".formatted(rank, plans.get(rank))));
            }
            var addon = product("More sites", "\"addon\"", 4);
            var type = id("/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}");
            id("/catalog/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                    .formatted(type, plans.getFirst(), tiers.getFirst()));
            fill(integration, addon, tiers);
            return new SampleOrganization(addon, List.copyOf(plans), List.copyOf(tiers));
        }

        private String product(String name, String type, int sites) throws IOException, InterruptedException {
            var set = id("/catalog/entitlement-sets", "{\"name\": \"%s\"}".formatted(name));
            var rules = "/catalog/entitlement-sets/" + set + "/rules";
            id(rules, "{\"resource_key\": \"bench.sites\", \"kind\": \"limit\", \"limit_value\": %d%s}"
                    .formatted(sites, type.equals("null") ? "" : ", \"combine\": \"add\""));
            if (type.equals("null")) {
                id(rules, "{\"resource_key\": \"%s\", \"kind\": \"limit\", \"unlimited\": true}".formatted(STORAGE));
                id(rules, "{\"resource_key\": \"%s\", \"kind\": \"allowance\", \"period\": \"month\", \"unlimited\": true}".formatted(VISITS));
            }
            var product = id("/catalog/products", "{\"name\": \"%s\", \"entitlement_set_id\": \"%s\", \"product_type\": %s}".formatted(name, set, type));
            post("/catalog/products/" + product + "/publish", null);
            return product;
        }

        private void fill(String integration, String addon, List<String> tiers) throws IOException, InterruptedException {
            var organization = post("/runtime/persons", person("Mira Rossi")).get("personal_organization_id").asText();
            for (var name : List.of("Jo Lee", "Ada Moreno")) {
                id("/runtime/organizations/" + organization + "/memberships",
                        "{\"person_id\": \"%s\", \"role\": \"member\"}".formatted(id("/runtime/persons", person(name))));
            }
            post("/runtime/organizations/" + organization + "/transitions", transition("upgrade", tiers.get(1)));
            post("/runtime/organizations/" + organization + "/transitions", transition("downgrade", tiers.getFirst()));
            for (int count = 0; count < REVOKED_GRANTS; count++) {
                post("/runtime/grants/" + id("/runtime/grants", grant(organization, addon)) + "/revoke", "{\"reason\": \"Granted by mistake.\"}");
            }
            id("/runtime/grants", grant(organization, addon));
            id("/runtime/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"Recipes\"}".formatted(organization, integration));
            post("/runtime/usage-reports", report(organization, "sample"));
        }

        private String id(String path, String body) throws IOException, InterruptedException {
            return post(path, body).get("id").asText();
        }

        private JsonNode post(String path, @Nullable String body) throws IOException, InterruptedException {
            return api.post(path, token, body);
        }
    }

    static String person(String name) {
        return "{\"name\": \"%s\", \"email\": \"mira@bench.invalid\", \"birth_on\": \"1991-04-17\"}".formatted(name);
    }

    static String grant(String organization, String product) {
        return "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"reason\": \"By the board.\"}".formatted(organization, product);
    }

    static String trial(String organization, String product) {
        return "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"kind\": \"trial\", \"duration\": \"P14D\"}".formatted(organization, product);
    }

    static String transition(String kind, String tier) {
        return "{\"kind\": \"%s\", \"target_tier_id\": \"%s\", \"reason\": \"As agreed.\"}".formatted(kind, tier);
    }

    /** A report of ten events of two resource keys. */
    static String report(String organization, String externalId) {
        var events = new ArrayList<String>();
        for (int at = 0; at < RuntimeBaselines.EVENTS; at++) {
            events.add("{\"external_id\": \"%s-%d\", \"organization_id\": \"%s\", \"resource_key\": \"%s\", \"quantity\": 1}"
                    .formatted(externalId, at, organization, at % 2 == 0 ? STORAGE : VISITS));
        }
        return "{\"events\": [" + String.join(", ", events) + "]}";
    }
}
