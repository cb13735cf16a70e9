package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

class ArchivingTest {

    private static final String CATALOG = "/api/v1/catalog";

    private final PeopleFixture lobby = new PeopleFixture();

    private String catalog(String path, String body) {
        return String.valueOf(lobby.http.post(CATALOG + path, body).expect(201).at("/id"));
    }

    private String published(String name) {
        var product = catalog("/products", "{\"name\": \"" + name + "\"}");
        lobby.http.post(CATALOG + "/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** Creates default-grant policies for a plan and an add-on of the default type. */
    private void defaults() {
        var plan = published("Public");
        var ladder = catalog("/plan-ladders", "{\"name\": \"Service\"}");
        var tier = catalog("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Public\", \"product_id\": \"%s\"}".formatted(plan));
        catalog("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                .formatted(lobby.personal, plan, tier));
        catalog("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}"
                .formatted(lobby.personal, published("Locker")));
    }

    private Reply invite(String organization, String email) {
        return lobby.post("/organizations/" + organization + "/invitations", "{\"email\": \"%s\", \"role\": \"member\"}".formatted(email)).expect(201);
    }

    @Test
    void organization_archived_losesDefaultGrantsAndInvitations() {
        defaults();
        var mira = lobby.person("Mira");
        var created = lobby.post("/organizations", "{\"name\": \"Club\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(lobby.personal, mira)).expect(201);
        assertEquals(List.of("membership", "organization", "pool", "provision", "provision", "transition", "workspace"),
                lobby.touched(created).stream().sorted().toList());
        var club = String.valueOf(created.at("/id"));
        var provisions = "/provisions?organization_id=" + club;
        assertEquals(List.of("active", "active"), each(lobby.get(provisions), "/state"));
        var first = invite(club, "a@b.example");
        invite(club, "b@b.example");

        var archived = lobby.act("/organizations/" + club + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        assertTrue(String.valueOf(archived.at("/archived_at")).endsWith("Z"));
        assertEquals(List.of("ended", "ended"), each(lobby.get(provisions), "/state"));
        assertEquals(List.of("revoked", "revoked"), each(lobby.get("/organizations/" + club + "/invitations"), "/state"));
        assertEquals(List.of(), each(lobby.get("/provisions?state=active&organization_id=" + club), "/id"));
        var touched = lobby.touched(archived);
        assertEquals(List.of("organization", "invitation", "invitation"), touched.subList(0, 3));
        assertTrue(touched.containsAll(List.of("provision", "transition", "pool")), touched.toString());
        assertEquals(archived.text(), lobby.get("/organizations/" + club).expect(200).text());
        assertEquals(List.of("owner"), each(lobby.get("/organizations/" + club + "/memberships"), "/role"));
        assertProblem("409 invalid_state", lobby.post("/invitations/accept", "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(first.at("/token"), lobby.person("Jo"))));
    }

    @Test
    void archivedOrganization_changed_isRefused() {
        var mira = lobby.person("Mira");
        var club = lobby.organization("Club", mira);
        var path = "/organizations/" + club;
        var workspace = each(lobby.get(path + "/workspaces"), "/id").getFirst();
        var membership = each(lobby.get(path + "/memberships"), "/id").getFirst();
        assertEquals("412 precondition_failed", lobby.act(path + "/archive", "If-Match", "\"9-x\"").outcome());
        lobby.act(path + "/archive").expect(200);
        assertProblem("409 invalid_state", lobby.act(path + "/archive"));
        assertProblem("409 invalid_state", lobby.patch(path, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", lobby.member(club, lobby.person("Jo"), "member"));
        assertProblem("409 invalid_state", lobby.post(path + "/workspaces", "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", lobby.patch("/workspaces/" + workspace, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", lobby.post(path + "/invitations", "{\"email\": \"a@b.example\", \"role\": \"member\"}"));
        assertProblem("409 invalid_state", lobby.patch("/memberships/" + membership, "{\"role\": \"admin\"}"));
        lobby.act("/memberships/" + membership + "/end").expect(200);
        assertEquals(List.of("archived"), each(lobby.get("/organizations?state=archived"), "/state"));
    }

    @Test
    void person_archived_archivesPersonalOrganization() {
        defaults();
        var created = lobby.post("/persons", "{\"name\": \"Mira\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"s\"}]}").expect(201);
        var personal = String.valueOf(created.at("/personal_organization_id"));
        assertProblem("409 invalid_state", lobby.act("/organizations/" + personal + "/archive"));
        var club = lobby.organization("Club", lobby.person("Jo"));
        lobby.member(club, String.valueOf(created.at("/id")), "admin").expect(201);
        var household = lobby.make("/households", "{\"name\": \"Rossi\"}");
        lobby.make("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"adult\"}".formatted(created.at("/id")));

        var path = "/persons/" + created.at("/id");
        var archived = lobby.act(path + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        var touched = lobby.touched(archived);
        assertEquals(List.of("person", "organization", "membership", "membership", "household_member"), touched.subList(0, 5));
        assertTrue(touched.containsAll(List.of("provision", "transition", "pool")), touched.toString());
        assertEquals("archived", lobby.get("/organizations/" + personal).expect(200).at("/state"));
        assertEquals("active", lobby.get("/organizations/" + club).expect(200).at("/state"));
        assertEquals(List.of("ended", "ended"), each(lobby.get("/memberships?person_id=" + created.at("/id")), "/state"));
        assertEquals(List.of("ended"), each(lobby.get("/households/" + household + "/members"), "/state"));
        assertEquals(List.of("ended", "ended"), each(lobby.get("/provisions?organization_id=" + personal), "/state"));
        assertEquals(archived.text(), lobby.get(path).expect(200).text());
        assertEquals(2, each(lobby.get("/memberships?person_id=" + created.at("/id") + "&at=" + lobby.get("/households/" + household).at("/created_at")), "/id").size());

        assertProblem("409 invalid_state", lobby.act(path + "/archive"));
        assertProblem("409 invalid_state", lobby.patch(path, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", lobby.post(path + "/identities", "{\"issuer\": \"i\", \"subject\": \"t\"}"));
        assertProblem("409 invalid_state", "/person_id", lobby.member(club, String.valueOf(created.at("/id")), "member"));
        assertProblem("409 invalid_state", "/person_id", lobby.post("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"adult\"}".formatted(created.at("/id"))));
        assertProblem("409 invalid_state", "/owner_person_id", lobby.post("/organizations",
                "{\"name\": \"C\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(lobby.personal, created.at("/id"))));
        var again = "{\"name\": \"Mira\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"s\"}]}";
        assertProblem("409 already_exists", "/identities/0", lobby.post("/persons", again));
        lobby.http.send("DELETE", PeopleFixture.BASE + "/person-identities/" + created.at("/identities/0/id"), null).expect(204);
        lobby.post("/persons", again).expect(201);
    }

    @Test
    void lastOwner_archived_isRefused() {
        var mira = lobby.person("Mira");
        var club = lobby.organization("Club", mira);
        var refused = lobby.act("/persons/" + mira + "/archive");
        assertProblem("409 invalid_state", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains(club), refused.text());
        assertEquals("active", lobby.get("/persons/" + mira).at("/state"));
        assertEquals(2, each(lobby.get("/memberships?state=active&person_id=" + mira), "/id").size());
        lobby.act("/organizations/" + club + "/archive").expect(200);
        lobby.act("/persons/" + mira + "/archive").expect(200);
    }

    @Test
    void twoOwners_archivedConcurrently_oneRemains() throws Exception {
        for (int round = 0; round < 4; round++) {
            var people = List.of(lobby.person("Mira"), lobby.person("Jo"));
            var first = lobby.organization("Club", people.get(0));
            var second = lobby.organization("Other", people.get(1));
            lobby.member(first, people.get(1), "owner").expect(201);
            lobby.member(second, people.get(0), "owner").expect(201);
            var outcomes = Race.run(2, number -> lobby.act("/persons/" + people.get(number) + "/archive").outcome()).stream().sorted().toList();
            assertEquals(List.of("200", "409 invalid_state"), outcomes);
            assertEquals(1, each(lobby.get("/memberships?state=active&organization_id=" + first), "/id").size());
        }
    }

    @Test
    void invitation_acceptedWhileArchiving_isAcceptedOrRevoked() throws Exception {
        for (int round = 0; round < 4; round++) {
            var club = lobby.organization("Club");
            var jo = lobby.person("Jo");
            var token = invite(club, "c@b.example").at("/token");
            var body = "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(token, jo);
            var outcomes = Race.run(2, number -> number == 0
                    ? lobby.act("/organizations/" + club + "/archive").outcome()
                    : lobby.post("/invitations/accept", body).outcome());
            assertEquals("200", outcomes.getFirst());
            assertTrue(List.of("201", "409 invalid_state").contains(outcomes.get(1)), outcomes.toString());
            var state = each(lobby.get("/organizations/" + club + "/invitations"), "/state");
            assertEquals(List.of(outcomes.get(1).equals("201") ? "accepted" : "revoked"), state);
        }
    }
}
