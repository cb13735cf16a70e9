package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs and their schedules over HTTP. */
class JobsTest {

    private static final String JOBS = "/api/v1/tasks/jobs";
    private static final String RETENTION = JOBS + "/retention";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    private static String localTime(Http.Reply job, String zone) {
        return Instant.parse(String.valueOf(job.expect(200).at("/next_tick_at"))).atZone(ZoneId.of(zone)).toLocalTime().toString();
    }

    private void zone(String name) {
        http.patch("/api/v1/platform/settings", "{\"time_zone\": \"" + name + "\"}").expect(200);
    }

    @Test
    void jobs_beforeAnyChange_haveTheirDefaults() {
        var listed = http.get(JOBS).expect(200).json().get("data");
        assertEquals(List.of(
                "billing-metadata-backfill", "billing-payer-addresses", "billing-reconciliation", "billing-retention", "billing-settlement", "domains", "dunning",
                "grant-expiry", "retention", "zone-rules"), listed.findValuesAsText("name"));
        var job = http.get(RETENTION).expect(200);
        assertEquals(listed.get(listed.size() - 2), job.json());
        assertEquals("10 3 * * *", job.at("/schedule/cron"));
        assertEquals("active 1", job.at("/state") + " " + job.at("/version"));
        assertEquals("03:10", localTime(job, String.valueOf(job.at("/schedule/time_zone"))));
        http.get(JOBS + "/unknown-job").expect(404);
    }

    @Test
    void schedule_changed_movesTheNextTick() {
        zone("Australia/Sydney");
        var before = http.get(RETENTION).expect(200);
        var changed = http.patch(RETENTION, "{\"cron\": \"45 5 * * MON-FRI\"}", "If-Match", String.valueOf(before.header("ETag"))).expect(200);
        assertEquals("05:45", localTime(changed, "Australia/Sydney"));
        assertEquals(before.at("/id") + " 2", changed.at("/id") + " " + changed.at("/version"));
        zone("Africa/Casablanca");
        assertEquals("05:45", localTime(http.get(RETENTION), "Africa/Casablanca"));
        assertEquals("10 3 * * *", http.patch(RETENTION, "{\"cron\": null}").expect(200).at("/schedule/cron"));
        assertEquals("412 precondition_failed", http.patch(RETENTION, "{\"cron\": \"0 0 * * *\"}", "If-Match", String.valueOf(before.header("ETag"))).outcome());
        assertEquals("600", http.patch(RETENTION, "{\"catch_up_seconds\": 600}").expect(200).at("/catch_up_seconds"));
    }

    @ParameterizedTest
    @CsvSource({"60 * * * *", "0 0 31 2 *", "0 0 * * 9", "5/15 * * * *", "* * * * * *", "0 0 ? * *", "@daily"})
    void malformedSchedule_isRefusedAtItsMember(String cron) {
        var refused = http.patch(RETENTION, "{\"cron\": \"" + cron + "\"}");
        assertEquals("422 validation_failed", refused.outcome());
        assertTrue(String.valueOf(refused.at("/errors/0/pointer")).startsWith("/cron"), refused.text());
    }

    @Test
    void pausedJob_hasNoNextTick() {
        assertEquals("409 invalid_state", http.post(RETENTION + "/resume", null).outcome());
        var paused = http.post(RETENTION + "/pause", null).expect(200);
        assertEquals("paused", paused.at("/state"));
        assertNull(paused.at("/next_tick_at"));
        assertEquals("409 invalid_state", http.post(RETENTION + "/pause", null).outcome());
        assertEquals(List.of("retention"), http.get(JOBS + "?state=paused").expect(200).json().get("data").findValuesAsText("name"));
        assertEquals(List.of("billing-metadata-backfill", "billing-payer-addresses", "billing-reconciliation", "billing-retention", "billing-settlement", "domains",
                        "dunning", "grant-expiry", "zone-rules"),
                http.get(JOBS + "?state=active").expect(200).json().get("data").findValuesAsText("name"));
        assertEquals("03:10", localTime(http.post(RETENTION + "/resume", null), String.valueOf(paused.at("/schedule/time_zone"))));
    }
}
