package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

/** A due change takes effect at its instant, also before the job or another write stores it. */
class DueTransitionsTest {

    private static final List<String> SETTLED = List.of("initiate nothing → Public default operator done",
            "upgrade Public → Standard trial operator done", "end Standard → Public default job done");

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant dueAt = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final String organization = plans.organization();

    @Test
    void trialEnded_readsShowDefault_jobWritesThatInstant() throws SQLException {
        var trial = trial(dueAt);
        assertEquals("Standard trial", plans.plans(organization));
        var then = passed(dueAt);
        var stored = plans.everything();
        assertEquals("Public default", plans.plans(organization));
        assertEquals("ended", plans.get("/grants/" + trial).at("/state"));
        assertEquals("done", last().at("/state").asText());
        assertEquals(stored, plans.everything(), "reads write nothing");

        plans.settle();
        assertEquals("Public default", plans.plans(organization));
        assertEquals(SETTLED, plans.transitions(organization));
        var settled = last();
        assertEquals(then, Instant.parse(settled.get("effective_at").asText()));
        assertEquals("The trial ended.", settled.get("reason").asText());
        assertEquals(trial, settled.get("grant_id").asText());
        assertEquals(then, instant("/provisions/" + settled.get("to_provision_id").asText(), "/starts_at"));
        assertEquals(then, instant("/provisions/" + settled.get("from_provision_id").asText(), "/ends_at"));
        assertEquals(then, instant("/grants/" + trial, "/ended_at"));
        assertEquals("Standard trial", plans.plans(organization, "?at=" + then.minusMillis(1)));
        assertEquals("Public default", plans.plans(organization, "?at=" + then));

        var written = plans.everything();
        plans.settle();
        assertEquals(written, plans.everything(), "a second run of the job changes nothing");
    }

    @Test
    void jobEvent_namesTheJobAndItsChanges() {
        trial(dueAt);
        passed(dueAt);
        plans.settle();
        var event = plans.http.get("/api/v1/platform/audit-events?action=transition.applied").expect(200).json().at("/data/0");
        assertEquals("job", event.get("actor_type").asText());
        assertEquals("apply-due-transitions", event.get("source_workflow").asText());
        assertEquals("transition", event.get("entity_type").asText());
        assertEquals(last().get("id").asText(), event.get("entity_id").asText());
        assertEquals(List.of("transition", "provision", "grant", "pool"), event.get("changes").findValuesAsText("entity_type"));
        assertEquals("scheduled", event.at("/before/state").asText());
        assertEquals("done", event.at("/after/state").asText());
        assertEquals("The trial ended.", event.at("/after/reason").asText());
    }

    @Test
    void writeBeforeJob_appliesDueFirst_eventIsTheWrites() {
        trial(dueAt);
        var then = passed(dueAt);
        var moved = plans.move(organization, "upgrade", plans.flexible).expect(201);
        assertEquals("Public", plans.name(moved.at("/from_tier_id")));
        assertEquals(4, plans.transitions(organization).size());
        assertEquals(SETTLED, plans.transitions(organization).subList(0, 3));
        var event = plans.http.get("/api/v1/platform/audit-events?action=transition.created&entity_id=" + moved.at("/id") + "&entity_type=transition")
                .expect(200).json().at("/data/0");
        assertEquals(moved.at("/id"), event.get("entity_id").asText());
        assertEquals(List.of("transition", "provision", "provision", "pool", "transition", "grant"), event.get("changes").findValuesAsText("entity_type"));
        var back = plans.get("/provisions/" + moved.at("/from_provision_id"));
        assertEquals(then, Instant.parse(Objects.requireNonNull(back.at("/starts_at"))));
    }

    @Test
    void refusedWrite_leavesTransitionDue() throws SQLException {
        trial(dueAt);
        passed(dueAt);
        plans.assertRefused("409 invalid_state", "/kind", () -> plans.move(organization, "downgrade", plans.publicTier));
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void move_fromUnwrittenDefault_withItsETag_accepted() {
        trial(dueAt);
        passed(dueAt);
        var seen = Objects.requireNonNull(plans.get("/organizations/" + organization + "/pool").header("ETag"));
        plans.move(organization, "upgrade", plans.standard, "", "If-Match", seen).expect(201);
    }

    @Test
    void policyEndedAfterInstant_defaultStillApplies() {
        trial(dueAt);
        passed(dueAt);
        plans.end(plans.policy);
        assertEquals("Public default", plans.plans(organization));
        plans.settle();
        assertEquals("Public default", plans.plans(organization));
    }

    @Test
    void policyEndedBeforeInstant_noDefaultFollows() {
        trial(dueAt);
        plans.end(plans.policy);
        passed(dueAt);
        assertEquals("", plans.plans(organization));
        plans.settle();
        assertEquals("", plans.plans(organization));
        assertEquals("end Standard → nothing trial job done", plans.transitions(organization).getLast());
    }

    @Test
    void scheduledMove_due_keepsInstantActorAndReason() {
        plans.move(organization, "upgrade", plans.flexible, ", \"reason\": \"As agreed.\", \"effective_at\": \"" + dueAt + "\"").expect(201);
        var then = passed(dueAt);
        assertEquals("Flexible manual", plans.plans(organization));
        plans.settle();
        var settled = last();
        assertEquals("upgrade Public → Flexible manual operator done", plans.transitions(organization).getLast());
        assertEquals("As agreed.", settled.get("reason").asText());
        assertEquals(then, instant("/provisions/" + settled.get("to_provision_id").asText(), "/starts_at"));
    }

    @Test
    void scheduledMove_impossible_canceledWithReason() {
        plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"" + dueAt + "\"").expect(201);
        plans.move(organization, "upgrade", plans.flexible).expect(201);
        passed(dueAt);
        assertEquals("Flexible manual", plans.plans(organization));
        plans.settle();
        assertEquals("Flexible manual", plans.plans(organization));
        var dropped = last();
        assertEquals("canceled", dropped.get("state").asText());
        assertEquals("An upgrade goes to a higher rank: Standard has rank 1, the present plan, Flexible, has rank 2.", dropped.get("cancel_reason").asText());
    }

    @Test
    void scheduledMove_supersedesTrialAndItsEnd() {
        var trial = trial(dueAt.plusSeconds(86_400));
        plans.move(organization, "upgrade", plans.flexible, ", \"effective_at\": \"" + dueAt + "\"").expect(201);
        var then = passed(dueAt);
        plans.settle();
        assertEquals("Flexible manual", plans.plans(organization));
        assertEquals("superseded", plans.get("/grants/" + trial).at("/state"));
        assertEquals(then, instant("/grants/" + trial, "/ended_at"));
        assertEquals("end Standard → nothing trial job canceled", plans.transitions(organization).getLast());
    }

    @Test
    void severalDue_applyInOrder() {
        var first = dueAt;
        var second = first.plusMillis(50);
        var third = first.plusMillis(100);
        trial(first);
        plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"" + second + "\"").expect(201);
        plans.move(organization, "downgrade", plans.publicTier, ", \"effective_at\": \"" + third + "\"").expect(201);
        var then = passed(third);
        assertEquals("Public default", plans.plans(organization));
        assertEquals("Standard manual", plans.plans(organization, "?at=" + then.minusMillis(40)));
        plans.settle();
        assertEquals("Public default", plans.plans(organization));
        assertEquals("Standard manual", plans.plans(organization, "?at=" + then.minusMillis(40)));
        assertEquals(List.of("end Standard → Public default job done", "upgrade Public → Standard manual operator done",
                "downgrade Standard → Public default operator done"), plans.transitions(organization).subList(2, 5));
    }

    @Test
    void cancel_dueTransition_refused() throws SQLException {
        var scheduled = plans.move(organization, "upgrade", plans.standard, ", \"effective_at\": \"" + dueAt + "\"").expect(201).at("/id");
        passed(dueAt);
        plans.assertRefused("409 invalid_state", null, () -> plans.post("/transitions/" + scheduled + "/cancel", "{}"));
    }

    @Test
    void addonGrant_endReached_endedWithoutJob() {
        var addon = plans.make("/products", "{\"name\": \"Sites\", \"product_type\": \"addon\"}");
        plans.http.post("/api/v1/catalog/products/" + addon + "/publish", null).expect(200);
        var grant = plans.grant(organization, addon, ", \"ends_at\": \"" + dueAt + "\"").expect(201).at("/id");
        var then = passed(dueAt);
        assertEquals("ended", plans.get("/grants/" + grant).at("/state"));
        assertEquals(then, instant("/grants/" + grant, "/ended_at"));
        assertEquals("ended", plans.get("/provisions?grant_id=" + grant).at("/data/0/state"));
        assertEquals("409 invalid_state", plans.revoke(Objects.requireNonNull(grant)).outcome());
    }

    @Test
    void dryRun_dueTransition_storesNothing() throws SQLException {
        trial(dueAt);
        passed(dueAt);
        var stored = plans.everything();
        var tried = plans.post("/organizations/" + organization + "/transitions?dry_run=true",
                "{\"kind\": \"upgrade\", \"target_tier_id\": \"" + plans.flexible + "\"}").expect(201);
        assertEquals(stored, plans.everything());
        assertNull(tried.at("/canceled_at"));
    }

    /** Lets an instant pass and returns its new, earlier value. */
    private Instant passed(Instant instant) {
        plans.later(PASSED);
        return instant.minus(PASSED);
    }

    private com.fasterxml.jackson.databind.JsonNode last() {
        return plans.get("/organizations/" + organization + "/transitions?sort=-effective_at&limit=1").expect(200).json().at("/data/0");
    }

    private Instant instant(String path, String pointer) {
        return Instant.parse(Objects.requireNonNull(plans.get(path).expect(200).at(pointer)));
    }

    private String trial(Instant end) {
        return Objects.requireNonNull(
                plans.grant(organization, plans.product(plans.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }
}
