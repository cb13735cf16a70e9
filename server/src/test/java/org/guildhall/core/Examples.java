package org.guildhall.core;

import static org.guildhall.api.Operation.*;

import java.util.EnumMap;
import java.util.Map;
import org.guildhall.api.Operation;

/**
 * One line for each operation: how to call it so that it succeeds. The body is the document's own example, every id in it and in the path
 * a new resource of the tenant, every {@code external_id} another one; a line says only what is particular. {@link EveryOperationTest}
 * fails for an operation without a line.
 */
final class Examples {

    private static final Map<Operation, Example> ROWS = new EnumMap<>(Operation.class);

    private Examples() {}

    private static Example row(Operation operation) {
        var example = new Example(operation);
        ROWS.put(operation, example);
        return example;
    }

    static {
        row(GET_HEALTH);
        row(GET_READINESS);
        row(GET_OPEN_API_JSON);
        row(GET_OPEN_API_YAML);
        row(GET_AUTH_STATUS);

        row(CREATE_TENANT).makes("ten");
        row(LIST_TENANTS);
        row(GET_TENANT);
        row(UPDATE_TENANT).unique("/name").without("/rate_limit_maximum");
        row(SUSPEND_TENANT);
        row(REACTIVATE_TENANT).after(SUSPEND_TENANT);
        row(CREATE_TENANT_ADMIN_TOKEN);
        row(GET_SETTINGS);
        row(UPDATE_SETTINGS).without("/token_lifetime_days_max").with("/rate_limit", SampleData::roomyLimit);
        row(CREATE_CONSUMER).makes("con");
        row(LIST_CONSUMERS);
        row(GET_CONSUMER);
        row(UPDATE_CONSUMER);
        row(ARCHIVE_CONSUMER);
        row(CREATE_TOKEN).makes("tok").with("/expires_at", SampleData::nextMonth);
        row(LIST_TOKENS);
        row(GET_TOKEN);
        row(UPDATE_TOKEN).with("/expires_at", SampleData::nextMonth);
        row(ROTATE_TOKEN);
        row(REVOKE_TOKEN);
        row(GET_RATE_LIMIT);
        row(GET_IDEMPOTENCY_OUTCOME).at("key", SampleData::committedKey);
        row(LIST_AUDIT_EVENTS);
        row(GET_AUDIT_EVENT).at("audit_event_id", SampleData::event);
        row(CREATE_AUDIT_REVIEW).at("audit_event_id", SampleData::event);
        row(LIST_AUDIT_EVENT_CHANGES).at("audit_event_id", SampleData::event);
        row(LIST_AUDIT_EVENT_REVIEWS).at("audit_event_id", SampleData::event);
        row(GET_AUDIT_REVIEW).at("audit_event_id", SampleData::event).at("audit_review_id", SampleData::review);

        row(CREATE_PRODUCT).makes("prd").unique("/provider_references/stripe");
        row(LIST_PRODUCTS);
        row(GET_PRODUCT);
        row(UPDATE_PRODUCT);
        row(PUBLISH_PRODUCT);
        row(RETIRE_PRODUCT).after(PUBLISH_PRODUCT);
        row(LIST_PRODUCT_LADDERS);
        row(CREATE_PRICE).makes("prc").unique("/provider_references/stripe");
        row(LIST_PRODUCT_PRICES);
        row(GET_PRICE);
        row(UPDATE_PRICE).unique("/provider_references/paystack");
        row(ARCHIVE_PRICE);

        row(CREATE_ORG_TYPE).makes("otp").unique("/key");
        row(LIST_ORG_TYPES);
        row(GET_ORG_TYPE);
        row(UPDATE_ORG_TYPE);
        row(ARCHIVE_ORG_TYPE);

        row(CREATE_INTEGRATION).makes("itg").unique("/key").without("/resource_keys");
        row(LIST_INTEGRATIONS);
        row(GET_INTEGRATION);
        row(UPDATE_INTEGRATION);
        row(ARCHIVE_INTEGRATION);

        row(CREATE_ENTITLEMENT_SET).makes("ens");
        row(LIST_ENTITLEMENT_SETS);
        row(GET_ENTITLEMENT_SET);
        row(UPDATE_ENTITLEMENT_SET);
        row(ARCHIVE_ENTITLEMENT_SET);
        row(CREATE_ENTITLEMENT_RULE).makes("rul").with("/resource_key", SampleData::resourceKey);
        row(LIST_ENTITLEMENT_SET_RULES);
        row(GET_ENTITLEMENT_RULE);
        row(UPDATE_ENTITLEMENT_RULE);
        row(END_ENTITLEMENT_RULE);

        row(CREATE_PLAN_LADDER).makes("lad");
        row(LIST_PLAN_LADDERS);
        row(GET_PLAN_LADDER);
        row(UPDATE_PLAN_LADDER);
        row(ARCHIVE_PLAN_LADDER);
        row(REORDER_TIERS).at("plan_ladder_id", SampleData::ladder).with("/tier_ids", SampleData::otherOrder);
        row(CREATE_TIER).makes("tir");
        row(LIST_PLAN_LADDER_TIERS);
        row(GET_TIER);
        row(UPDATE_TIER);
        row(ARCHIVE_TIER);

        row(CREATE_DEFAULT_GRANT_POLICY).makes("dgp").with("/path", world -> "off_ladder").with("/product_id", SampleData::publishedProduct).without("/tier_id");
        row(LIST_DEFAULT_GRANT_POLICIES);
        row(GET_DEFAULT_GRANT_POLICY);
        row(END_DEFAULT_GRANT_POLICY);
        row(CREATE_DEFAULT_GRANT_BACKFILL).makes("bfl");
        row(LIST_DEFAULT_GRANT_POLICY_BACKFILLS);
        row(GET_DEFAULT_GRANT_BACKFILL);

        // people
        row(CREATE_PERSON).makes("per").with("/identities/0/subject", SampleData::newcomer);
        row(LIST_PERSONS);
        row(GET_PERSON);
        row(UPDATE_PERSON);
        row(ARCHIVE_PERSON);
        row(CREATE_PERSON_IDENTITY).makes("idn").unique("/subject");
        row(LIST_PERSON_IDENTITIES);
        row(GET_PERSON_IDENTITY);
        row(DELETE_PERSON_IDENTITY);
        row(CREATE_ORGANIZATION).makes("org");
        row(LIST_ORGANIZATIONS);
        row(GET_ORGANIZATION);
        row(UPDATE_ORGANIZATION);
        row(ARCHIVE_ORGANIZATION);
        row(CREATE_WORKSPACE).makes("wks");
        row(LIST_ORGANIZATION_WORKSPACES);
        row(LIST_WORKSPACES);
        row(GET_WORKSPACE);
        row(UPDATE_WORKSPACE);
        row(ARCHIVE_WORKSPACE);
        row(CREATE_MEMBERSHIP).makes("mem");
        row(LIST_ORGANIZATION_MEMBERSHIPS);
        row(LIST_MEMBERSHIPS);
        row(GET_MEMBERSHIP);
        row(UPDATE_MEMBERSHIP);
        row(END_MEMBERSHIP);
        row(CREATE_INVITATION).makes("ivt").with("/email", SampleData::address);
        row(LIST_ORGANIZATION_INVITATIONS);
        row(GET_INVITATION);
        row(UPDATE_INVITATION);
        row(ACCEPT_INVITATION).with("/token", SampleData::invitationToken);
        row(RENEW_INVITATION);
        row(REVOKE_INVITATION);
        row(CREATE_HOUSEHOLD).makes("hou");
        row(LIST_HOUSEHOLDS);
        row(GET_HOUSEHOLD);
        row(UPDATE_HOUSEHOLD);
        row(ARCHIVE_HOUSEHOLD);
        row(CREATE_HOUSEHOLD_MEMBER).makes("hme");
        row(LIST_HOUSEHOLD_MEMBERS);
        row(GET_HOUSEHOLD_MEMBER);
        row(UPDATE_HOUSEHOLD_MEMBER);
        row(END_HOUSEHOLD_MEMBER);

        // moves
        row(GET_POOL);
        row(LIST_PROVISIONS);
        row(GET_PROVISION).at("provision_id", SampleData::provision);
        row(CREATE_TRANSITION).makes("trn").with("/target_tier_id", SampleData::reachableTier);
        row(LIST_ORGANIZATION_TRANSITIONS);
        row(LIST_TRANSITIONS);
        row(GET_TRANSITION);
        row(CANCEL_TRANSITION).at("transition_id", SampleData::scheduledTransition);
        row(CREATE_GRANT).makes("gra").with("/product_id", SampleData::publishedProduct).with("/ends_at", SampleData::nextMonth);
        row(LIST_GRANTS);
        row(GET_GRANT);
        row(UPDATE_GRANT);
        row(EXTEND_GRANT);
        row(REVOKE_GRANT);

        // entitlements
        row(GET_EFFECTIVE_ENTITLEMENTS);
        row(CHECK_ENTITLEMENT).with("/resource_key", SampleData::resourceKey);
        row(GET_REACHABLE_TIERS);

        // usage
        row(CREATE_USAGE_REPORT).makes("urp").with("/events", SampleData::usage);
        row(LIST_USAGE_EVENTS);
        row(GET_USAGE_EVENT).at("usage_event_id", SampleData::usageEvent);
        row(GET_USAGE_REPORT);
        row(GET_USAGE);
        row(LIST_ORGANIZATION_USAGE_THRESHOLDS);
        row(LIST_USAGE_THRESHOLDS);
        row(GET_USAGE_THRESHOLD).at("usage_threshold_id", SampleData::usageThreshold);
        row(CREATE_SITE).makes("sit").with("/organization_id", SampleData::siteHolder).with("/integration_id", SampleData::siteMaker).with("/domain", SampleData::hostName);
        row(LIST_SITES);
        row(GET_SITE);
        row(UPDATE_SITE);
        row(START_SITE_PROVISIONING);
        row(ACTIVATE_SITE);
        row(MAKE_SITE_READ_ONLY).after(ACTIVATE_SITE);
        row(REMOVE_SITE);

        row(GET_ORGANIZATION_OVERVIEW);
        row(CREATE_IMPORT).makes("imp");
        row(LIST_IMPORTS);
        row(GET_IMPORT);
        row(CANCEL_IMPORT).at("import_id", SampleData::waitingImport);
        row(LIST_IMPORT_ERRORS);
        row(CREATE_EXPORT).makes("exp");
        row(LIST_EXPORTS);
        row(GET_EXPORT);
        row(GET_EXPORT_CONTENT);
    }

    static boolean has(Operation operation) {
        return ROWS.containsKey(operation);
    }

    static Example of(Operation operation) {
        var example = ROWS.get(operation);
        if (example == null) {
            throw new AssertionError(operation + " has no line in Examples");
        }
        return example;
    }

    /** The operation that makes resources whose ids have this prefix. */
    static Operation maker(String prefix) {
        return ROWS.values().stream()
                .filter(example -> prefix.equals(example.makes))
                .map(example -> example.operation)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line in Examples makes a " + prefix));
    }
}
