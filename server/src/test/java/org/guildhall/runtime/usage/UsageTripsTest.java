package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.allowance;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.report;
import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.guildhall.runtime.RuntimeDoor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The database round trips of usage reports and reads, counted on the wire. */
class UsageTripsTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private final UsageFixture usage = new UsageFixture();
    private final Http http = usage.http.on(COUNTED.node());

    private Reply send(int events, List<String> organizations) {
        var batch = new ArrayList<Map<String, Object>>();
        for (int count = 0; count < events; count++) {
            batch.add(event(organizations.get(count % organizations.size()), count % 2 == 0 ? "wiki.storage_mb" : "wiki.uploads", 1));
        }
        return send(batch);
    }

    private Reply send(List<Map<String, Object>> events) {
        return http.post(BASE + "/usage-reports", report(events), "Idempotency-Key", UUID.randomUUID().toString());
    }

    @Test
    void report_withKey_takesFourTripsWithAnyNumberOfEvents() {
        var product = usage.product(limit("wiki.storage_mb", 1_000_000), allowance("wiki.uploads", "month", 1_000_000));
        var organizations = new ArrayList<String>();
        for (int count = 0; count < 51; count++) {
            organizations.add(usage.organization());
            usage.hold(organizations.getLast(), product);
        }
        assertEquals(4, COUNTED.trips(() -> send(1, organizations)));
        assertEquals(4, COUNTED.trips(() -> send(10, organizations)));
        assertEquals(4, COUNTED.trips(() -> send(1000, organizations)));
    }

    @Test
    void report_reachingAndClearingThresholds_takesAsManyTrips() {
        var organization = usage.organization(limit("wiki.storage_mb", 10, ", \"threshold_percents\": [50, 80, 100]"));
        var quantity = new AtomicLong(-10);
        var changes = new ArrayList<String>();
        assertEquals(4, COUNTED.trips(() -> {
            var reply = send(List.of(event(organization, "wiki.storage_mb", quantity.updateAndGet(last -> -last))));
            changes.add(String.valueOf(reply.json().get("thresholds").size()));
            return reply;
        }));
        assertEquals(List.of("3", "0", "3", "0"), changes.subList(0, 4));
    }

    /** The last trip of each is the commit. */
    @Test
    void allowanceHold_takesThreeTrips_andItsReleaseFour() {
        var organization = uuid(usage.organization(allowance("wiki.uploads", "month", 1_000)));
        var door = new RuntimeDoor(usage.tenant.id(), COUNTED.db());
        var held = new AtomicLong();
        Runnable hold = () -> door.run("booking.created", (tx, changes) -> {
            door.door().hold(tx, changes, organization, "wiki.uploads", 1, Instant.now(), "booking-" + held.incrementAndGet());
            return "";
        });
        assertEquals(3, COUNTED.tripsOf(hold));
        var ended = new AtomicLong();
        assertEquals(4, COUNTED.tripsOf(() -> door.run(
                "booking.canceled", (tx, changes) -> door.door().release(tx, changes, "booking-" + ended.incrementAndGet()))));
        COUNTED.tripsOf(hold);
        assertEquals(3, COUNTED.tripsOf(() -> door.run("booking.attended", (tx, changes) -> {
            door.door().settle(tx, changes, "booking-" + ended.incrementAndGet());
            return "";
        })));
    }

    /** Each read has another kind of parameters. A read that doesn't send them with a prepared statement finds nothing. */
    @Test
    void preparedReads_repeated_sendTheirParameters() {
        var organization = usage.organization(limit("wiki.seats", 5, ", \"threshold_percents\": [20]"));
        var report = usage.report(event(organization, "wiki.seats", 2)).expect(201).at("/id");
        var today = LocalDate.now(ZoneOffset.UTC);
        var path = BASE + "/organizations/" + organization + "/usage?resource_key=wiki.seats&from_on=" + today.minusDays(1) + "&to_on=" + today.plusDays(1);
        assertEquals(2, COUNTED.trips(() -> http.get(path)));
        assertEquals("2", http.get(path).at("/resources/0/total"));
        var events = BASE + "/usage-events?resource_key=wiki.seats&occurred_after=2020-01-01T00:00:00Z&organization_id=" + organization;
        assertEquals(1, COUNTED.trips(() -> http.get(events)));
        assertEquals("2", http.get(events).at("/data/0/quantity"));
        assertEquals(1, COUNTED.trips(() -> http.get(BASE + "/usage-reports/" + report)));
        assertEquals("20", http.get(BASE + "/usage-reports/" + report).at("/thresholds/0/percent"));
        var site = usage.make(BASE + "/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\"}"
                .formatted(usage.organization(limit("wiki.sites", 1)), usage.integration));
        var requested = BASE + "/sites?state=requested&integration_id=" + usage.integration;
        assertEquals(1, COUNTED.trips(() -> http.get(requested)));
        assertEquals(site, http.get(requested).at("/data/0/id"));
    }
}
