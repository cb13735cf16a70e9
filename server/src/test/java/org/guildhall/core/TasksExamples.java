package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Ids;
import org.guildhall.core.outbound.WebhookSignature;

/** The examples of the tasks room's operations. */
final class TasksExamples {

    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String JOBS = "/api/v1/tasks/jobs/";
    private static final String JOB = "retention";
    private static final String OTHER = "grant-expiry";

    static final List<Example> ALL = List.of(
            example(CREATE_OPERATIONAL_TASK).makes("tsk"),
            example(LIST_OPERATIONAL_TASKS),
            example(GET_OPERATIONAL_TASK),
            example(UPDATE_OPERATIONAL_TASK),
            example(START_OPERATIONAL_TASK),
            example(STOP_OPERATIONAL_TASK).after(START_OPERATIONAL_TASK),
            example(BLOCK_OPERATIONAL_TASK),
            example(UNBLOCK_OPERATIONAL_TASK).after(BLOCK_OPERATIONAL_TASK),
            example(COMPLETE_OPERATIONAL_TASK),
            example(CANCEL_OPERATIONAL_TASK),
            example(REOPEN_OPERATIONAL_TASK).after(CANCEL_OPERATIONAL_TASK),

            example(LIST_JOBS).entry(samples -> String.valueOf(samples.http.get(JOBS + JOB).expect(200).at("/id"))),
            example(GET_JOB).at("job_name", samples -> JOB),
            example(UPDATE_JOB).at("job_name", samples -> JOB).with("/catch_up_seconds", samples -> samples.number() % 86_400),
            example(PAUSE_JOB).at("job_name", TasksExamples::activeJob),
            example(RESUME_JOB).at("job_name", TasksExamples::pausedJob),
            example(CREATE_JOB_RUN).makes("run").at("job_name", samples -> JOB),
            example(LIST_RUNS_OF_JOB).at("job_name", samples -> JOB),
            example(LIST_JOB_RUNS).entry(samples -> samples.id("run")),
            example(GET_JOB_RUN),
            example(CANCEL_JOB_RUN).at("job_run_id", TasksExamples::waitingRun),

            example(CREATE_TRANSPORT).makes("trp"),
            example(LIST_TRANSPORTS),
            example(GET_TRANSPORT),
            example(UPDATE_TRANSPORT),
            example(PAUSE_TRANSPORT),
            example(RESUME_TRANSPORT).after(PAUSE_TRANSPORT),
            // Sent tomorrow, so that no background work changes the messages meanwhile.
            example(CREATE_MESSAGE).makes("msg").unique("/dedupe_key").with("/transport_id", samples -> samples.id("trp")).with("/send_after", SampleData::nextMonth),
            example(LIST_MESSAGES),
            example(GET_MESSAGE),
            example(CANCEL_MESSAGE),
            example(RETRY_MESSAGE).at("message_id", samples -> messageIn(samples, "failed")),
            example(RESOLVE_MESSAGE).at("message_id", samples -> messageIn(samples, "unknown")),

            example(CREATE_MESSAGE_RECEIPT)
                    .at("transport_id", TasksExamples::httpTransport)
                    .with("/tenant_id", samples -> TypeIds.format("ten", samples.tenant.id()))
                    .with("/message_id", TasksExamples::messageOfHttpTransport)
                    .headers(TasksExamples::signature),
            example(PREVIEW_MESSAGE).with("/transport_id", samples -> samples.id("trp")),
            example(GET_MESSAGE_PREFERENCES),
            example(UPDATE_MESSAGE_PREFERENCES).with("/caps/per_person_per_day/email", samples -> 1 + samples.number() % 1_000),

            example(CREATE_TEMPLATE).makes("tpl").unique("/key"),
            example(LIST_TEMPLATES),
            example(GET_TEMPLATE),
            example(UPDATE_TEMPLATE),
            example(PUBLISH_TEMPLATE),
            example(ARCHIVE_TEMPLATE),
            example(RENDER_TEMPLATE),

            example(CREATE_SUPPRESSION).makes("spp").with("/address", RuntimeExamples::address),
            example(LIST_SUPPRESSIONS),
            example(GET_SUPPRESSION),
            example(LIFT_SUPPRESSION));

    private TasksExamples() {}

    private static String httpTransport(SampleData samples) {
        return samples.once("http transport", () -> samples.made("/api/v1/tasks/transports", Map.of(
                "name", "Provider", "http", Map.of("url", "https://mail.provider.example/", "secret", SECRET),
                "sender", Map.of("address", "hello@winterstreet.example"))));
    }

    private static String messageOfHttpTransport(SampleData samples) {
        return samples.made("/api/v1/tasks/messages", Map.of(
                "transport_id", httpTransport(samples), "to", Map.of("address", "mira@members.example"), "subject", "S", "body", "B",
                "send_after", samples.nextMonth()));
    }

    private static List<String> signature(SampleData samples, String body) {
        var id = samples.word();
        var now = Instant.now();
        return List.of(
                WebhookSignature.ID, id, WebhookSignature.TIMESTAMP, WebhookSignature.timestamp(now),
                WebhookSignature.SIGNATURE, WebhookSignature.of(SECRET).sign(id, now, body.getBytes(StandardCharsets.UTF_8)));
    }

    /** Preferences for messages, which a tenant has once it changes them. */
    static void preferences(SampleData samples) {
        samples.send(samples.request(CREATE_MESSAGE_RECEIPT)).expect(200);
        samples.http.patch("/api/v1/tasks/message-preferences", "{\"caps\": {\"per_person_per_day\": {\"email\": 7}}}").expect(200);
    }

    /** The job, which isn't paused. */
    private static String activeJob(SampleData samples) {
        if ("paused".equals(samples.http.get(JOBS + JOB).expect(200).at("/state"))) {
            samples.http.post(JOBS + JOB + "/resume", null).expect(200);
        }
        return JOB;
    }

    /** The job, which is paused. */
    private static String pausedJob(SampleData samples) {
        samples.http.post(JOBS + activeJob(samples) + "/pause", null).expect(200);
        return JOB;
    }

    /** A run that no node begins, of the other job. */
    private static String waitingRun(SampleData samples) {
        activeJob(samples);
        var id = Ids.next();
        samples.http.patch(JOBS + OTHER, "{\"catch_up_seconds\": " + samples.number() % 86_400 + "}").expect(200);
        try {
            samples.tenant.sql("update tasks.job_runs set state = 'canceled', ended_at = now() where tenant_id = ? and state = 'paused'", samples.tenant.id());
            samples.tenant.sql("""
                    insert into tasks.job_runs (tenant_id, id, job_id, mode, trigger, state, started_at)
                    select tenant_id, ?, id, 'run', 'request', 'paused', now() from tasks.jobs where tenant_id = ? and name = ?""", id, samples.tenant.id(), OTHER);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return TypeIds.format("run", id);
    }

    /** A new message that has ended in a state without being sent. */
    private static String messageIn(SampleData samples, String state) {
        var id = samples.id("msg");
        try {
            samples.tenant.sql(
                    "update tasks.messages set state = ?, next_attempt_at = null, finished_at = now(), attempt = 1, tries = 1 where id = ?",
                    state, TypeIds.parse("msg", id));
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return id;
    }
}
