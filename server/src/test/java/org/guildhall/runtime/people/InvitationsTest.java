package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

class InvitationsTest {

    private final PeopleFixture people = new PeopleFixture();
    private final String club = people.organization("Club");
    private final String jo = people.person("Jo");

    private int invited;

    private Reply invite(String members) {
        return invite("jo+" + invited++ + "@members.example", members);
    }

    private Reply invite(String email, String members) {
        return people.post("/organizations/" + club + "/invitations", "{\"email\": \"" + email + "\", \"role\": \"admin\"" + members + "}");
    }

    private static String acceptance(Reply invitation, String person) {
        return "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(invitation.expect(201).at("/token"), person);
    }

    private Reply accept(Reply invitation, String person) {
        return people.post("/invitations/accept", acceptance(invitation, person));
    }

    private static UUID uuid(Reply created) {
        return TypeIds.parse("ivt", String.valueOf(created.expect(201).at("/id")));
    }

    @Test
    void invitation_created_showsTokenOnce() throws SQLException {
        var created = invite("").expect(201);
        var token = String.valueOf(created.at("/token"));
        assertTrue(token.matches("gin_[0-9A-Za-z]{43}"), token);
        assertEquals("pending", created.at("/state"));
        assertEquals("no-store", created.header("Cache-Control"));
        var lifetime = Duration.between(Instant.parse(String.valueOf(created.at("/created_at"))), Instant.parse(String.valueOf(created.at("/expires_at"))));
        assertEquals(Duration.ofDays(7), lifetime);
        var read = people.http.get(String.valueOf(created.header("Location"))).expect(200);
        assertFalse(read.json().has("token"));
        assertFalse(people.event(created).toString().contains(token));
        assertFalse(people.event(created).toString().contains("jo+0@members"));
        assertEquals(List.of(), people.tenant.found("select id from runtime.invitations where tenant_id = ? and token_hmac::text like ?",
                people.tenant.id(), "%" + token + "%"));
        assertNull(people.post("/organizations/" + club + "/invitations?dry_run=true", "{\"email\": \"a@b.example\", \"role\": \"member\"}")
                .expect(201).at("/token"));
    }

    @Test
    void invitation_sameIdempotencyKey_hasSameToken() {
        var path = "/organizations/" + club + "/invitations";
        var first = people.post(path, "{\"email\": \"a@b.example\", \"role\": \"member\"}", "Idempotency-Key", "k").expect(201);
        assertEquals(first.text(), people.post(path, "{\"email\": \"a@b.example\", \"role\": \"member\"}", "Idempotency-Key", "k").expect(201).text());
    }

    @Test
    void invitation_accepted_createsMembershipWithInvitedRole() {
        var created = invite("");
        var accepted = accept(created, jo).expect(201);
        assertEquals(List.of("invitation", "membership"), people.touched(accepted));
        assertEquals("invitation.accepted", people.event(accepted).get("action").asText());
        assertEquals("admin", accepted.at("/role"));
        assertEquals(accepted.text(), people.http.get(String.valueOf(accepted.header("Location"))).expect(200).text());
        var shown = people.get("/invitations/" + created.at("/id")).expect(200);
        assertEquals("accepted", shown.at("/state"));
        assertEquals(accepted.at("/id"), shown.at("/membership_id"));
        assertEquals(jo, shown.at("/person_id"));
        assertEquals(accepted.at("/starts_at"), shown.at("/accepted_at"));
    }

    @Test
    void invitation_notPending_cannotBeAccepted() throws SQLException {
        var twice = invite("");
        accept(twice, jo).expect(201);
        assertProblem("409 invalid_state", "/token", accept(twice, people.person("Al")));
        assertProblem("409 invalid_state", people.act("/invitations/" + twice.at("/id") + "/revoke"));

        var late = invite("");
        people.tenant.sql("update runtime.invitations set expires_at = now() - interval '1 second' where id = ?", uuid(late));
        assertEquals("expired", people.get("/invitations/" + late.at("/id")).at("/state"));
        var refused = accept(late, people.person("Bo"));
        assertProblem("409 invalid_state", "/token", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains("expired"), refused.text());
        assertProblem("409 invalid_state", people.act("/invitations/" + late.at("/id") + "/revoke"));

        var revoked = invite("");
        var path = "/invitations/" + revoked.at("/id") + "/revoke";
        assertEquals("412 precondition_failed", people.act(path, "If-Match", "\"9-x\"").outcome());
        assertEquals("revoked", people.act(path).expect(200).at("/state"));
        assertProblem("409 invalid_state", "/token", accept(revoked, people.person("Cy")));
        assertProblem("409 invalid_state", people.act(path));
    }

    @Test
    void secondInvitation_toPendingAddress_namesTheFirst() throws SQLException {
        var first = invite("Jo.Lee@Members.example", "").expect(201);
        var second = invite("jo.lee@members.EXAMPLE", "");
        assertProblem("409 already_exists", "/email", second);
        assertEquals(first.at("/id"), second.at("/existing_id"));
        assertTrue(String.valueOf(second.at("/detail")).contains(String.valueOf(first.at("/id"))), second.text());
        // The address is shown as it was sent.
        assertEquals("Jo.Lee@Members.example", people.get("/invitations/" + first.at("/id")).at("/email"));
        var elsewhere = people.organization("Other club");
        people.post("/organizations/" + elsewhere + "/invitations", "{\"email\": \"jo.lee@members.example\", \"role\": \"member\"}").expect(201);
        people.act("/invitations/" + first.at("/id") + "/revoke").expect(200);
        var third = invite("jo.lee@members.example", "").expect(201);
        people.tenant.sql("update runtime.invitations set expires_at = now() where id = ?", uuid(third));
        invite("jo.lee@members.example", "").expect(201);
    }

    @Test
    void invitations_sentConcurrently_oneIsCreated() throws Exception {
        var second = people.http.on(TestServer.second());
        for (int round = 0; round < 4; round++) {
            var address = "p" + round + "@members.example";
            var outcomes = Race.run(6, number -> (number % 2 == 0 ? people.http : second).post(
                    PeopleFixture.BASE + "/organizations/" + club + "/invitations", "{\"email\": \"" + address + "\", \"role\": \"member\"}").outcome());
            assertEquals(1, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
            assertEquals(5, outcomes.stream().filter("409 already_exists"::equals).count(), outcomes.toString());
        }
    }

    @Test
    void invitation_renewed_hasNewTokenAndExpiry() throws SQLException {
        var created = invite("").expect(201);
        var path = "/invitations/" + created.at("/id") + "/renew";
        assertEquals("412 precondition_failed", people.post(path, "{}", "If-Match", "\"9-x\"").outcome());
        var renewed = people.post(path, "{\"expires_in_seconds\": 86400}", "Idempotency-Key", "again").expect(200);
        assertEquals(renewed.text(), people.post(path, "{\"expires_in_seconds\": 86400}", "Idempotency-Key", "again").expect(200).text());
        assertEquals("no-store", renewed.header("Cache-Control"));
        assertEquals("invitation.renewed", people.event(renewed).get("action").asText());
        assertFalse(people.event(renewed).toString().contains(String.valueOf(renewed.at("/token"))));
        var lifetime = Duration.between(Instant.parse(String.valueOf(renewed.at("/updated_at"))), Instant.parse(String.valueOf(renewed.at("/expires_at"))));
        assertEquals(Duration.ofDays(1), lifetime);
        assertEquals("2 pending", renewed.at("/version") + " " + renewed.at("/state"));
        assertProblem("422 validation_failed", "/token", accept(created, jo));
        people.tenant.sql("update runtime.invitations set expires_at = now() where id = ?", uuid(created));
        assertEquals("expired", people.get("/invitations/" + created.at("/id")).at("/state"));
        var again = people.http.send("POST", PeopleFixture.BASE + path, null).expect(200);
        assertEquals("pending", again.at("/state"));
        people.post("/invitations/accept", "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(again.at("/token"), jo)).expect(201);
        assertProblem("409 invalid_state", people.post(path, "{}"));
    }

    @Test
    void expiredInvitation_renewedWithAnotherPending_isRefused() throws SQLException {
        var expired = invite("jo@members.example", "").expect(201);
        people.tenant.sql("update runtime.invitations set expires_at = now() where id = ?", uuid(expired));
        var pending = invite("JO@members.example", "").expect(201);
        var refused = people.post("/invitations/" + expired.at("/id") + "/renew", "{}");
        assertProblem("409 already_exists", "/email", refused);
        assertEquals(pending.at("/id"), refused.at("/existing_id"));
        people.act("/organizations/" + club + "/archive").expect(200);
        assertProblem("409 invalid_state", people.post("/invitations/" + pending.at("/id") + "/renew", "{}"));
        assertProblem("404 not_found", new PeopleFixture().post("/invitations/" + pending.at("/id") + "/renew", "{}"));
    }

    @Test
    void invitation_patched_changesExternalIdOnly() {
        var first = invite(", \"external_id\": \"crm-1\"").expect(201);
        var path = "/invitations/" + invite("").expect(201).at("/id");
        assertEquals("409 already_exists", people.patch(path, "{\"external_id\": \"crm-1\"}").outcome());
        assertEquals("412 precondition_failed", people.patch(path, "{\"external_id\": \"crm-2\"}", "If-Match", "\"9-x\"").outcome());
        var named = people.patch(path, "{\"external_id\": \"crm-2\"}").expect(200);
        assertEquals("crm-2 pending 2", named.at("/external_id") + " " + named.at("/state") + " " + named.at("/version"));
        assertFalse(named.json().has("token"));
        assertEquals("2", people.patch(path, "{\"external_id\": \"crm-2\"}").expect(200).at("/version"));
        assertEquals("422 validation_failed", people.patch(path, "{\"email\": \"a@b.example\"}").outcome());
        accept(first, jo).expect(201);
        assertNull(people.patch("/invitations/" + first.at("/id"), "{\"external_id\": null}").expect(200).at("/external_id"));
    }

    @Test
    void token_ofAnotherTenantOrUnknown_isRefused() {
        var theirs = new PeopleFixture();
        var organization = theirs.organization("Theirs");
        var foreign = theirs.post("/organizations/" + organization + "/invitations", "{\"email\": \"a@b.example\", \"role\": \"owner\"}").expect(201);
        assertProblem("422 validation_failed", "/token", accept(foreign, jo));
        assertProblem("422 validation_failed", "/token", people.post("/invitations/accept",
                "{\"token\": \"gin_%s\", \"person_id\": \"%s\"}".formatted("x".repeat(43), jo)));
        assertProblem("422 validation_failed", "/token", people.post("/invitations/accept", "{\"token\": \"secret\", \"person_id\": \"%s\"}".formatted(jo)));
        assertProblem("422 validation_failed", "/person_id", accept(invite(""), theirs.person("T")));
        assertProblem("404 not_found", theirs.get("/invitations/" + invite("").at("/id")));
        assertEquals(List.of(), each(people.get("/memberships?organization_id=" + club), "/id"));
    }

    @Test
    void acceptPath_otherMethods_areNotAllowed() {
        for (var method : List.of("GET", "PUT", "DELETE")) {
            var refused = people.http.send(method, PeopleFixture.BASE + "/invitations/accept", null);
            assertProblem("405 method_not_allowed", refused);
            assertEquals("OPTIONS, POST", refused.header("Allow"));
        }
        assertEquals(405, people.http.send("HEAD", PeopleFixture.BASE + "/invitations/accept", null).status());
        assertProblem("404 not_found", people.get("/invitations/accepted"));
    }

    @Test
    void invitation_acceptedByMember_staysPending() {
        people.member(club, jo, "member").expect(201);
        var created = invite("");
        assertProblem("409 already_exists", "/person_id", accept(created, jo));
        assertEquals("pending", people.get("/invitations/" + created.at("/id")).at("/state"));
        accept(created, people.person("Al")).expect(201);
    }

    @Test
    void invitation_acceptedConcurrently_succeedsOnce() throws Exception {
        var second = people.http.on(TestServer.second());
        for (int round = 0; round < 4; round++) {
            var created = invite("");
            var persons = List.of(people.person("A"), people.person("B"));
            var outcomes = Race.run(8, number -> (number % 2 == 0 ? people.http : second)
                    .post(PeopleFixture.BASE + "/invitations/accept", acceptance(created, persons.get(number / 4))).outcome());
            assertEquals(1, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
            assertEquals(7, outcomes.stream().filter("409 invalid_state"::equals).count(), outcomes.toString());
            assertEquals(round + 1, each(people.get("/organizations/" + club + "/memberships"), "/id").size());
        }
    }

    @Test
    void invitation_acceptedAndRevokedConcurrently_oneSucceeds() throws Exception {
        for (int round = 0; round < 6; round++) {
            var created = invite("");
            var person = people.person("P");
            var outcomes = Race.run(2, number -> number == 0 ? accept(created, person).outcome() : people.act("/invitations/" + created.at("/id") + "/revoke").outcome());
            assertTrue(outcomes.equals(List.of("201", "409 invalid_state")) || outcomes.equals(List.of("409 invalid_state", "200")), outcomes.toString());
        }
    }

    @Test
    void token_afterKeyRotation_isAccepted() {
        var created = invite("");
        try (var rekeyed = TestServer.shared().node(settings -> TestServer.keyed(settings, "new:fedcba9876543210fedcba9876543210," + TestServer.KEYS))) {
            people.http.on(rekeyed).post(PeopleFixture.BASE + "/invitations/accept", acceptance(created, jo)).expect(201);
        }
    }

    @Test
    void invitations_filtered_byStateAndExternalIdAndEmail() throws SQLException {
        var pending = invite(", \"external_id\": \"i\", \"expires_in_seconds\": 60");
        var accepted = invite("");
        accept(accepted, jo).expect(201);
        var expired = invite("");
        people.tenant.sql("update runtime.invitations set expires_at = now() where id = ?", uuid(expired));
        var list = "/organizations/" + club + "/invitations";
        assertEquals(List.of("expired", "accepted", "pending"), each(people.get(list), "/state"));
        for (var state : List.of("expired", "accepted", "pending")) {
            assertEquals(List.of(state), each(people.get(list + "?state=" + state), "/state"));
        }
        assertEquals(List.of(String.valueOf(pending.at("/id"))), each(people.get(list + "?external_id=i"), "/id"));
        assertEquals(List.of(String.valueOf(pending.at("/id"))), each(people.get(list + "?email=Jo%2B0@Members.example"), "/id"));
        assertEquals("Club", people.get("/invitations/" + pending.at("/id") + "?expand=organization").at("/organization/name"));
        assertProblem("409 already_exists", "/external_id", invite(", \"external_id\": \"i\""));
        assertProblem("422 validation_failed", "/expires_in_seconds", invite(", \"expires_in_seconds\": 59"));
        assertProblem("422 validation_failed", "/expires_in_seconds", invite(", \"expires_in_seconds\": 2592001"));
        assertProblem("404 not_found", people.get("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/invitations"));
        assertProblem("404 not_found", people.post("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/invitations", "{\"email\": \"a@b.example\", \"role\": \"member\"}"));
    }

    @Test
    void organization_withThousandPendingInvitations_refusesMore() throws SQLException {
        invite("");
        people.tenant.sql("""
                insert into runtime.invitations (tenant_id, organization_id, email, role, token_hmac, expires_at)
                select ?, ?, 'a@b.example', 'member', n::text::bytea, now() + interval '1 hour' from generate_series(1, 999) n""",
                people.tenant.id(), TypeIds.parse("org", club));
        assertProblem("409 conflict", invite(""));
        people.tenant.sql("update runtime.invitations set expires_at = now() where organization_id = ? and token_hmac = '7'::bytea", TypeIds.parse("org", club));
        invite("").expect(201);
    }
}
