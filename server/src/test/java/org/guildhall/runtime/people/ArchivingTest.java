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

    private final PeopleFixture people = new PeopleFixture();

    private String catalog(String path, String body) {
        return String.valueOf(people.http.post(CATALOG + path, body).expect(201).at("/id"));
    }

    private String published(String name) {
        var product = catalog("/products", "{\"name\": \"" + name + "\"}");
        people.http.post(CATALOG + "/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** Creates default-grant policies for a plan and an add-on of the default type. */
    private void defaults() {
        var plan = published("Public");
        var ladder = catalog("/plan-ladders", "{\"name\": \"Service\"}");
        var tier = catalog("/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Public\", \"product_id\": \"%s\"}".formatted(plan));
        catalog("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"on_ladder\", \"product_id\": \"%s\", \"tier_id\": \"%s\"}"
                .formatted(people.personal, plan, tier));
        catalog("/default-grant-policies", "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}"
                .formatted(people.personal, published("Locker")));
    }

    private Reply invite(String organization, String email) {
        return people.post("/organizations/" + organization + "/invitations", "{\"email\": \"%s\", \"role\": \"member\"}".formatted(email)).expect(201);
    }

    @Test
    void organization_archived_losesDefaultGrantsAndInvitations() {
        defaults();
        var mira = people.person("Mira");
        var created = people.post("/organizations", "{\"name\": \"Club\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(people.personal, mira)).expect(201);
        assertEquals(List.of("membership", "organization", "pool", "provision", "provision", "transition", "workspace"),
                people.touched(created).stream().sorted().toList());
        var club = String.valueOf(created.at("/id"));
        var provisions = "/provisions?organization_id=" + club;
        assertEquals(List.of("active", "active"), each(people.get(provisions), "/state"));
        var first = invite(club, "a@b.example");
        invite(club, "b@b.example");

        var archived = people.act("/organizations/" + club + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        assertTrue(String.valueOf(archived.at("/archived_at")).endsWith("Z"));
        assertEquals(List.of("ended", "ended"), each(people.get(provisions), "/state"));
        assertEquals(List.of("revoked", "revoked"), each(people.get("/organizations/" + club + "/invitations"), "/state"));
        assertEquals(List.of(), each(people.get("/provisions?state=active&organization_id=" + club), "/id"));
        var touched = people.touched(archived);
        assertEquals(List.of("organization", "invitation", "invitation"), touched.subList(0, 3));
        assertTrue(touched.containsAll(List.of("provision", "transition", "pool")), touched.toString());
        assertEquals(archived.text(), people.get("/organizations/" + club).expect(200).text());
        assertEquals(List.of("owner"), each(people.get("/organizations/" + club + "/memberships"), "/role"));
        assertProblem("409 invalid_state", people.post("/invitations/accept", "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(first.at("/token"), people.person("Jo"))));
    }

    @Test
    void archivedOrganization_changed_isRefused() {
        var mira = people.person("Mira");
        var club = people.organization("Club", mira);
        var path = "/organizations/" + club;
        var workspace = each(people.get(path + "/workspaces"), "/id").getFirst();
        var membership = each(people.get(path + "/memberships"), "/id").getFirst();
        assertEquals("412 precondition_failed", people.act(path + "/archive", "If-Match", "\"9-x\"").outcome());
        people.act(path + "/archive").expect(200);
        assertProblem("409 invalid_state", people.act(path + "/archive"));
        assertProblem("409 invalid_state", people.patch(path, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", people.member(club, people.person("Jo"), "member"));
        assertProblem("409 invalid_state", people.post(path + "/workspaces", "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", people.patch("/workspaces/" + workspace, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", people.post(path + "/invitations", "{\"email\": \"a@b.example\", \"role\": \"member\"}"));
        assertProblem("409 invalid_state", people.patch("/memberships/" + membership, "{\"role\": \"admin\"}"));
        people.act("/memberships/" + membership + "/end").expect(200);
        assertEquals(List.of("archived"), each(people.get("/organizations?state=archived"), "/state"));
    }

    @Test
    void person_archived_archivesPersonalOrganization() {
        defaults();
        var created = people.post("/persons", "{\"name\": \"Mira\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"s\"}]}").expect(201);
        var personal = String.valueOf(created.at("/personal_organization_id"));
        assertProblem("409 invalid_state", people.act("/organizations/" + personal + "/archive"));
        var club = people.organization("Club", people.person("Jo"));
        people.member(club, String.valueOf(created.at("/id")), "admin").expect(201);
        var household = people.make("/households", "{\"name\": \"Rossi\"}");
        people.make("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"adult\"}".formatted(created.at("/id")));

        var path = "/persons/" + created.at("/id");
        var archived = people.act(path + "/archive").expect(200);
        assertEquals("archived", archived.at("/state"));
        var touched = people.touched(archived);
        assertEquals(List.of("person", "organization", "membership", "membership", "household_member"), touched.subList(0, 5));
        assertTrue(touched.containsAll(List.of("provision", "transition", "pool")), touched.toString());
        assertEquals("archived", people.get("/organizations/" + personal).expect(200).at("/state"));
        assertEquals("active", people.get("/organizations/" + club).expect(200).at("/state"));
        assertEquals(List.of("ended", "ended"), each(people.get("/memberships?person_id=" + created.at("/id")), "/state"));
        assertEquals(List.of("ended"), each(people.get("/households/" + household + "/members"), "/state"));
        assertEquals(List.of("ended", "ended"), each(people.get("/provisions?organization_id=" + personal), "/state"));
        assertEquals(archived.text(), people.get(path).expect(200).text());
        assertEquals(2, each(people.get("/memberships?person_id=" + created.at("/id") + "&at=" + people.get("/households/" + household).at("/created_at")), "/id").size());

        assertProblem("409 invalid_state", people.act(path + "/archive"));
        assertProblem("409 invalid_state", people.patch(path, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", people.post(path + "/identities", "{\"issuer\": \"i\", \"subject\": \"t\"}"));
        assertProblem("409 invalid_state", "/person_id", people.member(club, String.valueOf(created.at("/id")), "member"));
        assertProblem("409 invalid_state", "/person_id", people.post("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"adult\"}".formatted(created.at("/id"))));
        assertProblem("409 invalid_state", "/owner_person_id", people.post("/organizations",
                "{\"name\": \"C\", \"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"}".formatted(people.personal, created.at("/id"))));
        var again = "{\"name\": \"Mira\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"s\"}]}";
        assertProblem("409 already_exists", "/identities/0", people.post("/persons", again));
        people.http.send("DELETE", PeopleFixture.BASE + "/person-identities/" + created.at("/identities/0/id"), null).expect(204);
        people.post("/persons", again).expect(201);
    }

    @Test
    void lastOwner_archived_isRefused() {
        var mira = people.person("Mira");
        var club = people.organization("Club", mira);
        var refused = people.act("/persons/" + mira + "/archive");
        assertProblem("409 invalid_state", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains(club), refused.text());
        assertEquals("active", people.get("/persons/" + mira).at("/state"));
        assertEquals(2, each(people.get("/memberships?state=active&person_id=" + mira), "/id").size());
        people.act("/organizations/" + club + "/archive").expect(200);
        people.act("/persons/" + mira + "/archive").expect(200);
    }

    @Test
    void twoOwners_archivedConcurrently_oneRemains() throws Exception {
        for (int round = 0; round < 4; round++) {
            var persons = List.of(people.person("Mira"), people.person("Jo"));
            var first = people.organization("Club", persons.get(0));
            var second = people.organization("Other", persons.get(1));
            people.member(first, persons.get(1), "owner").expect(201);
            people.member(second, persons.get(0), "owner").expect(201);
            var outcomes = Race.run(2, number -> people.act("/persons/" + persons.get(number) + "/archive").outcome()).stream().sorted().toList();
            assertEquals(List.of("200", "409 invalid_state"), outcomes);
            assertEquals(1, each(people.get("/memberships?state=active&organization_id=" + first), "/id").size());
        }
    }

    @Test
    void invitation_acceptedWhileArchiving_isAcceptedOrRevoked() throws Exception {
        for (int round = 0; round < 4; round++) {
            var club = people.organization("Club");
            var jo = people.person("Jo");
            var token = invite(club, "c@b.example").at("/token");
            var body = "{\"token\": \"%s\", \"person_id\": \"%s\"}".formatted(token, jo);
            var outcomes = Race.run(2, number -> number == 0
                    ? people.act("/organizations/" + club + "/archive").outcome()
                    : people.post("/invitations/accept", body).outcome());
            assertEquals("200", outcomes.getFirst());
            assertTrue(List.of("201", "409 invalid_state").contains(outcomes.get(1)), outcomes.toString());
            var state = each(people.get("/organizations/" + club + "/invitations"), "/state");
            assertEquals(List.of(outcomes.get(1).equals("201") ? "accepted" : "revoked"), state);
        }
    }
}
