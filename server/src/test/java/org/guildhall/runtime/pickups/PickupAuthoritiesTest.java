package org.guildhall.runtime.pickups;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.core.Race;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pickup authorities: who proposes and confirms them, what ends them, and their tasks. */
class PickupAuthoritiesTest {

    private static final String PICKUPS = "/api/v1/runtime/pickup-authorities";
    private static final String TASKS = "/api/v1/tasks/operational-tasks";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token(
            "runtime:read", "runtime:write", "catalog:write", "tasks:read", "tasks:write", "platform:audit:read"));
    private String household;
    private String mother;
    private String father;
    private String child;
    private String childMember;

    @BeforeEach
    void family() {
        http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
        household = made("/api/v1/runtime/households", "{\"name\": \"The Rossi family\"}");
        mother = person("Mira Rossi");
        father = person("Luca Rossi");
        child = person("Alessandro Rossi");
        member(mother, "adult");
        member(father, "adult");
        childMember = member(child, "dependent");
    }

    private String made(String path, String body) {
        return String.valueOf(http.post(path, body).expect(201).at("/id"));
    }

    private String person(String name) {
        return made("/api/v1/runtime/persons", "{\"name\": \"" + name + "\"}");
    }

    private String member(String person, String role) {
        return made("/api/v1/runtime/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role));
    }

    private Reply propose(String authorized, String more) {
        return http.post(PICKUPS, "{\"household_id\": \"%s\", \"dependent_person_id\": \"%s\", \"authorized\": %s%s}".formatted(
                household, child, authorized, more));
    }

    private static String named(String name) {
        return "{\"name\": \"" + name + "\"}";
    }

    private static String acting(String person) {
        return "{\"acting_person_id\": \"" + person + "\"}";
    }

    private String proposed(String name) {
        return String.valueOf(propose(named(name), ", \"acting_person_id\": \"" + mother + "\"").expect(201).at("/id"));
    }

    private Reply act(String id, String action, String body) {
        return http.post(PICKUPS + "/" + id + "/" + action, body);
    }

    private String state(String id) {
        return String.valueOf(http.get(PICKUPS + "/" + id).expect(200).at("/state"));
    }

    private String task(Reply authority, String pointer) {
        return String.valueOf(http.get(TASKS + "/" + authority.at("/task_id")).expect(200).at(pointer));
    }

    private static void refused(String outcome, Reply reply) {
        assertEquals(outcome, reply.outcome(), reply.text());
    }

    private static void refused(String outcome, String pointer, Reply reply) {
        refused(outcome, reply);
        assertEquals(pointer, reply.at("/errors/0/pointer"), reply.text());
    }

    @Test
    void proposed_hasATask_whichTheConfirmationCompletes() {
        var proposal = propose("{\"name\": \"Ruth Lee\", \"phone\": \"+61 2 5550 0142\"}", ", \"acting_person_id\": \"" + mother + "\"").expect(201);
        assertEquals("proposed", proposal.at("/state"));
        assertEquals(mother, proposal.at("/proposed_by_person_id"));
        assertEquals(Duration.ofDays(30), Duration.between(Instant.parse(proposal.at("/created_at")), Instant.parse(proposal.at("/expires_at"))));
        assertEquals("Confirm who may pick up Alessandro Rossi", task(proposal, "/title"));
        assertEquals("Front desk", task(proposal, "/owner/name"));
        assertEquals(proposal.at("/id"), task(proposal, "/source/entity_id"));
        assertEquals("open", task(proposal, "/state"));

        var confirmed = act(proposal.at("/id"), "confirm", acting(father)).expect(200);
        assertEquals("confirmed", confirmed.at("/state"));
        assertEquals(father, confirmed.at("/confirmed_by_person_id"));
        assertEquals("completed done", task(proposal, "/state") + " " + task(proposal, "/outcome/kind"));
        refused("409 invalid_state", act(proposal.at("/id"), "confirm", acting(father)));
        refused("409 invalid_state", act(proposal.at("/id"), "withdraw", "{}"));
    }

    @Test
    void givenTask_isUsed_ifItIsUnfinished() {
        var task = made(TASKS, "{\"title\": \"Clarify pickup authority for Alessandro\", \"owner\": {\"kind\": \"team\", \"name\": \"Front desk\"}}");
        var proposal = propose(named("Ruth"), ", \"task_id\": \"" + task + "\"").expect(201);
        assertEquals(task, proposal.at("/task_id"));
        act(proposal.at("/id"), "withdraw", "{}").expect(200);
        assertEquals("no_longer_needed", task(proposal, "/outcome/kind"));
        refused("409 invalid_state", "/task_id", propose(named("Ruth"), ", \"task_id\": \"" + task + "\""));
        refused("422 validation_failed", "/task_id", propose(named("Ruth"), ", \"task_id\": \"tsk_01m7zr8q2de9zs4h0x6v1c3n5p\""));
    }

    @Test
    void proposer_cantConfirm_unlessNoOtherAdultLivesThere() {
        var id = proposed("Ruth");
        refused("403 not_guardian", act(id, "confirm", acting(mother)));
        refused("403 not_guardian", act(id, "confirm", acting(child)));
        refused("403 not_guardian", act(id, "confirm", acting(person("Stranger"))));
        assertEquals("proposed", state(id));
        http.post("/api/v1/runtime/persons/" + father + "/archive", null).expect(200);
        act(id, "confirm", acting(mother)).expect(200);
    }

    @Test
    void operator_proposesAndEnds_withoutActingPerson_aMemberCant() throws SQLException {
        var byOperator = propose(named("Ruth"), "").expect(201);
        assertNull(byOperator.at("/proposed_by_person_id"));
        act(byOperator.at("/id"), "confirm", acting(mother)).expect(200);
        tenant.sql("update platform.consumers set acts_as = 'member' where tenant_id = ?", tenant.id());
        tenant.sql("select nextval('platform.auth_revision')");
        refused("403 not_guardian", propose(named("Ken"), ""));
        refused("403 not_guardian", act(byOperator.at("/id"), "end", "{}"));
        refused("403 not_guardian", act(byOperator.at("/id"), "end", acting(child)));
        assertEquals("ended", act(byOperator.at("/id"), "end", acting(father)).expect(200).at("/state"));
        refused("409 invalid_state", act(byOperator.at("/id"), "end", acting(father)));
    }

    @Test
    void wrongPersons_areRefused_andNothingIsLeft() {
        var stranger = person("Stranger");
        refused("422 validation_failed", "/authorized", propose("{}", ""));
        refused("422 validation_failed", "/authorized", propose("{\"name\": \"Ruth\", \"person_id\": \"%s\"}".formatted(stranger), ""));
        refused("422 validation_failed", "/authorized/phone", propose("{\"phone\": \"+61 2 5550 0142\", \"person_id\": \"%s\"}".formatted(stranger), ""));
        refused("422 validation_failed", "/authorized/person_id", propose("{\"person_id\": \"%s\"}".formatted(child), ""));
        refused("422 validation_failed", "/authorized/person_id", propose("{\"person_id\": \"%s\"}".formatted(father), ""));
        refused("422 validation_failed", "/authorized/person_id", propose("{\"person_id\": \"per_01m7ym9s346q3d25vt4f5v37e3\"}", ""));
        refused("422 validation_failed", "/dependent_person_id", http.post(PICKUPS, """
                {"household_id": "%s", "dependent_person_id": "%s", "authorized": {"name": "Ruth"}}""".formatted(household, mother)));
        refused("422 validation_failed", "/household_id", http.post(PICKUPS, """
                {"household_id": "hou_01m7yssss6ys3c4dwa7n36096q", "dependent_person_id": "%s", "authorized": {"name": "Ruth"}}""".formatted(child)));
        refused("403 not_guardian", propose(named("Ruth"), ", \"acting_person_id\": \"" + stranger + "\""));
        http.post("/api/v1/runtime/persons/" + stranger + "/archive", null).expect(200);
        refused("409 invalid_state", "/authorized/person_id", propose("{\"person_id\": \"%s\"}".formatted(stranger), ""));
        assertEquals(0, http.get(PICKUPS).expect(200).json().get("data").size());
        assertEquals(0, http.get(TASKS).expect(200).json().get("data").size());
    }

    @Test
    void sameNameOrPerson_isUnfinishedOnce() {
        var first = proposed("Ruth Lee");
        var again = propose(named("ruth lee"), "");
        refused("409 already_exists", "/authorized", again);
        assertEquals(first, again.at("/existing_id"));
        act(first, "withdraw", "{}").expect(200);
        proposed("Ruth Lee");
        var ken = person("Ken");
        propose("{\"person_id\": \"%s\"}".formatted(ken), "").expect(201);
        refused("409 already_exists", "/authorized", propose("{\"person_id\": \"%s\"}".formatted(ken), ""));
    }

    @Test
    void twentyAtOnce_isTheMaximum_whateverTheThreads() throws Exception {
        var outcomes = Race.run(24, number -> propose(named("Ruth " + number), "").outcome());
        assertEquals(20, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
        assertEquals(4, outcomes.stream().filter("409 conflict"::equals).count(), outcomes.toString());
    }

    @Test
    void confirmedAndWithdrawnAtOnce_haveOneOutcome() throws Exception {
        for (int round = 0; round < 10; round++) {
            var id = proposed("Ruth " + round);
            var outcomes = Race.run(2, number -> (number == 0 ? act(id, "confirm", acting(father)) : act(id, "withdraw", "{}")).outcome());
            assertEquals(List.of("200", "409 invalid_state"), outcomes.stream().sorted().toList());
        }
    }

    @Test
    void expired_isShownAtTheInstant_writtenByTheTask_andFreesTheName() throws Exception {
        var proposal = propose(named("Ruth"), "").expect(201);
        var id = String.valueOf(proposal.at("/id"));
        tenant.sql("update runtime.pickup_authorities set expires_at = now() - interval '1 second' where tenant_id = ? and id = ?", tenant.id(), uuid(id));
        assertEquals("expired", state(id));
        assertEquals(http.get(PICKUPS + "/" + id).at("/expires_at"), http.get(PICKUPS + "/" + id).at("/ended_at"));
        assertEquals(1, http.get(PICKUPS + "?state=expired").expect(200).json().get("data").size());
        assertEquals(0, http.get(PICKUPS + "?state=proposed").expect(200).json().get("data").size());
        refused("409 invalid_state", act(id, "confirm", acting(father)));
        assertEquals("open", task(proposal, "/state"));
        tenant.sql("update platform.scheduled_tasks set execution_time = now() where task_name = ? and task_instance = ?",
                ExpirePickupsJob.NAME, tenant.id() + "/" + uuid(id));
        for (int tries = 0; task(proposal, "/state").equals("open"); tries++) {
            assertTrue(tries < 600, "the task of an expired proposal is completed");
            Thread.sleep(50);
        }
        assertEquals("no_longer_needed", task(proposal, "/outcome/kind"));
        assertEquals("job", http.get("/api/v1/platform/audit-events?action=pickup_authority.expired").expect(200).at("/data/0/actor_type"));

        var second = propose(named("Ruth"), "").expect(201);
        tenant.sql("update runtime.pickup_authorities set expires_at = now() where tenant_id = ? and id = ?", tenant.id(), uuid(second.at("/id")));
        propose(named("Ruth"), "").expect(201);
        assertEquals("completed", task(second, "/state"));
    }

    @Test
    void dependentLeaves_orSomebodyIsArchived_itEnds() {
        var confirmed = proposed("Ruth");
        act(confirmed, "confirm", acting(father)).expect(200);
        var waiting = proposed("Ken");
        var ended = http.post("/api/v1/runtime/household-members/" + childMember + "/end", null).expect(200);
        assertEquals("ended withdrawn", state(confirmed) + " " + state(waiting));
        var touched = new ArrayList<String>();
        http.get("/api/v1/platform/audit-events?request_id=" + ended.header("Request-Id")).expect(200)
                .json().get("data").get(0).get("changes").forEach(change -> touched.add(change.get("entity_type").asText()));
        assertEquals(List.of("household_member", "pickup_authority", "pickup_authority", "operational_task"), touched);

        member(child, "dependent");
        var ken = person("Ken");
        var ofKen = String.valueOf(propose("{\"person_id\": \"%s\"}".formatted(ken), "").expect(201).at("/id"));
        act(ofKen, "confirm", acting(mother)).expect(200);
        http.post("/api/v1/runtime/persons/" + ken + "/archive", null).expect(200);
        assertEquals("ended", state(ofKen));

        var last = proposed("Ruth");
        http.post("/api/v1/runtime/households/" + household + "/archive", null).expect(200);
        assertEquals("withdrawn", state(last));
        refused("409 invalid_state", "/household_id", propose(named("Ruth"), ""));
    }

    @Test
    void audit_masksTheNameAndPhone() {
        var proposal = propose("{\"name\": \"Ruth Lee\", \"phone\": \"+61 2 5550 0142\"}", "").expect(201);
        var event = http.get("/api/v1/platform/audit-events?request_id=" + proposal.header("Request-Id")).expect(200).json().get("data").get(0);
        assertEquals("pickup_authority.proposed", event.get("action").asText());
        var change = event.get("changes").get(0);
        assertEquals("pickup_authority", change.get("entity_type").asText());
        assertTrue(!change.toString().contains("Ruth") && !change.toString().contains("5550"), change.toString());
    }

    private static Object uuid(String id) {
        return TypeIds.parse("pka", id);
    }
}
