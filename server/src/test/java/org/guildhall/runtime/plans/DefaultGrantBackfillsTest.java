package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Ids;
import org.junit.jupiter.api.Test;

/** A backfill applies a default-grant policy to organizations older than it, once each, also when it runs again. */
class DefaultGrantBackfillsTest {

    private static final String CATALOG = "/api/v1/catalog";

    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final String club = plans.orgType("club");

    @Test
    void run_organizationsWithoutPlan_getIt() {
        var bare = plans.organization(club);
        var planned = plans.organization(club);
        plans.move(planned, "initiate", plans.flexible).expect(201);
        var personal = plans.organization();
        var policy = plans.policy(club, plans.standard);
        var later = plans.organization(club);

        var backfill = run(policy);
        assertEquals("succeeded 3 of 3: 1 applied, 2 unchanged", describe(backfill));
        assertEquals("Standard default", plans.plans(bare));
        assertEquals("Flexible manual", plans.plans(planned));
        assertEquals("Standard default", plans.plans(later));
        assertEquals("Public default", plans.plans(personal));
        assertEquals(List.of("initiate nothing → Standard default operator done"), plans.transitions(bare));

        assertEquals("succeeded 3 of 3: 0 applied, 3 unchanged", describe(run(policy)));
        assertEquals(1, plans.transitions(bare).size());
    }

    @Test
    void validate_countsAndChangesNothing() throws SQLException {
        plans.organization(club);
        plans.organization(club);
        var policy = plans.policy(club, plans.standard);
        var before = plans.everything();
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", describe(run(policy, "validate")));
        assertEquals(before, plans.everything());
    }

    @Test
    void run_offLadder_givesProductOnce() {
        var organization = plans.organization(club);
        var addon = plans.make("/products", "{\"name\": \"Newsletter\", \"product_type\": \"addon\"}");
        plans.http.post(CATALOG + "/products/" + addon + "/publish", null).expect(200);
        var policy = plans.make("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(club, addon));
        assertEquals("succeeded 1 of 1: 1 applied, 0 unchanged", describe(run(policy)));
        assertEquals("succeeded 1 of 1: 0 applied, 1 unchanged", describe(run(policy)));
        var provisions = plans.get("/provisions?organization_id=" + organization).json().get("data");
        assertEquals(List.of("default"), provisions.findValuesAsText("cause"));
        assertEquals(List.of(policy), provisions.findValuesAsText("default_grant_policy_id"));
    }

    @Test
    void run_eachOrganization_hasItsOwnAuditEvent() {
        plans.organization(club);
        var backfill = run(plans.policy(club, plans.standard));
        var event = plans.http.get("/api/v1/platform/audit-events?action=default_grant.applied").expect(200).json().at("/data/0");
        assertEquals("operator", event.get("actor_type").asText());
        assertEquals("backfill-default-grants", event.get("source_workflow").asText());
        assertEquals(backfill.get("id").asText(), event.get("replay_pointer").asText());
        assertEquals(List.of("transition", "provision", "pool"), event.get("changes").findValuesAsText("entity_type"));
    }

    @Test
    void run_dueUnwrittenChanges_areIncluded() {
        var over = plans.organization(club);
        plans.grant(over, plans.product(plans.flexible), ", \"kind\": \"trial\", \"ends_at\": \"" + Instant.now().plusSeconds(60) + "\"").expect(201);
        var leaving = plans.organization(club);
        plans.move(leaving, "initiate", plans.flexible).expect(201);
        plans.move(leaving, "end", null, ", \"effective_at\": \"" + Instant.now().plusSeconds(60) + "\"").expect(201);
        plans.later(Duration.ofHours(1));
        var policy = plans.policy(club, plans.standard);
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", describe(run(policy, "validate")));
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", describe(run(policy)));
        assertEquals("Standard default", plans.plans(over));
        assertEquals("Standard default", plans.plans(leaving));
    }

    @Test
    void interruptedRun_continuesAfterLastOrganization() throws SQLException {
        var organizations = organizations(4);
        var policy = plans.policy(club, plans.standard);
        var id = queue(policy, "run");
        plans.tenant.sql("""
                update runtime.default_grant_backfills
                set state = 'running', started_at = now(), total = 4, processed = 2, applied = 2, last_organization_id = ? where id = ?""",
                PlanFixture.uuid(organizations.get(1)), PlanFixture.uuid(id));
        plans.backfill();
        assertEquals("succeeded 4 of 4: 4 applied, 0 unchanged", describe(get(id)));
        assertEquals("", plans.plans(organizations.get(1)), "organizations before the last one aren't processed again");
        assertEquals("Standard default", plans.plans(organizations.get(2)));
    }

    @Test
    void archivedMeanwhile_runStillSucceeds() throws SQLException {
        organizations(2);
        var id = queue(plans.policy(club, plans.standard), "run");
        plans.tenant.sql("update runtime.default_grant_backfills set state = 'running', started_at = now(), total = 3 where id = ?", PlanFixture.uuid(id));
        plans.backfill();
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", describe(get(id)));
    }

    @Test
    void parallelNodes_oneGrantPerOrganization() throws Exception {
        var organizations = organizations(30);
        var id = queue(plans.policy(club, plans.standard), "run");
        Race.run(4, node -> {
            try {
                plans.backfill();
            } catch (TaskLease.Lost takenOver) {
                return "lost";
            }
            return "done";
        });
        plans.backfill();
        assertEquals("succeeded 30 of 30: 30 applied, 0 unchanged", describe(get(id)));
        for (var organization : organizations) {
            assertEquals(List.of("initiate nothing → Standard default operator done"), plans.transitions(organization));
        }
    }

    /** Otherwise such an organization would miss both the policy and the backfill. */
    @Test
    void newPolicy_waitsForOrganizationsBeingCreated() throws Exception {
        var made = new CompletableFuture<Http.Reply>();
        Instant released;
        try (var making = plans.server.superuser()) {
            making.setAutoCommit(false);
            // The creation of an organization locks its type like this.
            try (var hold = making.prepareStatement("select from catalog.org_types where id = ? for share")) {
                hold.setObject(1, PlanFixture.uuid(club));
                hold.execute();
            }
            var body = "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                    .formatted(club, plans.product(plans.standard), plans.standard);
            Thread.ofPlatform().start(() -> made.complete(plans.http.post(CATALOG + "/default-grant-policies", body)));
            assertThrows(TimeoutException.class, () -> made.get(500, TimeUnit.MILLISECONDS));
            released = Instant.now();
            making.rollback();
        }
        var created = made.get(5, TimeUnit.SECONDS).expect(201).at("/created_at");
        assertTrue(Instant.parse(Objects.requireNonNull(created)).isAfter(released.minusMillis(50)), created);
    }

    @Test
    void run_policyEnded_fails() throws SQLException {
        plans.organization(club);
        var policy = plans.policy(club, plans.standard);
        var id = queue(policy, "run");
        plans.end(policy);
        var before = plans.everything();
        plans.backfill();
        assertEquals("failed 0 of 1: 0 applied, 0 unchanged", describe(get(id)));
        assertEquals("The policy has ended.", get(id).get("failure").asText());
        assertEquals(before, plans.everything());
        assertEquals("409 invalid_state", plans.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"run\"}").outcome());
    }

    @Test
    void backfills_listedByPolicy_unknownPolicyNotFound() {
        var policy = plans.policy(club, plans.standard);
        run(policy);
        run(policy, "validate");
        var list = CATALOG + "/default-grant-policies/" + policy + "/backfills";
        assertEquals(2, plans.http.get(list).expect(200).json().get("data").size());
        assertEquals(1, plans.http.get(list + "?mode=validate&state=succeeded").expect(200).json().get("data").size());
        var never = TypeIds.format("dgp", Ids.next());
        assertEquals("404 not_found", plans.http.post(CATALOG + "/default-grant-policies/" + never + "/backfills", "{\"mode\": \"run\"}").outcome());
        assertEquals("404 not_found", plans.http.get(CATALOG + "/default-grant-policies/" + never + "/backfills").outcome());
        assertEquals("422 validation_failed", plans.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"try\"}").outcome());
    }

    private List<String> organizations(int count) {
        var made = new ArrayList<String>();
        for (int at = 0; at < count; at++) {
            made.add(plans.organization(club));
        }
        return made;
    }

    private JsonNode run(String policy) {
        return run(policy, "run");
    }

    private JsonNode run(String policy, String mode) {
        var id = queue(policy, mode);
        plans.backfill();
        return get(id);
    }

    private String queue(String policy, String mode) {
        var queued = plans.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"" + mode + "\"}").expect(202);
        assertEquals("queued", queued.at("/state"));
        assertEquals(CATALOG + "/default-grant-backfills/" + queued.at("/id"), queued.header("Location"));
        return Objects.requireNonNull(queued.at("/id"));
    }

    private JsonNode get(String id) {
        return plans.http.get(CATALOG + "/default-grant-backfills/" + id).expect(200).json();
    }

    private static String describe(JsonNode backfill) {
        return "%s %s of %s: %s applied, %s unchanged".formatted(backfill.get("state").asText(), backfill.get("processed"), backfill.get("total"),
                backfill.get("applied"), backfill.get("unchanged"));
    }
}
