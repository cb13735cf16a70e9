package org.guildhall.runtime;

import static org.guildhall.runtime.Farm.BASE;
import static org.guildhall.runtime.Farm.allowance;
import static org.guildhall.runtime.Farm.event;
import static org.guildhall.runtime.Farm.limit;
import static org.guildhall.runtime.Farm.report;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.guildhall.Guild;
import org.guildhall.Http;
import org.guildhall.Http.Reply;
import org.guildhall.core.data.PgProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How often a report waits for the database, counted on the wire: as often for a thousand events as for one. */
class UsageTripsTest {

    private static final int REPORTS = 12;
    private static PgProxy proxy;
    private static Guild node;

    private final Farm farm = new Farm();
    private final Http http = farm.http.on(node);

    @BeforeAll
    static void begin() throws IOException {
        proxy = new PgProxy(Guild.shared().settings().database());
        node = Guild.shared().node(settings -> Guild.reached(settings, proxy.through()));
    }

    @AfterAll
    static void end() throws IOException {
        node.close();
        proxy.close();
    }

    /** The fewest of several: what the node does by itself every half second falls on few of them, unless they take as long. */
    private static long trips(int status, Supplier<Reply> request) {
        request.get();
        long least = Long.MAX_VALUE;
        for (int count = 0; count < REPORTS; count++) {
            long before = proxy.trips();
            var reply = request.get();
            least = Math.min(least, proxy.trips() - before);
            assertEquals(status, reply.status(), reply.text());
        }
        return least;
    }

    private Reply send(int events, List<String> organizations) {
        var batch = new ArrayList<Map<String, Object>>();
        for (int count = 0; count < events; count++) {
            batch.add(event(organizations.get(count % organizations.size()), count % 2 == 0 ? "wiki.storage_mb" : "wiki.uploads", 1));
        }
        return http.post(BASE + "/usage-events", report(batch));
    }

    @Test
    void aThousandEventsOfManyOrganizationsCostNoMoreTripsThanOne() {
        var product = farm.product(limit("wiki.storage_mb", 1_000_000), allowance("wiki.uploads", "month", 1_000_000));
        var organizations = new ArrayList<String>();
        for (int count = 0; count < 51; count++) {
            organizations.add(farm.organization());
            farm.hold(organizations.getLast(), product);
        }
        assertEquals(8, trips(201, () -> send(1, organizations)));
        long many = trips(201, () -> send(1000, organizations));
        assertTrue(many <= 12, many + " round trips");
    }

    /** Each of these has parameters of its own kind; one that isn't sent with its statement would find nothing. */
    @Test
    void whatIsReadIsFoundHoweverOftenAConnectionHasRunIt() {
        var organization = farm.organization(limit("wiki.seats", 5, ", \"threshold_percents\": [20]"));
        var report = farm.report(event(organization, "wiki.seats", 2)).expect(201).at("/id");
        var today = LocalDate.now(ZoneOffset.UTC);
        var usage = BASE + "/organizations/" + organization + "/usage?resource_key=wiki.seats&from_on=" + today.minusDays(1) + "&to_on=" + today.plusDays(1);
        assertEquals(4, trips(200, () -> http.get(usage)));
        assertEquals("2", http.get(usage).at("/resources/0/total"));
        var events = BASE + "/usage-events?resource_key=wiki.seats&occurred_after=2020-01-01T00:00:00Z&organization_id=" + organization;
        assertEquals(1, trips(200, () -> http.get(events)));
        assertEquals("2", http.get(events).at("/data/0/quantity"));
        assertEquals(2, trips(200, () -> http.get(BASE + "/usage-reports/" + report)));
        assertEquals("20", http.get(BASE + "/usage-reports/" + report).at("/thresholds/0/percent"));
        var site = farm.make(BASE + "/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"S\"}"
                .formatted(farm.organization(limit("wiki.sites", 1)), farm.integration));
        var requested = BASE + "/sites?state=requested&integration_id=" + farm.integration;
        assertEquals(1, trips(200, () -> http.get(requested)));
        assertEquals(site, http.get(requested).at("/data/0/id"));
    }
}
