package org.guildhall.tasks.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** Requested runs of jobs over HTTP. */
class JobRunsTest {

    private static final String RUNS = "/api/v1/tasks/jobs/retention/runs";
    private static final String ALL = "/api/v1/tasks/job-runs";
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());
    /** A tenant whose runs no node begins. */
    private final TestServer.Tenant still = TestServer.withoutScheduler().tenant();
    private final Http waiting = new Http(still.server(), still.token());

    private Reply ended(Reply requested) throws InterruptedException {
        var path = String.valueOf(requested.expect(202).header("Location"));
        var deadline = Instant.now().plus(WAIT_MAX);
        var run = http.get(path).expect(200);
        while (run.at("/ended_at") == null && Instant.now().isBefore(deadline)) {
            Thread.sleep(50);
            run = http.get(path).expect(200);
        }
        return run;
    }

    private void oldKeys(int count) throws SQLException {
        tenant.sql("""
                insert into platform.idempotency_keys (tenant_id, key_hmac, consumer_id, request_hash, operation, request_id, created_at)
                select ?, decode(md5('old' || n), 'hex'), gen_random_uuid(), '\\x00', 'createProduct', 'r' || n, now() - interval '3 days' + n * interval '1 second'
                from generate_series(1, ?) n""", tenant.id(), count);
    }

    private int keys() throws SQLException {
        return tenant.found("select key_hmac from platform.idempotency_keys where tenant_id = ? and created_at < now() - interval '2 days'", tenant.id()).size();
    }

    @Test
    void requestedRun_doesTheWork_validateOnlyCounts() throws Exception {
        oldKeys(6_000);
        var validated = ended(http.post(RUNS, "{\"mode\": \"validate\"}"));
        assertEquals("succeeded 6000", validated.at("/state") + " " + validated.at("/counts/changed"));
        assertEquals(6_000, keys());
        var run = ended(http.post(RUNS, "{\"reason\": \"Before the audit.\"}"));
        assertEquals("succeeded run request 6000 1 Before the audit.", run.at("/state") + " " + run.at("/mode") + " " + run.at("/trigger") + " "
                + run.at("/counts/seen") + " " + run.at("/attempt") + " " + run.at("/reason"));
        assertNotNull(run.at("/node"));
        assertTrue(String.valueOf(run.at("/requested_by")).startsWith("con_"));
        assertEquals(0, keys());
        assertEquals(run.at("/id"), http.get("/api/v1/tasks/jobs/retention").expect(200).at("/last_run/id"));
        assertEquals(2, http.get(RUNS).expect(200).json().get("data").size());
        assertEquals(List.of(String.valueOf(validated.at("/id"))), http.get(ALL + "?mode=validate").expect(200).json().get("data").findValuesAsText("id"));
    }

    @Test
    void thirtyRequestsAtOnce_joinOneRun() throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(30)) {
            var calls = IntStream.range(0, 30).<Callable<Reply>>mapToObj(n -> () -> waiting.post(RUNS, "{}")).toList();
            var replies = new java.util.ArrayList<Reply>();
            for (var call : threads.invokeAll(calls)) {
                replies.add(call.get().expect(202));
            }
            assertEquals(1, replies.stream().map(reply -> reply.at("/id")).distinct().count());
            assertEquals(1, replies.stream().filter(reply -> "false".equals(reply.at("/joined"))).count());
        }
        assertEquals(1, waiting.get(ALL).expect(200).json().get("data").size());
        assertEquals(1, waiting.get("/api/v1/platform/audit-events?action=job_run.requested").expect(200).json().get("data").size());
    }

    @Test
    void activeRun_ofTheOtherMode_refusesTheRequest() {
        waiting.post(RUNS, "{\"mode\": \"validate\"}").expect(202);
        assertEquals("409 conflict", waiting.post(RUNS, "{\"mode\": \"run\"}").outcome());
        waiting.post("/api/v1/tasks/jobs/grant-expiry/runs", "{}").expect(202);
        waiting.post("/api/v1/tasks/jobs/unknown-job/runs", "{}").expect(404);
    }

    /** A signal of the lane payments, on which the job depends. */
    private String signal(String sourceStatus) {
        waiting.patch("/api/v1/tasks/jobs/retention", "{\"depends_on\": {\"lanes\": [\"payments\"]}}").expect(200);
        return "/api/v1/providers/signals/" + waiting.post("/api/v1/providers/signals", """
                {"name": "Payment rails", "lane": "payments", "kind": "system", "owner": {"kind": "team", "name": "Billing"}, "source_status": "%s",
                 "impact": "Members can't pay.", "recovery_action": "Decide who retries.",
                 "evidence": {"subject": "Stripe", "why": "Three failures."}}""".formatted(sourceStatus)).expect(201).at("/id");
    }

    @Test
    void degradedProvider_needsForceWithReason() {
        var signal = signal("watch");
        var job = waiting.get("/api/v1/tasks/jobs/retention").expect(200);
        assertEquals("Payment rails degraded", job.at("/blocked_by/0/name") + " " + job.at("/blocked_by/0/status"));
        var listed = waiting.get("/api/v1/tasks/jobs").expect(200).json().get("data").valueStream()
                .filter(each -> each.get("name").asText().equals("retention"))
                .toList();
        assertEquals(List.of(job.json()), listed);
        var refused = waiting.post(RUNS, "{}");
        assertEquals("409 automation_paused", refused.outcome());
        assertTrue(String.valueOf(refused.at("/detail")).contains(signal.substring(signal.lastIndexOf('/') + 1)), refused.text());
        var reasonless = waiting.post(RUNS, "{\"force\": true}");
        assertEquals("422 validation_failed /reason", reasonless.outcome() + " " + reasonless.at("/errors/0/pointer"));
        var validated = waiting.post(RUNS, "{\"mode\": \"validate\"}").expect(202);
        waiting.post(ALL + "/" + validated.at("/id") + "/cancel", null).expect(200);
        var forced = waiting.post(RUNS, "{\"force\": true, \"reason\": \"The bank is informed.\"}").expect(202);
        assertEquals("true The bank is informed.", forced.at("/forced") + " " + forced.at("/reason"));
        var event = waiting.get("/api/v1/platform/audit-events?action=job_run.requested").expect(200);
        assertEquals("true", event.at("/data/0/after/forced"));
    }

    @Test
    void consent_letsTheJobRunWhileDegraded() {
        signal("watch");
        assertEquals("run", waiting.patch("/api/v1/tasks/jobs/retention", "{\"when_degraded\": \"run\"}").expect(200).at("/when_degraded"));
        waiting.post(RUNS, "{}").expect(202);
    }

    @Test
    void blockedProvider_isNotOverridden() {
        var signal = signal("healthy");
        waiting.post(signal + "/block", "{\"reason\": \"The provider is closed.\"}").expect(200);
        assertEquals("409 automation_paused", waiting.post(RUNS, "{\"force\": true, \"reason\": \"Anyway.\"}").outcome());
        waiting.post(signal + "/unblock", "{\"reason\": \"It is open.\"}").expect(200);
        assertEquals("0", String.valueOf(waiting.get("/api/v1/tasks/jobs/retention").expect(200).json().get("blocked_by").size()));
        waiting.post(RUNS, "{}").expect(202);
    }

    @Test
    void dependencies_patched_keepTheOthers() {
        var job = "/api/v1/tasks/jobs/retention";
        var patched = waiting.patch(job, "{\"depends_on\": {\"lanes\": [\"payments\", \"messaging\"], \"signal_ids\": [\"sig_01m82hyv3ge4ftz15kcqd0tm7a\"]}}").expect(200);
        assertEquals("[\"payments\",\"messaging\"]", patched.json().at("/depends_on/lanes").toString());
        assertEquals("[]", waiting.patch(job, "{\"depends_on\": {\"lanes\": null}}").expect(200).json().at("/depends_on/lanes").toString());
        assertEquals("sig_01m82hyv3ge4ftz15kcqd0tm7a", waiting.get(job).expect(200).at("/depends_on/signal_ids/0"));
        assertEquals("[]", waiting.patch(job, "{\"depends_on\": null}").expect(200).json().at("/depends_on/signal_ids").toString());
    }

    @Test
    void canceledRun_hasEnded_andAnotherCanBegin() {
        var run = ALL + "/" + waiting.post(RUNS, "{}").expect(202).at("/id");
        var canceled = waiting.post(run + "/cancel", null).expect(200);
        assertEquals("canceled", canceled.at("/state"));
        assertNotNull(canceled.at("/ended_at"));
        assertEquals("409 invalid_state", waiting.post(run + "/cancel", null).outcome());
        assertEquals("false", waiting.post(RUNS, "{}").expect(202).at("/joined"));
    }
}
