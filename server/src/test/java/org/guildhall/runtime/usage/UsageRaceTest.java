package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.allowance;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

/** Concurrent reports on two nodes: limits are exact, every event counts once, every threshold is recorded once. */
class UsageRaceTest {

    private static final int THREADS = 32;
    private static final int REPORTS = 12;
    private static final int TRIES = 10;

    private final UsageFixture usage = new UsageFixture();

    /** A client on the first or the second node. */
    private Http http(int number) {
        return number % 2 == 0 ? usage.http : usage.http.on(TestServer.second());
    }

    /** Sends a report, again after a lock timeout of the pool. Its events still count once. */
    private Reply send(int number, List<Map<String, Object>> events) {
        var body = report(events);
        for (int left = TRIES; ; left--) {
            var reply = http(number).post(BASE + "/usage-reports", body);
            if (reply.status() != 503 || left == 0) {
                return reply;
            }
        }
    }

    @Test
    void concurrentReports_neverExceedHardLimit() throws Exception {
        var organization = usage.organization(
                limit("wiki.storage_mb", 500, ", \"threshold_percents\": [10, 50, 90, 100]"), allowance("wiki.uploads", "month", 300));
        var accepted = Race.run(THREADS, number -> {
            var random = new Random(number);
            var held = new ArrayList<Long>();
            for (int count = 0; count < REPORTS; count++) {
                long quantity = 1 + random.nextInt(5);
                var reply = send(number, List.of(event(organization, "wiki.storage_mb", quantity), event(organization, "wiki.uploads", 1)));
                assertTrue(Set.of("201", "409 entitlement_exceeded").contains(reply.outcome()), reply.text());
                if (reply.status() == 201) {
                    held.add(quantity);
                }
            }
            return held;
        }).stream().flatMap(List::stream).toList();
        long sum = accepted.stream().mapToLong(Long::longValue).sum();
        assertTrue(sum <= 500 && accepted.size() <= 300, sum + " of 500, " + accepted.size() + " of 300");
        assertTrue(sum > 495 || accepted.size() == 300, "there was room: " + sum + " of 500, " + accepted.size() + " of 300");
        assertEquals(sum, usage.level(organization, "wiki.storage_mb"));
        assertEquals(List.of(Long.toString(sum)), usage.stored(
                "select sum(quantity) from runtime.usage_events where resource_key = 'wiki.storage_mb' and organization_id = ?", organization));
        assertEquals(List.of(Long.toString(sum), Integer.toString(accepted.size())), usage.stored("""
                select sum(d.quantity) from runtime.usage_days d join runtime.pools p on p.id = d.pool_id
                where p.organization_id = ? group by d.resource_key order by d.resource_key""", organization));
    }

    @Test
    void concurrentReports_recordEachThresholdOnce() throws Exception {
        var organization = usage.organization(limit("wiki.storage_mb", 64, ", \"threshold_percents\": [25, 50, 75, 100]"));
        var percentsRecorded = Race.run(THREADS, number -> {
            var percents = new ArrayList<String>();
            for (int count = 0; count < 2; count++) {
                percents.addAll(each(send(number, List.of(event(organization, "wiki.storage_mb", 1))).expect(201).json().get("thresholds"), "/percent"));
            }
            return percents;
        }).stream().flatMap(List::stream).sorted().toList();
        assertEquals(List.of("100", "25", "50", "75"), percentsRecorded);
        assertEquals(List.of("25", "50", "75", "100"),
                each(usage.http.get(BASE + "/organizations/" + organization + "/usage-thresholds?sort=created_at"), "/percent"));
        assertEquals(List.of("4"), usage.stored("""
                select count(*) from platform.audit_entities
                where entity_type = 'usage_threshold' and entity_id in (select id from runtime.usage_thresholds where organization_id = ?)""", organization));
    }

    @Test
    void sameReport_sentConcurrently_countsOnce() throws Exception {
        var organization = usage.organization(limit("wiki.storage_mb", 100));
        var events = LongStream.rangeClosed(1, 10).mapToObj(quantity -> event(organization, "wiki.storage_mb", quantity)).toList();
        var recorded = Race.run(THREADS, number -> {
            var mixed = new ArrayList<>(events);
            Collections.shuffle(mixed, new Random(number));
            var reply = send(number, mixed).expect(201);
            assertEquals("10", Integer.toString(reply.json().get("recorded").asInt() + reply.json().get("duplicates").asInt()));
            return reply.json().get("recorded").asInt();
        });
        assertEquals(10, recorded.stream().mapToInt(Integer::intValue).sum());
        assertEquals(55, usage.level(organization, "wiki.storage_mb"));
    }

    @Test
    void externalId_reportedByTwoOrganizations_isRecordedOnce() throws Exception {
        var organizations = List.of(usage.organization(limit("wiki.storage_mb", 1000)), usage.organization(limit("wiki.storage_mb", 1000)));
        for (int round = 0; round < 10; round++) {
            var id = UsageFixture.word();
            var outcomes = Race.run(2, number -> send(number, List.of(event(id, organizations.get(number), "wiki.storage_mb", 1))).outcome());
            assertEquals(List.of("201", "409 conflict"), outcomes.stream().sorted().toList());
        }
        assertEquals(10, usage.level(organizations.get(0), "wiki.storage_mb") + usage.level(organizations.get(1), "wiki.storage_mb"));
    }

    @Test
    void reports_ofManyOrganizations_doNotDeadlock() throws Exception {
        var product = usage.product(limit("wiki.storage_mb", 40));
        var organizations = new ArrayList<String>();
        for (int count = 0; count < 8; count++) {
            organizations.add(usage.organization());
            usage.hold(organizations.getLast(), product);
        }
        var outcomes = Race.run(THREADS / 2, number -> {
            var random = new Random(number);
            var replies = new ArrayList<String>();
            for (int count = 0; count < REPORTS; count++) {
                var mixed = new ArrayList<>(organizations);
                Collections.shuffle(mixed, random);
                replies.add(send(number, mixed.subList(0, 4).stream().map(one -> event(one, "wiki.storage_mb", 1)).toList()).outcome());
            }
            return replies;
        }).stream().flatMap(List::stream).collect(Collectors.groupingBy(outcome -> outcome, Collectors.counting()));
        assertTrue(Set.of("201", "409 entitlement_exceeded").containsAll(outcomes.keySet()), outcomes.toString());
        long sum = organizations.stream().mapToLong(one -> usage.level(one, "wiki.storage_mb")).sum();
        assertEquals(outcomes.get("201") * 4, sum);
    }

    @Test
    void sites_requestedConcurrently_neverExceedLimit() throws Exception {
        var organization = usage.organization(limit("wiki.sites", 7));
        var body = "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\"}".formatted(organization, usage.integration);
        var replies = Race.run(THREADS, number -> http(number).post(BASE + "/sites", body)).stream().filter(reply -> reply.status() != 503).toList();
        var outcomes = replies.stream().collect(Collectors.groupingBy(Reply::outcome, Collectors.counting()));
        assertEquals(Map.of("201", 7L, "409 entitlement_exceeded", replies.size() - 7L), outcomes);
        assertEquals(7, each(usage.http.get(BASE + "/sites?state=requested&organization_id=" + organization), "/id").size());
        var site = replies.stream().filter(reply -> reply.status() == 201).findFirst().orElseThrow().at("/id");
        var taken = Race.run(8, number -> http(number).post(BASE + "/sites/" + site + "/provision", null).outcome());
        assertEquals(1, taken.stream().filter("200"::equals).count(), "several took the same site up: " + taken);
    }
}
