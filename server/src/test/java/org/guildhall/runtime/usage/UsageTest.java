package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.allowance;
import static org.guildhall.runtime.usage.UsageFixture.assertProblem;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.guildhall.runtime.entitlements.EffectiveRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Usage reports: each event counts once, a report is atomic, and limits are kept. */
class UsageTest {

    private static final String URL = BASE + "/usage-events";
    private static final String REPORTS = BASE + "/usage-reports";

    private final UsageFixture usage = new UsageFixture();

    private static Instant ago(long minutes) {
        return Instant.now().minus(minutes, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MICROS);
    }

    private void assertNothingRecorded() {
        assertEquals(List.of(), each(usage.http.get(URL), "/id"));
    }

    @Test
    void report_isRecordedAndReadBack() {
        var organization = usage.organization(limit("wiki.storage_mb", 256));
        var at = ago(90).toString();
        var reply = usage.http.post(REPORTS, report(List.of(event(organization, "wiki.storage_mb", 120, at)))).expect(201);
        assertEquals("1", reply.at("/recorded"));
        assertEquals("0", reply.at("/duplicates"));
        assertEquals(reply.json(), usage.http.get(String.valueOf(reply.header("Location"))).expect(200).json());
        var listed = usage.http.get(URL + "?usage_report_id=" + reply.at("/id")).expect(200);
        assertEquals(List.of("120"), each(listed, "/quantity"));
        assertEquals(at.substring(0, 19), String.valueOf(listed.at("/data/0/occurred_at")).substring(0, 19));
        assertEquals(listed.json().at("/data/0"), usage.http.get(URL + "/" + listed.at("/data/0/id")).expect(200).json());
        assertEquals(120, usage.level(organization, "wiki.storage_mb"));
    }

    @Test
    void report_hasOneAuditEvent() {
        var organization = usage.organization(limit("wiki.storage_mb", 10, ", \"threshold_percents\": [50, 80]"));
        var report = usage.report(event(organization, "wiki.storage_mb", 9)).expect(201).at("/id");
        var events = usage.http.get("/api/v1/platform/audit-events?entity_type=usage_report&entity_id=" + report).expect(200);
        assertEquals(List.of("usage_report.created"), each(events, "/action"));
        assertEquals(List.of("usage_report", "usage_threshold", "usage_threshold"), each(events.json().at("/data/0/changes"), "/entity_type"));
        assertEquals(List.of("50", "80"), each(events.json().at("/data/0/after/thresholds"), "/percent"));
    }

    @Test
    void repeatedEvents_inOtherReports_countOnce() {
        var organization = usage.organization(limit("wiki.storage_mb", 5));
        var first = event("a", organization, "wiki.storage_mb", 2);
        var second = event("b", organization, "wiki.storage_mb", 3);
        assertEquals("2", usage.report(first, second).expect(201).at("/recorded"));
        var again = usage.report(second, first).expect(201);
        assertEquals("0 2", again.at("/recorded") + " " + again.at("/duplicates"));
        var cut = usage.report(second).expect(201);
        assertEquals("0 1", cut.at("/recorded") + " " + cut.at("/duplicates"));
        assertEquals(5, usage.level(organization, "wiki.storage_mb"));
        assertEquals(List.of("a", "b"), each(usage.http.get(URL + "?sort=occurred_at"), "/external_id").stream().sorted().toList());
        assertEquals(List.of("b"), each(usage.http.get(URL + "?external_id=b"), "/external_id"));
    }

    @Test
    void repeatedEvent_inOneReport_countsOnce() {
        var organization = usage.organization(limit("wiki.storage_mb", 5));
        var repeated = event("a", organization, "wiki.storage_mb", 3);
        var reply = usage.report(repeated, repeated).expect(201);
        assertEquals("1 1", reply.at("/recorded") + " " + reply.at("/duplicates"));
        assertEquals(3, usage.level(organization, "wiki.storage_mb"));
    }

    @Test
    void repeatedEvent_withOtherValues_isRefused() {
        var organization = usage.organization(limit("wiki.storage_mb", 50), limit("wiki.seats", 50));
        var other = usage.organization(limit("wiki.storage_mb", 50));
        var at = ago(5).toString();
        usage.report(withTime(event("a", organization, "wiki.storage_mb", 3), at)).expect(201);
        usage.report(event("a", organization, "wiki.storage_mb", 3)).expect(201);
        assertProblem("409 conflict", "/events/0", usage.report(event("a", organization, "wiki.storage_mb", 4)));
        assertProblem("409 conflict", "/events/0", usage.report(event("a", organization, "wiki.seats", 3)));
        assertProblem("409 conflict", "/events/0", usage.report(event("a", other, "wiki.storage_mb", 3)));
        var differently = withTime(event("a", organization, "wiki.storage_mb", 3), ago(6).toString());
        assertProblem("409 conflict", "/events/1", usage.report(event("b", organization, "wiki.storage_mb", 1), differently));
        assertProblem("409 conflict", "/events/1",
                usage.report(event("c", organization, "wiki.storage_mb", 1), event("c", organization, "wiki.storage_mb", 2)));
        assertEquals(3, usage.level(organization, "wiki.storage_mb"));
    }

    private static Map<String, Object> withTime(Map<String, Object> event, String at) {
        var timed = new java.util.HashMap<>(event);
        timed.put("occurred_at", at);
        return timed;
    }

    @Test
    void reportBeyondHardLimit_isRefusedWithEachEvent() {
        var organization = usage.organization(limit("wiki.storage_mb", 10), limit("wiki.seats", 5));
        usage.report(event(organization, "wiki.storage_mb", 6)).expect(201);
        var refused = usage.report(event(organization, "wiki.seats", 5), event(organization, "wiki.storage_mb", 5),
                event(organization, "wiki.storage_mb", 4), event(organization, "wiki.seats", 1));
        assertEquals("409 entitlement_exceeded", refused.outcome());
        assertEquals(List.of("/events/1", "/events/3"), each(refused.json().get("errors"), "/pointer"));
        assertEquals(List.of("wiki.storage_mb", "wiki.seats"), each(refused.json().get("exceeded"), "/resource_key"));
        assertEquals(List.of("10", "5"), each(refused.json().get("exceeded"), "/limit"));
        assertEquals(List.of("6", "0"), each(refused.json().get("exceeded"), "/used"));
        assertEquals(organization, refused.at("/exceeded/0/organization_id"));
        assertEquals("wiki.storage_mb: the limit is 10, and 6 are in use.", refused.at("/detail"));
        assertEquals(6, usage.level(organization, "wiki.storage_mb"));
        assertEquals(0, usage.level(organization, "wiki.seats"));
        assertEquals(1, each(usage.http.get(URL), "/id").size());
    }

    @Test
    void graceAndSoftRule_allowMore() {
        var organization = usage.organization(limit("wiki.storage_mb", 16, ", \"grace_percent\": 10"), limit("wiki.seats", 1, ", \"enforcement\": \"soft\""));
        usage.report(event(organization, "wiki.storage_mb", 17), event(organization, "wiki.seats", 100)).expect(201);
        assertEquals("409 entitlement_exceeded", usage.report(event(organization, "wiki.storage_mb", 1)).outcome());
        assertEquals(100, usage.level(organization, "wiki.seats"));
    }

    @Test
    void useWithoutEntitlement_isRefused() {
        var organization = usage.organization();
        var refused = usage.report(event(organization, "wiki.storage_mb", 1), event(organization, "wiki.uploads", 1));
        assertProblem("409 entitlement_exceeded", "/events/0", refused);
        assertEquals(List.of("0", "0"), each(refused.json().get("exceeded"), "/limit"));
        assertNothingRecorded();
    }

    @Test
    void release_makesRoom_notBelowZero() {
        var organization = usage.organization(limit("wiki.storage_mb", 10));
        usage.report(event(organization, "wiki.storage_mb", 10)).expect(201);
        usage.report(event(organization, "wiki.storage_mb", -4), event(organization, "wiki.storage_mb", 3)).expect(201);
        assertProblem("409 conflict", "/events/0", usage.report(event(organization, "wiki.storage_mb", -10)));
        assertEquals(9, usage.level(organization, "wiki.storage_mb"));
    }

    @Test
    void use_beyondLargestNumber_isRefused() {
        var organization = usage.organization(
                "{\"resource_key\": \"wiki.storage_mb\", \"kind\": \"limit\", \"unlimited\": true}", limit("wiki.seats", 1, ", \"enforcement\": \"soft\""));
        usage.report(event(organization, "wiki.storage_mb", EffectiveRules.GREATEST)).expect(201);
        assertProblem("409 conflict", "/events/0", usage.report(event(organization, "wiki.storage_mb", 1)));
        usage.report(event(organization, "wiki.seats", EffectiveRules.GREATEST)).expect(201);
        usage.report(event(organization, "wiki.seats", -EffectiveRules.GREATEST, ago(60 * 24 * 10).toString())).expect(201);
        assertEquals("409 conflict", usage.report(event(organization, "wiki.seats", EffectiveRules.GREATEST)).outcome(), "twice as much on one day");
    }

    @ParameterizedTest
    @CsvSource({
        "wiki.storage_mb,  0,           , /events/1/quantity,        zero",
        "wiki.uploads,    -1,           , /events/1/quantity,        negative",
        "wiki.sites,       1,           , /events/1/resource_key,    counted_by_sites",
        "wiki.domains,     1,           , /events/1/resource_key,    not_counted",
        "wiki.nothing,     1,           , /events/1/resource_key,    unknown_reference",
        "other.nothing,    1,           , /events/1/resource_key,    unknown_reference",
        "wiki.storage_mb,  1,          6, /events/1/occurred_at,     too_far_ahead",
        "wiki.storage_mb,  1,     -50401, /events/1/occurred_at,     too_far_back",
    })
    void invalidEvent_isRefusedWithPointer(String key, long quantity, Long minutes, String pointer, String code) {
        var organization = usage.organization(limit("wiki.storage_mb", 100), allowance("wiki.uploads", "day", 100));
        var bad = event(organization, key, quantity);
        var refused = usage.report(event(organization, "wiki.storage_mb", 1), minutes == null ? bad : withTime(bad, ago(-minutes).toString()));
        assertProblem("422 validation_failed", pointer, refused);
        assertEquals(code, refused.at("/errors/0/code"));
        assertNothingRecorded();
    }

    @Test
    void invalidEvents_areReportedTogether() {
        var organization = usage.organization(limit("wiki.storage_mb", 100));
        var theirs = new UsageFixture().organization();
        var refused = usage.report(event(theirs, "wiki.storage_mb", 1), event(organization, "wiki.sites", 0),
                event("org_01m7yxxqkfbf5kznwj47tan9zt", "wiki.storage_mb", 1));
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(List.of("/events/0/organization_id", "/events/1/resource_key", "/events/1/quantity", "/events/2/organization_id"),
                each(refused.json().get("errors"), "/pointer"));
    }

    @Test
    void occurredAt_atTheBounds_isAccepted() {
        var organization = usage.organization(limit("wiki.storage_mb", 100));
        usage.report(event(organization, "wiki.storage_mb", 1, ago(-4).toString()), event(organization, "wiki.storage_mb", 1, ago(50_399).toString())).expect(201);
    }

    @Test
    void report_withNoneOrTooManyEvents_isRefused() {
        var organization = usage.organization(limit("wiki.storage_mb", 10_000));
        assertProblem("422 validation_failed", "/events", usage.http.post(REPORTS, "{\"events\": []}"));
        var many = new ArrayList<Map<String, Object>>();
        for (int count = 0; count < 1000; count++) {
            many.add(event(organization, "wiki.storage_mb", 1));
        }
        assertEquals("1000", usage.http.post(REPORTS, report(many)).expect(201).at("/recorded"));
        many.add(event(organization, "wiki.storage_mb", 1));
        assertProblem("422 validation_failed", "/events", usage.http.post(REPORTS, report(many)));
        assertEquals(1000, usage.level(organization, "wiki.storage_mb"));
    }

    @Test
    void archivedOrganization_newEvents_areRefused() {
        var organization = usage.organization(limit("wiki.storage_mb", 10));
        var known = event(organization, "wiki.storage_mb", 1);
        usage.report(known).expect(201);
        usage.archive(organization);
        assertEquals("1", usage.report(known).expect(201).at("/duplicates"));
        assertProblem("409 invalid_state", "/events/0/organization_id", usage.report(event(organization, "wiki.storage_mb", 1)));
    }

    @Test
    void reportOfSeveralOrganizations_isAtomic() {
        var one = usage.organization(limit("wiki.storage_mb", 10));
        var two = usage.organization(limit("wiki.storage_mb", 1));
        usage.report(event(one, "wiki.storage_mb", 10), event(two, "wiki.storage_mb", 1)).expect(201);
        usage.report(event(one, "wiki.storage_mb", -10), event(two, "wiki.storage_mb", -1)).expect(201);
        var refused = usage.report(event(one, "wiki.storage_mb", 10), event(two, "wiki.storage_mb", 2));
        assertProblem("409 entitlement_exceeded", "/events/1", refused);
        assertEquals(two, refused.at("/exceeded/0/organization_id"));
        assertEquals(0, usage.level(one, "wiki.storage_mb"));
    }

    @Test
    void newGrant_appliesToTheNextReport() {
        var product = usage.product(limit("wiki.storage_mb", 5));
        var organization = usage.organization();
        usage.hold(organization, product);
        usage.report(event(organization, "wiki.storage_mb", 5)).expect(201);
        usage.hold(organization, usage.product(limit("wiki.storage_mb", 2, ", \"combine\": \"add\"")));
        usage.report(event(organization, "wiki.storage_mb", 2)).expect(201);
        assertEquals("409 entitlement_exceeded", usage.report(event(organization, "wiki.storage_mb", 1)).outcome());
    }

    @Test
    void threshold_isRecordedAgainOnlyAfterUseFellBelow() {
        var organization = usage.organization(limit("wiki.storage_mb", 100, ", \"threshold_percents\": [50, 80]"));
        var list = BASE + "/organizations/" + organization + "/usage-thresholds";
        assertEquals(List.of("50"), each(usage.report(event(organization, "wiki.storage_mb", 60)).expect(201).json().get("thresholds"), "/percent"));
        assertEquals(List.of(), each(usage.report(event(organization, "wiki.storage_mb", 5)).expect(201).json().get("thresholds"), "/percent"));
        var second = usage.report(event(organization, "wiki.storage_mb", 20)).expect(201);
        assertEquals(List.of("80 85 100"), second.json().get("thresholds").findValuesAsText("percent").stream()
                .map(percent -> percent + " " + second.at("/thresholds/0/used") + " " + second.at("/thresholds/0/limit_value")).toList());
        assertEquals(List.of("50", "80"), each(usage.http.get(list + "?sort=created_at"), "/percent"));

        var below = usage.report(event(organization, "wiki.storage_mb", -10)).expect(201);
        var cleared = usage.http.get(list + "?sort=-created_at").expect(200);
        assertEquals("80", cleared.at("/data/0/percent"));
        assertEquals(below.at("/created_at"), cleared.at("/data/0/cleared_at"));
        assertNull(cleared.at("/data/1/cleared_at"));
        assertEquals(List.of("80"), each(usage.report(event(organization, "wiki.storage_mb", 10)).expect(201).json().get("thresholds"), "/percent"));
        assertEquals(List.of("80", "80", "50"), each(usage.http.get(list), "/percent"));
        assertEquals(List.of(), each(usage.http.get(list + "?resource_key=wiki.seats"), "/percent"));
    }

    @Test
    void raisedLimit_hasItsOwnThresholds() {
        var organization = usage.organization(limit("wiki.storage_mb", 10, ", \"threshold_percents\": [80]"));
        usage.report(event(organization, "wiki.storage_mb", 9)).expect(201);
        usage.hold(organization, usage.product(limit("wiki.storage_mb", 100)));
        assertEquals(List.of(), each(usage.report(event(organization, "wiki.storage_mb", 70)).expect(201).json().get("thresholds"), "/percent"));
        assertEquals("100", usage.report(event(organization, "wiki.storage_mb", 1)).expect(201).at("/thresholds/0/limit_value"));
    }

    @Test
    void thresholds_areListedAcrossOrganizations() {
        var product = usage.product(limit("wiki.storage_mb", 10, ", \"threshold_percents\": [80]"), limit("wiki.seats", 2, ", \"threshold_percents\": [100]"));
        var one = usage.organization();
        var two = usage.organization();
        usage.hold(one, product);
        usage.hold(two, product);
        var first = usage.report(event(one, "wiki.storage_mb", 9)).expect(201);
        usage.report(event(two, "wiki.seats", 2)).expect(201);
        var all = BASE + "/usage-thresholds";
        assertEquals(List.of(two, one), each(usage.http.get(all), "/organization_id"));
        assertEquals(List.of(one), each(usage.http.get(all + "?resource_key=wiki.storage_mb"), "/organization_id"));
        assertEquals(List.of(two), each(usage.http.get(all + "?organization_id=" + two), "/organization_id"));
        assertEquals(List.of(two), each(usage.http.get(all + "?sort=created_at&created_after=" + first.at("/created_at")), "/organization_id"));
        var threshold = usage.http.get(all + "/" + first.at("/thresholds/0/id")).expect(200);
        assertEquals(first.json().at("/thresholds/0"), threshold.json());
        assertEquals("1", threshold.at("/version"));
        var below = usage.report(event(one, "wiki.storage_mb", -5)).expect(201);
        var cleared = usage.http.get(all + "/" + threshold.at("/id")).expect(200);
        assertEquals("2 " + below.at("/created_at"), cleared.at("/version") + " " + cleared.at("/updated_at"));
        assertEquals("404 not_found", new UsageFixture().http.get(all + "/" + threshold.at("/id")).outcome());
    }

    @Test
    void usage_ofUnknownOrganization_isNotFound() {
        var theirs = new UsageFixture().organization();
        assertEquals("404 not_found", usage.http.get(BASE + "/organizations/" + theirs + "/usage?resource_key=wiki.storage_mb").outcome());
        assertEquals("404 not_found", usage.http.get(BASE + "/organizations/" + theirs + "/usage-thresholds").outcome());
        assertEquals(List.of(), each(usage.http.get(URL + "?organization_id=" + theirs), "/id"));
    }

    @Test
    void resourceKey_withUsage_cannotBeRemoved() {
        var organization = usage.organization(limit("wiki.seats", 5));
        usage.report(event(organization, "wiki.seats", 1)).expect(201);
        assertEquals("409 in_use", usage.http.patch(UsageFixture.CATALOG + "/integrations/" + usage.integration, "{\"resource_keys\": []}").outcome());
    }
}
