package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;

/** The examples of runtime's operations, and the resources that they need. */
final class RuntimeExamples {

    static final List<Example> ALL = List.of(
            // people
            example(CREATE_PERSON).makes("per").with("/identities/0/subject", RuntimeExamples::newcomer),
            example(LIST_PERSONS),
            example(GET_PERSON),
            example(UPDATE_PERSON),
            example(ARCHIVE_PERSON),
            example(CREATE_PERSON_IDENTITY).makes("idn").unique("/subject"),
            example(LIST_PERSON_IDENTITIES),
            example(GET_PERSON_IDENTITY),
            example(DELETE_PERSON_IDENTITY),
            example(CREATE_ORGANIZATION).makes("org"),
            example(LIST_ORGANIZATIONS),
            example(GET_ORGANIZATION),
            example(UPDATE_ORGANIZATION),
            example(ARCHIVE_ORGANIZATION),
            example(CREATE_WORKSPACE).makes("wks"),
            example(LIST_ORGANIZATION_WORKSPACES),
            example(LIST_WORKSPACES),
            example(GET_WORKSPACE),
            example(UPDATE_WORKSPACE),
            example(ARCHIVE_WORKSPACE),
            example(CREATE_MEMBERSHIP).makes("mem"),
            example(LIST_ORGANIZATION_MEMBERSHIPS),
            example(LIST_MEMBERSHIPS),
            example(GET_MEMBERSHIP),
            example(UPDATE_MEMBERSHIP),
            example(END_MEMBERSHIP),
            example(CREATE_INVITATION).makes("ivt").with("/email", RuntimeExamples::address),
            example(LIST_ORGANIZATION_INVITATIONS),
            example(GET_INVITATION),
            example(UPDATE_INVITATION),
            example(ACCEPT_INVITATION).with("/token", RuntimeExamples::invitationToken),
            example(RENEW_INVITATION),
            example(REVOKE_INVITATION),
            example(CREATE_HOUSEHOLD).makes("hou"),
            example(LIST_HOUSEHOLDS),
            example(GET_HOUSEHOLD),
            example(UPDATE_HOUSEHOLD),
            example(ARCHIVE_HOUSEHOLD),
            example(CREATE_HOUSEHOLD_MEMBER).makes("hme"),
            example(LIST_HOUSEHOLD_MEMBERS),
            example(GET_HOUSEHOLD_MEMBER),
            example(UPDATE_HOUSEHOLD_MEMBER),
            example(END_HOUSEHOLD_MEMBER),
            example(CREATE_PICKUP_AUTHORITY).makes("pka")
                    .with("/household_id", RuntimeExamples::family)
                    .with("/dependent_person_id", samples -> samples.remembered("child")),
            example(LIST_PICKUP_AUTHORITIES),
            example(GET_PICKUP_AUTHORITY),
            example(CONFIRM_PICKUP_AUTHORITY).with("/acting_person_id", samples -> samples.remembered("adult")),
            example(WITHDRAW_PICKUP_AUTHORITY),
            example(END_PICKUP_AUTHORITY).after(CONFIRM_PICKUP_AUTHORITY),

            // plans
            example(GET_POOL),
            example(LIST_PROVISIONS).entry(RuntimeExamples::provision),
            example(GET_PROVISION).at("provision_id", RuntimeExamples::provision),
            example(CREATE_TRANSITION).makes("trn").with("/target_tier_id", CatalogExamples::reachableTier),
            example(LIST_ORGANIZATION_TRANSITIONS),
            example(LIST_TRANSITIONS),
            example(GET_TRANSITION),
            example(CANCEL_TRANSITION).at("transition_id", RuntimeExamples::scheduledTransition),
            example(CREATE_GRANT).makes("gra").with("/product_id", CatalogExamples::publishedProduct).with("/ends_at", SampleData::nextMonth),
            example(LIST_GRANTS),
            example(GET_GRANT),
            example(UPDATE_GRANT),
            example(EXTEND_GRANT),
            example(REVOKE_GRANT),

            // entitlements
            example(GET_EFFECTIVE_ENTITLEMENTS),
            example(CHECK_ENTITLEMENT).with("/resource_key", CatalogExamples::resourceKey),
            example(GET_REACHABLE_TIERS),

            // usage
            example(CREATE_USAGE_REPORT).makes("urp").with("/events", RuntimeExamples::usage),
            example(LIST_USAGE_EVENTS).entry(RuntimeExamples::usageEvent),
            example(GET_USAGE_EVENT).at("usage_event_id", RuntimeExamples::usageEvent),
            example(GET_USAGE_REPORT),
            example(GET_USAGE),
            example(LIST_ORGANIZATION_USAGE_THRESHOLDS)
                    .at("organization_id", RuntimeExamples::thresholdHolder)
                    .entry(samples -> samples.remembered("threshold")),
            example(LIST_USAGE_THRESHOLDS).entry(RuntimeExamples::usageThreshold),
            example(GET_USAGE_THRESHOLD).at("usage_threshold_id", RuntimeExamples::usageThreshold),
            example(CREATE_SITE).makes("sit")
                    .with("/organization_id", RuntimeExamples::siteHolder)
                    .with("/integration_id", RuntimeExamples::siteMaker)
                    .with("/domain", RuntimeExamples::hostName),
            example(LIST_SITES),
            example(GET_SITE),
            example(UPDATE_SITE),
            example(START_SITE_PROVISIONING),
            example(ACTIVATE_SITE),
            example(MAKE_SITE_READ_ONLY).after(ACTIVATE_SITE),
            example(REMOVE_SITE),

            example(CREATE_IMPORT).makes("imp"),
            example(LIST_IMPORTS),
            example(GET_IMPORT),
            example(CANCEL_IMPORT).at("import_id", RuntimeExamples::waitingImport),
            example(LIST_IMPORT_ERRORS).at("import_id", RuntimeExamples::failedImport).entry("/line", samples -> samples.remembered("line")),
            example(CREATE_EXPORT).makes("exp"),
            example(LIST_EXPORTS),
            example(GET_EXPORT),
            example(GET_EXPORT_CONTENT));

    private RuntimeExamples() {}

    /** The subject of a new person; a person needs a default organization type. */
    static String newcomer(SampleData samples) {
        var types = "/api/v1/catalog/org-types";
        if (samples.http.get(types + "?is_default=true").expect(200).json().get("data").isEmpty()) {
            samples.made(types, Map.of("key", samples.word(), "name", "Personal", "is_default", true));
        }
        return samples.word();
    }

    /** A new household with an adult and a child. */
    static String family(SampleData samples) {
        var household = samples.id("hou");
        for (var member : Map.of("adult", "adult", "child", "dependent").entrySet()) {
            samples.remember(member.getKey(), samples.id("per"));
            samples.made("/api/v1/runtime/households/" + household + "/members",
                    Map.of("person_id", samples.remembered(member.getKey()), "role", member.getValue()));
        }
        return household;
    }

    /** A new e-mail address. */
    static String address(SampleData samples) {
        return samples.word() + "@members.example";
    }

    /** The token of a new invitation. */
    static String invitationToken(SampleData samples) {
        return String.valueOf(samples.send(samples.request(CREATE_INVITATION)).expect(201).at("/token"));
    }

    /** The provision of a new grant. */
    static String provision(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/runtime/provisions?grant_id=" + samples.id("gra")).expect(200).at("/data/0/id"));
    }

    /** A new transition in the future. */
    static String scheduledTransition(SampleData samples) {
        return samples.made("/api/v1/runtime/organizations/" + samples.id("org") + "/transitions",
                Map.of("kind", "initiate", "target_tier_id", CatalogExamples.reachableTier(samples), "effective_at", samples.nextMonth()));
    }

    /** A new organization with limits of a new integration, sites and storage with a threshold, and an allowance of uploads. */
    static String siteHolder(SampleData samples) {
        var key = samples.word();
        var sites = Map.of("key", key + ".sites", "display_name", "Sites", "kind", "limit");
        var storage = Map.of("key", key + ".storage_mb", "display_name", "Storage", "kind", "limit");
        var uploads = Map.of("key", key + ".uploads", "display_name", "Uploads", "kind", "allowance");
        samples.remember("integration", samples.made("/api/v1/catalog/integrations", Map.of("key", key, "name", "Farm", "resource_keys", List.of(sites, storage, uploads))));
        samples.remember("storage", key + ".storage_mb");
        samples.remember("uploads", key + ".uploads");
        var set = samples.made("/api/v1/catalog/entitlement-sets", Map.of("name", samples.word()));
        var rules = "/api/v1/catalog/entitlement-sets/" + set + "/rules";
        samples.made(rules, Map.of("resource_key", key + ".sites", "kind", "limit", "limit_value", 100));
        samples.made(rules, Map.of("resource_key", key + ".storage_mb", "kind", "limit", "limit_value", 100, "threshold_percents", List.of(1)));
        samples.made(rules, Map.of("resource_key", key + ".uploads", "kind", "allowance", "limit_value", 100, "period", "month"));
        var product = samples.made("/api/v1/catalog/products", Map.of("name", samples.word(), "entitlement_set_id", set));
        CatalogExamples.published(samples, product);
        var organization = samples.id("org");
        samples.made("/api/v1/runtime/grants", Map.of("organization_id", organization, "product_id", product));
        return organization;
    }

    /** The integration of the last {@link #siteHolder}. */
    static String siteMaker(SampleData samples) {
        return samples.remembered("integration");
    }

    /** A new host name. */
    static String hostName(SampleData samples) {
        return samples.word() + ".example";
    }

    /** A usage event of a limit and one of an allowance. */
    static List<Map<String, Object>> usage(SampleData samples) {
        var organization = siteHolder(samples);
        return List.of(
                Map.of("external_id", samples.word(), "organization_id", organization, "resource_key", samples.remembered("storage"), "quantity", 1),
                Map.of("external_id", samples.word(), "organization_id", organization, "resource_key", samples.remembered("uploads"), "quantity", 1));
    }

    /** A recorded usage event. */
    static String usageEvent(SampleData samples) {
        return String.valueOf(samples.http.get("/api/v1/runtime/usage-events?usage_report_id=" + samples.id("urp")).expect(200).at("/data/0/id"));
    }

    /** A reached threshold. */
    static String usageThreshold(SampleData samples) {
        return String.valueOf(samples.send(samples.request(CREATE_USAGE_REPORT)).expect(201).at("/thresholds/0/id"));
    }

    /** A new organization that has reached a threshold. */
    static String thresholdHolder(SampleData samples) {
        samples.remember("threshold", usageThreshold(samples));
        return String.valueOf(samples.http.get("/api/v1/runtime/usage-thresholds/" + samples.remembered("threshold")).expect(200).at("/organization_id"));
    }

    /** A new import with an error on a line that no other import of the run has. */
    static String failedImport(SampleData samples) {
        long line = samples.number();
        samples.remember("line", Long.toString(line + 2));
        var file = "external_id,email\n" + "\n".repeat((int) line) + samples.word() + ",broken\n";
        return String.valueOf(samples.send(samples.request(CREATE_IMPORT).with(file)).expect(202).at("/id"));
    }

    /** A queued import that no task runs. It is used again while it is queued, since a tenant can have few of them. */
    static String waitingImport(SampleData samples) {
        var last = samples.once("import", () -> queuedImport(samples));
        if (!"queued".equals(samples.http.get("/api/v1/runtime/imports/" + last).at("/state"))) {
            samples.remember("import", queuedImport(samples));
        }
        return samples.remembered("import");
    }

    /** Rows for the tables that no operation fills, or fills only for the time of some background work. */
    static void fillTablesWithoutOperations(SampleData samples) throws SQLException {
        var tenant = samples.tenant;
        tenant.sql("""
                insert into runtime.allowance_holds (tenant_id, organization_id, pool_id, resource_key, quantity, used_at, reference)
                select tenant_id, organization_id, pool_id, resource_key, 1, now(), 'booking' from runtime.usage_events where tenant_id = ? limit 1""", tenant.id());
        waitingImport(samples);
        tenant.sql("""
                insert into runtime.import_rows (tenant_id, import_id, position, line)
                select tenant_id, id, 1, 2 from runtime.imports where tenant_id = ? and state = 'queued'""", tenant.id());
        tenant.sql("insert into runtime.surplus_looks (tenant_id, looked_at) values (?, now()) on conflict do nothing", tenant.id());
    }

    private static String queuedImport(SampleData samples) {
        var id = Ids.next();
        try {
            samples.tenant.sql("insert into runtime.imports (tenant_id, id, format, mode, actor_type) values (?, ?, 'csv', 'run', 'operator')", samples.tenant.id(), id);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return TypeIds.format("imp", id);
    }
}
