package org.guildhall.runtime.usage;

import static org.guildhall.runtime.usage.UsageFixture.BASE;
import static org.guildhall.runtime.usage.UsageFixture.allowance;
import static org.guildhall.runtime.usage.UsageFixture.each;
import static org.guildhall.runtime.usage.UsageFixture.event;
import static org.guildhall.runtime.usage.UsageFixture.limit;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.guildhall.Http.Reply;
import org.guildhall.runtime.entitlements.EntitlementFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Periods begin at midnight in the tenant's time zone, also around daylight-saving changes. */
class UsagePeriodsTest {

    private static final ZoneId SYDNEY = ZoneId.of("Australia/Sydney");

    private final UsageFixture usage = new UsageFixture().in("Australia/Sydney");

    private Reply usage(String organization, String query) {
        return usage.http.get(BASE + "/organizations/" + organization + "/usage?" + query);
    }

    /** In Sydney, clocks go forward on 2026-10-04 at 2:00, and back on 2027-04-04 at 3:00. */
    @ParameterizedTest
    @CsvSource({
        "day,   2026-10-04, 2026-10-04, 2026-10-03T14:00:00Z, 2026-10-04T13:00:00Z, 23",
        "day,   2026-10-03, 2026-10-03, 2026-10-02T14:00:00Z, 2026-10-03T14:00:00Z, 24",
        "day,   2026-04-05, 2026-04-05, 2026-04-04T13:00:00Z, 2026-04-05T14:00:00Z, 25",
        "week,  2026-09-28, 2026-10-04, 2026-09-27T14:00:00Z, 2026-10-04T13:00:00Z, 167",
        "week,  2026-03-30, 2026-04-05, 2026-03-29T13:00:00Z, 2026-04-05T14:00:00Z, 169",
        "month, 2026-10-01, 2026-10-31, 2026-09-30T14:00:00Z, 2026-10-31T13:00:00Z, 743",
        "month, 2026-04-01, 2026-04-30, 2026-03-31T13:00:00Z, 2026-04-30T14:00:00Z, 721",
        "year,  2026-01-01, 2026-12-31, 2025-12-31T13:00:00Z, 2026-12-31T13:00:00Z, 8760",
    })
    void period_beginsAtMidnightOfTenantTimeZone(String granularity, String first, String last, Instant from, Instant to, long hours) {
        var organization = usage.organization(limit("wiki.seats", 5));
        var sums = usage(organization, "resource_key=wiki.seats&granularity=%s&from_on=%s&to_on=%s".formatted(granularity, last, last)).expect(200);
        assertEquals(1, sums.json().at("/resources/0/sums").size());
        assertEquals(first + " " + last, sums.at("/resources/0/sums/0/starts_on") + " " + sums.at("/resources/0/sums/0/ends_on"));
        assertEquals(from, Instant.parse(String.valueOf(sums.at("/resources/0/sums/0/starts_at"))));
        assertEquals(to, Instant.parse(String.valueOf(sums.at("/resources/0/sums/0/ends_at"))));
        assertEquals(Duration.ofHours(hours), Duration.between(from, to));
    }

    @Test
    void events_aroundDaylightSavingChange_countOnLocalDay() {
        var organization = usage.organization(limit("wiki.storage_mb", 1_000_000));
        var instants = List.of("2026-10-03T13:59:59Z", "2026-10-03T14:00:00Z", "2026-10-04T12:59:59Z", "2026-10-04T13:00:00Z");
        long quantity = 1;
        for (var at : instants) {
            addUse(organization, Instant.parse(at), quantity);
            quantity *= 10;
        }
        var days = usage(organization, "resource_key=wiki.storage_mb&from_on=2026-10-03&to_on=2026-10-05");
        assertEquals(List.of("1", "110", "1000"), each(days.expect(200).json().at("/resources/0/sums"), "/quantity"));
        assertEquals("1111", days.at("/resources/0/total"));
        var weeks = usage(organization, "resource_key=wiki.storage_mb&granularity=week&from_on=2026-10-03&to_on=2026-10-05");
        assertEquals(List.of("2026-09-28 111", "2026-10-05 1000"), weeks.expect(200).json().at("/resources/0/sums").findValuesAsText("starts_on").stream()
                .map(day -> day + " " + weeks.at("/resources/0/sums/" + (day.equals("2026-09-28") ? 0 : 1) + "/quantity")).toList());
    }

    @Test
    void event_aroundMidnight_countsOnLocalDay() {
        var organization = usage.organization(allowance("wiki.uploads", "day", 2));
        var today = LocalDate.now(SYDNEY);
        var midnight = today.minusDays(1).atStartOfDay(SYDNEY).toInstant();
        usage.report(event(organization, "wiki.uploads", 2, midnight.minusMillis(1).toString())).expect(201);
        usage.report(event(organization, "wiki.uploads", 2, midnight.toString())).expect(201);
        assertEquals("409 entitlement_exceeded", usage.report(event(organization, "wiki.uploads", 1, midnight.plusSeconds(3600).toString())).outcome());
        var refused = usage.report(event(organization, "wiki.uploads", 1, midnight.minusMillis(1).toString()));
        assertEquals("day 2 2", refused.at("/exceeded/0/period") + " " + refused.at("/exceeded/0/limit") + " " + refused.at("/exceeded/0/used"));
        usage.report(event(organization, "wiki.uploads", 1)).expect(201);
        var days = usage(organization, "resource_key=wiki.uploads&from_on=" + today.minusDays(3) + "&to_on=" + today).expect(200);
        assertEquals(List.of("0", "2", "2", "1"), each(days.json().at("/resources/0/sums"), "/quantity"));
        assertEquals("null", days.json().at("/resources/0/level").asText());
        assertEquals("Australia/Sydney", days.at("/time_zone"));
        assertEquals(List.of(today.minusDays(2).toString(), today.minusDays(1).toString(), today.minusDays(1).toString()).subList(0, 2),
                each(usage.http.get(BASE + "/usage-events?sort=occurred_at&organization_id=" + organization), "/occurred_on").subList(0, 2));
    }

    @Test
    void usage_withoutDates_sumsLastThirtyDays() {
        var organization = usage.organization(limit("wiki.seats", 5));
        usage.report(event(organization, "wiki.seats", 3), event(organization, "wiki.seats", -1)).expect(201);
        var days = usage(organization, "resource_key=wiki.seats").expect(200);
        assertEquals(30, days.json().at("/resources/0/sums").size());
        assertEquals("2", days.at("/resources/0/sums/29/quantity"));
        assertEquals("2 2", days.at("/resources/0/total") + " " + days.at("/resources/0/level"));
    }

    @Test
    void usage_withoutResourceKey_sumsAllUsedKeys() {
        var organization = usage.organization(limit("wiki.seats", 5), limit("wiki.storage_mb", 5), allowance("wiki.uploads", "day", 5));
        assertEquals(0, usage(organization, "granularity=month").expect(200).json().get("resources").size());
        var longAgo = Instant.now().minus(Duration.ofDays(20)).toString();
        usage.report(event(organization, "wiki.uploads", 3), event(organization, "wiki.storage_mb", 2, longAgo), event(organization, "wiki.uploads", 1, longAgo))
                .expect(201);
        var found = usage(organization, "from_on=" + LocalDate.now(SYDNEY)).expect(200).json().get("resources");
        assertEquals(List.of("wiki.storage_mb", "wiki.uploads"), each(found, "/resource_key"));
        assertEquals(List.of("2", "null"), each(found, "/level"));
        assertEquals(List.of("0", "3"), each(found, "/total"));
    }

    @ParameterizedTest
    @CsvSource({
        "resource_key=wiki.nothing,                                         resource_key, unknown_reference",
        "resource_key=wiki.sites,                                           resource_key, not_reported",
        "resource_key=wiki.domains,                                         resource_key, not_reported",
        "resource_key=wiki.seats&from_on=2026-02-02&to_on=2026-02-01,       from_on,      after_the_end",
        "resource_key=wiki.seats&from_on=2024-01-01&to_on=2026-02-01,       from_on,      too_many_periods",
        "from_on=2026-01-01&to_on=2026-03-04,                               from_on,      too_many_periods",
        "resource_key=wiki.seats&from_on=1969-12-31&to_on=2026-02-01,       from_on,      too_far_back",
        "resource_key=wiki.seats&granularity=year&to_on=9999-12-31,         to_on,        too_far_ahead",
    })
    void usage_withInvalidRangeOrKey_isRefused(String query, String parameter, String code) {
        var refused = usage(usage.organization(), query);
        assertEquals("400 invalid_parameter", refused.outcome());
        assertEquals(parameter + " " + code, refused.at("/errors/0/parameter") + " " + refused.at("/errors/0/code"));
    }

    @ParameterizedTest
    @CsvSource({"granularity=hour, granularity", "from_on=today, from_on", "from_on=2026-02-30, from_on"})
    void usage_withInvalidParameter_isRefused(String query, String parameter) {
        var refused = usage(usage.organization(), "resource_key=wiki.seats&" + query);
        assertEquals("400 invalid_parameter", refused.outcome());
        assertEquals(parameter, refused.at("/errors/0/parameter"));
    }

    @ParameterizedTest
    @CsvSource({"Australia/Sydney, America/Los_Angeles", "Pacific/Kiritimati, Pacific/Pago_Pago", "Asia/Kathmandu, America/St_Johns"})
    void allowance_afterTimeZoneChange_isGrantedOnce(String one, String other) {
        usage.in(one);
        var organization = usage.organization(
                "{\"resource_key\": \"wiki.uploads\", \"kind\": \"allowance\", \"period\": \"day\", \"limit_value\": 10, \"threshold_percents\": [50]}");
        usage.report(event(organization, "wiki.uploads", 10)).expect(201);
        for (var zone : List.of(other, one, other, one)) {
            usage.in(zone);
            for (var when : List.of("", "?at=" + Instant.now())) {
                var entitlement = EntitlementFixture.of(usage.http.get(BASE + "/organizations/" + organization + "/entitlements" + when), "wiki.uploads");
                assertEquals(10, entitlement.get("used").asLong(), zone + when);
            }
            var refused = usage.report(event(organization, "wiki.uploads", 1));
            assertEquals("409 entitlement_exceeded", refused.outcome(), zone);
            assertEquals("10", refused.at("/exceeded/0/used"), zone);
        }
        assertEquals(List.of("50"), each(usage.http.get(BASE + "/usage-thresholds?organization_id=" + organization), "/percent"));
    }

    @Test
    void used_inAnyTimeZone_isTheUseBetweenThePeriodsInstants() {
        var organization = usage.organization();
        for (var period : List.of("day", "week", "month")) {
            usage.hold(organization, usage.product(allowance("wiki.uploads", period, 1_000_000)));
        }
        var random = new Random(11);
        var events = new TreeMap<Instant, Long>();
        var zones = List.of("Australia/Sydney", "America/Los_Angeles", "Asia/Kathmandu", "UTC", "Australia/Sydney");
        for (var zone : zones) {
            usage.in(zone);
            for (int count = 0; count < 12; count++) {
                var at = Instant.now().minusSeconds(random.nextInt(30 * 86_400)).truncatedTo(ChronoUnit.MICROS);
                events.put(at, 1L + random.nextInt(9));
                usage.report(event(organization, "wiki.uploads", events.get(at), at.toString())).expect(201);
            }
        }
        for (var zone : zones) {
            usage.in(zone);
            var now = Instant.now();
            for (var at : List.of(now, now.minus(Duration.ofDays(3)), now.minus(Duration.ofDays(9)))) {
                var found = usage.http.get(BASE + "/organizations/" + organization + "/entitlements" + (at.equals(now) ? "" : "?at=" + at));
                if (found.outcome().startsWith("404")) {
                    continue;
                }
                for (var entitlement : found.expect(200).json().get("entitlements")) {
                    var from = Instant.parse(entitlement.get("period_starts_at").asText());
                    var to = Instant.parse(entitlement.get("resets_at").asText());
                    var last = at.equals(now) || to.isBefore(at) ? to : at;
                    assertEquals(events.subMap(from, true, last, false).values().stream().mapToLong(Long::longValue).sum(),
                            entitlement.get("used").asLong(), zone + " " + entitlement);
                }
            }
            for (var granularity : List.of("day", "week", "month")) {
                var today = now.atZone(ZoneId.of(zone)).toLocalDate();
                var sums = usage(organization, "resource_key=wiki.uploads&granularity=%s&from_on=%s&to_on=%s".formatted(granularity, today.minusDays(40), today));
                for (var sum : sums.expect(200).json().at("/resources/0/sums")) {
                    var used = events.subMap(Instant.parse(sum.get("starts_at").asText()), Instant.parse(sum.get("ends_at").asText()));
                    assertEquals(used.values().stream().mapToLong(Long::longValue).sum(), sum.get("quantity").asLong(), zone + " " + sum);
                }
                assertEquals(String.valueOf(events.values().stream().mapToLong(Long::longValue).sum()), sums.at("/resources/0/total"));
            }
        }
    }

    /** Adds use to the sums without the API, which refuses events of that age. */
    private void addUse(String organization, Instant at, long quantity) {
        usage.sql("""
                with pool as (select tenant_id, id from runtime.pools where organization_id = ?), event as (select ?::timestamptz as at, ?::bigint as quantity), days as (
                    insert into runtime.usage_days (tenant_id, pool_id, resource_key, day, quantity)
                    select tenant_id, id, 'wiki.storage_mb', (at at time zone 'UTC')::date, quantity from pool cross join event
                    on conflict on constraint usage_days_key do update set quantity = usage_days.quantity + excluded.quantity
                )
                insert into runtime.usage_quarters (tenant_id, pool_id, resource_key, starts_at, quantity)
                select tenant_id, id, 'wiki.storage_mb', date_bin('15 minutes', at, '2000-01-01 00:00:00+00'), quantity from pool cross join event
                on conflict on constraint usage_quarters_key do update set quantity = usage_quarters.quantity + excluded.quantity""",
                UsageFixture.uuid(organization), at.toString(), quantity);
    }
}
