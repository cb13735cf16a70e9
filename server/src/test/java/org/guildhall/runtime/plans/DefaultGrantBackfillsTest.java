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

/** A default-grant policy reaches organizations that were there before it, once each, however often and by whomever it is run. */
class DefaultGrantBackfillsTest {

    private static final String CATALOG = "/api/v1/catalog";

    private final PlanFixture floor = new PlanFixture(TestServer.still());
    private final String club = floor.orgType("club");

    @Test
    void itGivesThePlanToWhoHasNoneAndLeavesTheOthers() {
        var bare = floor.organization(club);
        var planned = floor.organization(club);
        floor.move(planned, "initiate", floor.flexible).expect(201);
        var personal = floor.organization();
        var policy = floor.policy(club, floor.standard);
        var later = floor.organization(club);

        var backfill = run(policy);
        assertEquals("succeeded 3 of 3: 1 applied, 2 unchanged", told(backfill));
        assertEquals("Standard default", floor.plans(bare));
        assertEquals("Flexible manual", floor.plans(planned));
        assertEquals("Standard default", floor.plans(later));
        assertEquals("Public default", floor.plans(personal));
        assertEquals(List.of("initiate nothing → Standard default operator done"), floor.transitions(bare));

        assertEquals("succeeded 3 of 3: 0 applied, 3 unchanged", told(run(policy)));
        assertEquals(1, floor.transitions(bare).size());
    }

    @Test
    void validatingCountsWhatItWouldDoAndChangesNothing() throws SQLException {
        floor.organization(club);
        floor.organization(club);
        var policy = floor.policy(club, floor.standard);
        var before = floor.everything();
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", told(run(policy, "validate")));
        assertEquals(before, floor.everything());
    }

    @Test
    void offTheLaddersItGivesTheProductOnce() {
        var organization = floor.organization(club);
        var addon = floor.make("/products", "{\"name\": \"Newsletter\", \"product_type\": \"addon\"}");
        floor.http.post(CATALOG + "/products/" + addon + "/publish", null).expect(200);
        var policy = floor.make("/default-grant-policies",
                "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(club, addon));
        assertEquals("succeeded 1 of 1: 1 applied, 0 unchanged", told(run(policy)));
        assertEquals("succeeded 1 of 1: 0 applied, 1 unchanged", told(run(policy)));
        var provisions = floor.get("/provisions?organization_id=" + organization).json().get("data");
        assertEquals(List.of("default"), provisions.findValuesAsText("cause"));
        assertEquals(List.of(policy), provisions.findValuesAsText("default_grant_policy_id"));
    }

    @Test
    void eachOrganizationHasAnEventOfItsOwnByWhoAskedForItAndWithTheBackfill() {
        floor.organization(club);
        var backfill = run(floor.policy(club, floor.standard));
        var event = floor.http.get("/api/v1/platform/audit-events?action=default_grant.applied").expect(200).json().at("/data/0");
        assertEquals("operator", event.get("actor_type").asText());
        assertEquals("backfill-default-grants", event.get("source_workflow").asText());
        assertEquals(backfill.get("id").asText(), event.get("replay_pointer").asText());
        assertEquals(List.of("transition", "provision", "pool"), event.get("changes").findValuesAsText("entity_type"));
    }

    @Test
    void whatIsDueCountsAlthoughItIsNotWrittenDown() {
        var over = floor.organization(club);
        floor.grant(over, floor.product(floor.flexible), ", \"kind\": \"trial\", \"ends_at\": \"" + Instant.now().plusSeconds(60) + "\"").expect(201);
        var leaving = floor.organization(club);
        floor.move(leaving, "initiate", floor.flexible).expect(201);
        floor.move(leaving, "end", null, ", \"effective_at\": \"" + Instant.now().plusSeconds(60) + "\"").expect(201);
        floor.later(Duration.ofHours(1));
        var policy = floor.policy(club, floor.standard);
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", told(run(policy, "validate")));
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", told(run(policy)));
        assertEquals("Standard default", floor.plans(over));
        assertEquals("Standard default", floor.plans(leaving));
    }

    @Test
    void whoTakesOverGoesOnWhereTheOtherStopped() throws SQLException {
        var organizations = organizations(4);
        var policy = floor.policy(club, floor.standard);
        var id = queue(policy, "run");
        floor.tenant.sql("""
                update runtime.default_grant_backfills
                set state = 'running', started_at = now(), total = 4, processed = 2, applied = 2, last_organization_id = ? where id = ?""",
                PlanFixture.uuid(organizations.get(1)), PlanFixture.uuid(id));
        floor.backfill();
        assertEquals("succeeded 4 of 4: 4 applied, 0 unchanged", told(get(id)));
        assertEquals("", floor.plans(organizations.get(1)), "what the other did isn't done again");
        assertEquals("Standard default", floor.plans(organizations.get(2)));
    }

    @Test
    void whoIsArchivedMeanwhileIsNotMissedAtItsEnd() throws SQLException {
        organizations(2);
        var id = queue(floor.policy(club, floor.standard), "run");
        floor.tenant.sql("update runtime.default_grant_backfills set state = 'running', started_at = now(), total = 3 where id = ?", PlanFixture.uuid(id));
        floor.backfill();
        assertEquals("succeeded 2 of 2: 2 applied, 0 unchanged", told(get(id)));
    }

    @Test
    void twoNodesThatRunItAtOnceGiveEachOrganizationOne() throws Exception {
        var organizations = organizations(30);
        var id = queue(floor.policy(club, floor.standard), "run");
        Race.run(4, node -> {
            try {
                floor.backfill();
            } catch (TaskLease.Lost takenOver) {
                return "lost";
            }
            return "done";
        });
        floor.backfill();
        assertEquals("succeeded 30 of 30: 30 applied, 0 unchanged", told(get(id)));
        for (var organization : organizations) {
            assertEquals(List.of("initiate nothing → Standard default operator done"), floor.transitions(organization));
        }
    }

    /** Otherwise one would get nothing by itself, and not be there yet for the backfill either. */
    @Test
    void aPolicyBeginsBehindTheOrganizationsThatAreBeingMade() throws Exception {
        var made = new CompletableFuture<Http.Reply>();
        Instant released;
        try (var making = floor.guild.superuser()) {
            making.setAutoCommit(false);
            // As whoever makes an organization holds its type.
            try (var hold = making.prepareStatement("select from catalog.org_types where id = ? for share")) {
                hold.setObject(1, PlanFixture.uuid(club));
                hold.execute();
            }
            var body = "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                    .formatted(club, floor.product(floor.standard), floor.standard);
            Thread.ofPlatform().start(() -> made.complete(floor.http.post(CATALOG + "/default-grant-policies", body)));
            assertThrows(TimeoutException.class, () -> made.get(500, TimeUnit.MILLISECONDS));
            released = Instant.now();
            making.rollback();
        }
        var created = made.get(5, TimeUnit.SECONDS).expect(201).at("/created_at");
        assertTrue(Instant.parse(Objects.requireNonNull(created)).isAfter(released.minusMillis(50)), created);
    }

    @Test
    void aPolicyThatEndedReachesNobodyAnyMore() throws SQLException {
        floor.organization(club);
        var policy = floor.policy(club, floor.standard);
        var id = queue(policy, "run");
        floor.end(policy);
        var before = floor.everything();
        floor.backfill();
        assertEquals("failed 0 of 1: 0 applied, 0 unchanged", told(get(id)));
        assertEquals("The policy has ended.", get(id).get("failure").asText());
        assertEquals(before, floor.everything());
        assertEquals("409 invalid_state", floor.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"run\"}").outcome());
    }

    @Test
    void itIsFoundByItsPolicyAndRefusedWithoutOne() {
        var policy = floor.policy(club, floor.standard);
        run(policy);
        run(policy, "validate");
        var list = CATALOG + "/default-grant-policies/" + policy + "/backfills";
        assertEquals(2, floor.http.get(list).expect(200).json().get("data").size());
        assertEquals(1, floor.http.get(list + "?mode=validate&state=succeeded").expect(200).json().get("data").size());
        var never = TypeIds.format("dgp", Ids.next());
        assertEquals("404 not_found", floor.http.post(CATALOG + "/default-grant-policies/" + never + "/backfills", "{\"mode\": \"run\"}").outcome());
        assertEquals("404 not_found", floor.http.get(CATALOG + "/default-grant-policies/" + never + "/backfills").outcome());
        assertEquals("422 validation_failed", floor.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"try\"}").outcome());
    }

    private List<String> organizations(int count) {
        var made = new ArrayList<String>();
        for (int at = 0; at < count; at++) {
            made.add(floor.organization(club));
        }
        return made;
    }

    private JsonNode run(String policy) {
        return run(policy, "run");
    }

    private JsonNode run(String policy, String mode) {
        var id = queue(policy, mode);
        floor.backfill();
        return get(id);
    }

    private String queue(String policy, String mode) {
        var queued = floor.http.post(CATALOG + "/default-grant-policies/" + policy + "/backfills", "{\"mode\": \"" + mode + "\"}").expect(202);
        assertEquals("queued", queued.at("/state"));
        assertEquals(CATALOG + "/default-grant-backfills/" + queued.at("/id"), queued.header("Location"));
        return Objects.requireNonNull(queued.at("/id"));
    }

    private JsonNode get(String id) {
        return floor.http.get(CATALOG + "/default-grant-backfills/" + id).expect(200).json();
    }

    private static String told(JsonNode backfill) {
        return "%s %s of %s: %s applied, %s unchanged".formatted(backfill.get("state").asText(), backfill.get("processed"), backfill.get("total"),
                backfill.get("applied"), backfill.get("unchanged"));
    }
}
