package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.guildhall.runtime.usage.UsageFixture.report;
import static org.guildhall.runtime.usage.UsageFixture.uuid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.guildhall.Http;
import org.guildhall.RoundTripCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes of more than 8,000 rows. A statement can have 65,535 parameters, and their number must not grow with the rows. */
class ManyTouchedTest {

    @RegisterExtension
    static final RoundTripCounter COUNTED = new RoundTripCounter();

    private static final String PERCENTS = ", \"threshold_percents\": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]";

    private final UsageFixture usage = new UsageFixture();
    private final Http http = usage.http.on(COUNTED.node());

    private long stored(String id) {
        return Long.parseLong(usage.stored("""
                select count(*) from platform.audit_entities
                where event_id = (select event_id from platform.audit_entities where entity_id = ? order by occurred_at desc limit 1)""", id).getFirst());
    }

    /** Inserts grants off the ladders with their provisions, without the API. */
    private void grants(String organization, String product, int count, String endsAt) {
        usage.sql("""
                with pool as (select tenant_id, id, organization_id from runtime.pools where organization_id = ?),
                granted as (
                    insert into runtime.grants (tenant_id, organization_id, pool_id, product_id, kind, starts_at, ends_at)
                    select tenant_id, organization_id, id, ?, 'grant', now() - interval '3 days', %1$s from pool cross join generate_series(1, %2$d)
                    returning tenant_id, id, organization_id, pool_id, product_id, starts_at, ends_at)
                insert into runtime.provisions (tenant_id, organization_id, pool_id, product_id, cause, grant_id, starts_at, ends_at)
                select tenant_id, organization_id, pool_id, product_id, 'grant', id, starts_at, ends_at from granted""".formatted(endsAt, count),
                uuid(organization), uuid(product));
        // The database does this by itself a minute after the insert.
        usage.sql("analyze runtime.grants, runtime.provisions");
    }

    @Test
    void usageReport_reaching8000Thresholds_isRecorded() {
        var keys = IntStream.range(0, 10).mapToObj(number -> "many.k" + number).toList();
        usage.make(UsageFixture.CATALOG + "/integrations", "{\"key\": \"many\", \"name\": \"Many\", \"resource_keys\": [%s]}".formatted(String.join(",",
                keys.stream().map(key -> "{\"key\": \"%s\", \"display_name\": \"K\", \"kind\": \"limit\"}".formatted(key)).toList())));
        var product = usage.product(keys.stream().map(key -> limit(key, 10, PERCENTS)).toArray(String[]::new));
        var events = new ArrayList<Map<String, Object>>();
        for (int count = 0; count < 82; count++) {
            var organization = usage.organization();
            usage.hold(organization, product);
            keys.forEach(key -> events.add(event(organization, key, 1)));
        }
        var created = usage.http.post(BASE + "/usage-reports", report(events)).expect(201);
        assertEquals("820", created.at("/recorded"));
        assertEquals(8_201, stored(created.at("/id")));
    }

    @Test
    void archive_with5050Grants_takesAsManyTripsAsWithFive() {
        var product = usage.product();
        var few = new ArrayList<String>();
        for (int count = 0; count < 12; count++) {
            few.add(usage.organization());
            grants(few.getLast(), product, 5, "null");
        }
        var left = few.iterator();
        long trips = COUNTED.trips(() -> http.post(BASE + "/organizations/" + left.next() + "/archive", null));
        assertTrue(trips < 20, trips + " round trips");

        var many = usage.organization();
        grants(many, product, 5_050, "null");
        long before = COUNTED.counted();
        http.post(BASE + "/organizations/" + many + "/archive", null).expect(200);
        // Counted once only, so background statements of the node can be included.
        assertTrue(COUNTED.counted() - before < 30, (COUNTED.counted() - before) + " round trips, not " + trips);
        assertTrue(stored(many) > 10_100);
        assertEquals(List.of("5050"), usage.stored("select count(*) from runtime.grants where organization_id = ? and ended_by = 'revoked'", many));
    }

    @Test
    void settlement_of8300EndedGrants_writesThemAll() {
        var organization = usage.organization();
        grants(organization, usage.product(), 8_300, "now() - interval '1 day'");
        usage.archive(organization);
        assertEquals(List.of("8300"), usage.stored("select count(*) from runtime.grants where organization_id = ? and ended_by = 'expired'", organization));
        assertTrue(stored(organization) > 8_300);
    }
}
