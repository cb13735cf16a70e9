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

/** What ends at an instant is over from then on, whether the job ran, a write came first, or nobody did anything. */
class DueTransitionsTest {

    private static final List<String> SETTLED = List.of("initiate nothing → Public default operator done",
            "upgrade Public → Standard trial operator done", "end Standard → Public default job done");

    private static final Duration PASSED = Duration.ofHours(2);

    private final Instant hence = Instant.now().plus(PASSED.dividedBy(2)).truncatedTo(ChronoUnit.MILLIS);
    private final PlanFixture floor = new PlanFixture(TestServer.still());
    private final String organization = floor.organization();

    @Test
    void whenATrialEndsReadsShowTheDefaultAndTheJobWritesItDownDatedAtTheInstant() throws SQLException {
        var trial = trial(hence);
        assertEquals("Standard trial", floor.plans(organization));
        var then = passed(hence);
        var stored = floor.everything();
        assertEquals("Public default", floor.plans(organization));
        assertEquals("ended", floor.get("/grants/" + trial).at("/state"));
        assertEquals("done", last().at("/state").asText());
        assertEquals(stored, floor.everything(), "reads write nothing");

        floor.settle();
        assertEquals("Public default", floor.plans(organization));
        assertEquals(SETTLED, floor.transitions(organization));
        var settled = last();
        assertEquals(then, Instant.parse(settled.get("effective_at").asText()));
        assertEquals("The trial ended.", settled.get("reason").asText());
        assertEquals(trial, settled.get("grant_id").asText());
        assertEquals(then, instant("/provisions/" + settled.get("to_provision_id").asText(), "/starts_at"));
        assertEquals(then, instant("/provisions/" + settled.get("from_provision_id").asText(), "/ends_at"));
        assertEquals(then, instant("/grants/" + trial, "/ended_at"));
        assertEquals("Standard trial", floor.plans(organization, "?at=" + then.minusMillis(1)));
        assertEquals("Public default", floor.plans(organization, "?at=" + then));

        var written = floor.everything();
        floor.settle();
        assertEquals(written, floor.everything(), "there is nothing left to settle");
    }

    @Test
    void theJobsEventSaysThatItWasTheJobAndWhatItChanged() {
        trial(hence);
        passed(hence);
        floor.settle();
        var event = floor.http.get("/api/v1/platform/audit-events?action=transition.applied").expect(200).json().at("/data/0");
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
    void aWriteThatComesFirstSettlesAndItsEventIsAboutTheWrite() {
        trial(hence);
        var then = passed(hence);
        var moved = floor.move(organization, "upgrade", floor.flexible).expect(201);
        assertEquals("Public", floor.name(moved.at("/from_tier_id")));
        assertEquals(4, floor.transitions(organization).size());
        assertEquals(SETTLED, floor.transitions(organization).subList(0, 3));
        var event = floor.http.get("/api/v1/platform/audit-events?action=transition.created&entity_id=" + moved.at("/id") + "&entity_type=transition")
                .expect(200).json().at("/data/0");
        assertEquals(moved.at("/id"), event.get("entity_id").asText());
        assertEquals(List.of("transition", "provision", "provision", "pool", "transition", "grant"), event.get("changes").findValuesAsText("entity_type"));
        var back = floor.get("/provisions/" + moved.at("/from_provision_id"));
        assertEquals(then, Instant.parse(Objects.requireNonNull(back.at("/starts_at"))));
    }

    @Test
    void aWriteThatIsRefusedLeavesItDue() throws SQLException {
        trial(hence);
        passed(hence);
        floor.assertRefused("409 invalid_state", "/kind", () -> floor.move(organization, "downgrade", floor.publicTier));
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void whoSawTheDefaultMayMoveFromItAlthoughItWasNotWrittenDown() {
        trial(hence);
        passed(hence);
        var seen = Objects.requireNonNull(floor.get("/organizations/" + organization + "/pool").header("ETag"));
        floor.move(organization, "upgrade", floor.standard, "", "If-Match", seen).expect(201);
    }

    @Test
    void theDefaultIsTheOneOfTheInstantAlthoughThePolicyEndedBeforeItWasWrittenDown() {
        trial(hence);
        passed(hence);
        floor.end(floor.policy);
        assertEquals("Public default", floor.plans(organization));
        floor.settle();
        assertEquals("Public default", floor.plans(organization));
    }

    @Test
    void whenThePolicyEndedBeforeNothingComesAfterTheTrial() {
        trial(hence);
        floor.end(floor.policy);
        passed(hence);
        assertEquals("", floor.plans(organization));
        floor.settle();
        assertEquals("", floor.plans(organization));
        assertEquals("end Standard → nothing trial job done", floor.transitions(organization).getLast());
    }

    @Test
    void aScheduledMoveTakesEffectAtItsInstantByItsActorAndForItsReason() {
        floor.move(organization, "upgrade", floor.flexible, ", \"reason\": \"As agreed.\", \"effective_at\": \"" + hence + "\"").expect(201);
        var then = passed(hence);
        assertEquals("Flexible manual", floor.plans(organization));
        floor.settle();
        var settled = last();
        assertEquals("upgrade Public → Flexible manual operator done", floor.transitions(organization).getLast());
        assertEquals("As agreed.", settled.get("reason").asText());
        assertEquals(then, instant("/provisions/" + settled.get("to_provision_id").asText(), "/starts_at"));
    }

    @Test
    void aScheduledMoveThatIsNotPossibleAnyMoreIsDroppedAndSaysWhy() {
        floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"" + hence + "\"").expect(201);
        floor.move(organization, "upgrade", floor.flexible).expect(201);
        passed(hence);
        assertEquals("Flexible manual", floor.plans(organization));
        floor.settle();
        assertEquals("Flexible manual", floor.plans(organization));
        var dropped = last();
        assertEquals("canceled", dropped.get("state").asText());
        assertEquals("An upgrade goes to a higher rank: Standard has rank 1, the present plan, Flexible, has rank 2.", dropped.get("cancel_reason").asText());
    }

    @Test
    void aScheduledMoveSupersedesATrialAtItsInstantAndDropsTheTrialsEnd() {
        var trial = trial(hence.plusSeconds(86_400));
        floor.move(organization, "upgrade", floor.flexible, ", \"effective_at\": \"" + hence + "\"").expect(201);
        var then = passed(hence);
        floor.settle();
        assertEquals("Flexible manual", floor.plans(organization));
        assertEquals("superseded", floor.get("/grants/" + trial).at("/state"));
        assertEquals(then, instant("/grants/" + trial, "/ended_at"));
        assertEquals("end Standard → nothing trial job canceled", floor.transitions(organization).getLast());
    }

    @Test
    void severalThatAreDueTakeEffectInTheirOrder() {
        var first = hence;
        var second = first.plusMillis(50);
        var third = first.plusMillis(100);
        trial(first);
        floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"" + second + "\"").expect(201);
        floor.move(organization, "downgrade", floor.publicTier, ", \"effective_at\": \"" + third + "\"").expect(201);
        var then = passed(third);
        assertEquals("Public default", floor.plans(organization));
        assertEquals("Standard manual", floor.plans(organization, "?at=" + then.minusMillis(40)));
        floor.settle();
        assertEquals("Public default", floor.plans(organization));
        assertEquals("Standard manual", floor.plans(organization, "?at=" + then.minusMillis(40)));
        assertEquals(List.of("end Standard → Public default job done", "upgrade Public → Standard manual operator done",
                "downgrade Standard → Public default operator done"), floor.transitions(organization).subList(2, 5));
    }

    @Test
    void whatIsDueCannotBeCanceledAnyMore() throws SQLException {
        var scheduled = floor.move(organization, "upgrade", floor.standard, ", \"effective_at\": \"" + hence + "\"").expect(201).at("/id");
        passed(hence);
        floor.assertRefused("409 invalid_state", null, () -> floor.post("/transitions/" + scheduled + "/cancel", "{}"));
    }

    @Test
    void aGrantOffTheLaddersIsOverAtItsEndWithoutAnyJob() {
        var addon = floor.make("/products", "{\"name\": \"Sites\", \"product_type\": \"addon\"}");
        floor.http.post("/api/v1/catalog/products/" + addon + "/publish", null).expect(200);
        var grant = floor.grant(organization, addon, ", \"ends_at\": \"" + hence + "\"").expect(201).at("/id");
        var then = passed(hence);
        assertEquals("ended", floor.get("/grants/" + grant).at("/state"));
        assertEquals(then, instant("/grants/" + grant, "/ended_at"));
        assertEquals("ended", floor.get("/provisions?grant_id=" + grant).at("/data/0/state"));
        assertEquals("409 invalid_state", floor.revoke(Objects.requireNonNull(grant)).outcome());
    }

    @Test
    void aDryRunSettlesNothing() throws SQLException {
        trial(hence);
        passed(hence);
        var stored = floor.everything();
        var tried = floor.post("/organizations/" + organization + "/transitions?dry_run=true",
                "{\"kind\": \"upgrade\", \"target_tier_id\": \"" + floor.flexible + "\"}").expect(201);
        assertEquals(stored, floor.everything());
        assertNull(tried.at("/canceled_at"));
    }

    /** Lets an instant pass, and tells where it stands since. */
    private Instant passed(Instant instant) {
        floor.later(PASSED);
        return instant.minus(PASSED);
    }

    private com.fasterxml.jackson.databind.JsonNode last() {
        return floor.get("/organizations/" + organization + "/transitions?sort=-effective_at&limit=1").expect(200).json().at("/data/0");
    }

    private Instant instant(String path, String pointer) {
        return Instant.parse(Objects.requireNonNull(floor.get(path).expect(200).at(pointer)));
    }

    private String trial(Instant end) {
        return Objects.requireNonNull(
                floor.grant(organization, floor.product(floor.standard), ", \"kind\": \"trial\", \"ends_at\": \"" + end + "\"").expect(201).at("/id"));
    }
}
