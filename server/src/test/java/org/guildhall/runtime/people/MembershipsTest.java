package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

class MembershipsTest {

    private final PeopleFixture people = new PeopleFixture();
    private final String mira = people.person("Mira");
    private final String jo = people.person("Jo");
    private final String club = people.organization("Club", mira);

    private static String path(Reply membership) {
        return "/memberships/" + membership.expect(201).at("/id");
    }

    /** The path of the owner's membership, which was created with the organization. */
    private String ownership() {
        return "/memberships/" + each(people.get("/memberships?role=owner&organization_id=" + club + "&person_id=" + mira), "/id").getFirst();
    }

    @Test
    void person_alreadyMember_isRefused() {
        var created = people.member(club, jo, "admin").expect(201);
        assertEquals(created.text(), people.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertEquals(List.of("membership"), people.touched(created));
        assertEquals(created.at("/created_at"), created.at("/starts_at"));
        var refused = people.member(club, jo, "member");
        assertProblem("409 already_exists", "/person_id", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains(String.valueOf(created.at("/id"))), refused.text());
        people.act(path(created) + "/end").expect(200);
        var again = people.member(club, jo, "member").expect(201);
        assertEquals(List.of("ended", "active"), each(people.get("/organizations/" + club + "/memberships?person_id=" + jo), "/state"));
        assertTrue(!again.at("/id").equals(created.at("/id")));
    }

    @Test
    void membership_createdConcurrently_succeedsOnce() throws Exception {
        var outcomes = Race.run(8, number -> people.http.on(number % 2 == 0 ? TestServer.shared() : TestServer.second())
                .post(PeopleFixture.BASE + "/organizations/" + club + "/memberships", "{\"person_id\": \"%s\", \"role\": \"member\"}".formatted(jo)).outcome());
        assertEquals(1, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
        assertEquals(7, outcomes.stream().filter("409 already_exists"::equals).count(), outcomes.toString());
    }

    @Test
    void membership_ofUnknownPersonOrOrganization_isRefused() {
        assertProblem("422 validation_failed", "/person_id", people.member(club, "per_01m7ym9s346q3d25vt4f5v37e3", "member"));
        assertProblem("422 validation_failed", "/person_id", people.member(club, new PeopleFixture().person("T"), "member"));
        assertProblem("422 validation_failed", "/role", people.member(club, jo, "king"));
        assertProblem("404 not_found", people.member("org_01m7yxxqkfbf5kznwj47tan9zt", jo, "member"));
        assertProblem("404 not_found", new PeopleFixture().member(club, jo, "member"));
    }

    @Test
    void role_changed_isEffectiveDated() {
        var created = people.member(club, jo, "member").expect(201);
        var path = path(created);
        var changed = people.patch(path, "{\"role\": \"admin\", \"external_id\": \"m1\"}").expect(200);
        assertEquals("2", changed.at("/version"));
        assertEquals(created.at("/created_at"), changed.at("/created_at"));
        assertTrue(String.valueOf(changed.at("/starts_at")).compareTo(String.valueOf(created.at("/starts_at"))) > 0);
        var ended = people.act(path + "/end").expect(200);
        assertEquals("ended", ended.at("/state"));
        assertTrue(ended.at("/updated_at").compareTo(String.valueOf(ended.at("/ends_at"))) >= 0, ended.text());
        assertEquals("3", ended.at("/version"));

        var first = people.get(path + "?at=" + created.at("/starts_at")).expect(200);
        assertEquals("member", first.at("/role"));
        assertEquals("m1", first.at("/external_id"));
        assertEquals("ended", first.at("/state"));
        assertEquals(changed.at("/starts_at"), first.at("/ends_at"));
        assertEquals("admin", people.get(path + "?at=" + changed.at("/starts_at")).expect(200).at("/role"));
        assertProblem("404 not_found", people.get(path + "?at=" + ended.at("/ends_at")));
        assertProblem("404 not_found", people.get(path + "?at=2020-01-01T00:00:00Z"));
        assertEquals("admin", people.get(path).expect(200).at("/role"));

        var list = "/organizations/" + club + "/memberships";
        assertEquals(List.of("owner", "admin"), each(people.get(list), "/role"));
        assertEquals(List.of("owner", "member"), each(people.get(list + "?at=" + created.at("/starts_at")), "/role"));
        assertEquals(List.of("owner", "admin"), each(people.get(list + "?at=" + changed.at("/starts_at")), "/role"));
        assertEquals(List.of("owner"), each(people.get(list + "?at=" + ended.at("/ends_at")), "/role"));
        assertEquals(List.of("owner"), each(people.get(list + "?state=active"), "/role"));
        assertEquals(List.of("member"), each(people.get("/memberships?role=member&at=" + created.at("/starts_at")), "/role"));
        assertEquals(List.of("admin"), each(people.get("/memberships?external_id=m1"), "/role"));
        assertEquals(List.of(), each(people.get(list + "?at=2020-01-01T00:00:00Z"), "/role"));
    }

    @Test
    void externalId_changed_keepsTheRolePeriod() {
        var created = people.member(club, jo, "member").expect(201);
        var renamed = people.patch(path(created), "{\"external_id\": \"m\"}").expect(200);
        assertEquals(created.at("/starts_at"), renamed.at("/starts_at"));
        assertEquals("2", renamed.at("/version"));
        assertEquals("2", people.patch(path(created), "{\"external_id\": \"m\"}").expect(200).at("/version"));
        assertProblem("409 already_exists", "/external_id", people.patch(ownership(), "{\"external_id\": \"m\"}"));
        assertEquals("412 precondition_failed", people.patch(path(created), "{\"role\": \"admin\"}", "If-Match", "\"1-x\"").outcome());
        people.act(path(created) + "/end").expect(200);
        assertProblem("409 invalid_state", people.patch(path(created), "{\"role\": \"admin\"}"));
        assertProblem("409 invalid_state", people.act(path(created) + "/end"));
    }

    @Test
    void lastOwner_endedOrDemoted_isRefused() {
        assertProblem("409 invalid_state", people.act(ownership() + "/end"));
        assertProblem("409 invalid_state", people.patch(ownership(), "{\"role\": \"admin\"}"));
        people.patch(ownership(), "{\"external_id\": \"o\"}").expect(200);
        var second = path(people.member(club, jo, "owner"));
        people.patch(ownership(), "{\"role\": \"admin\"}").expect(200);
        assertProblem("409 invalid_state", people.act(second + "/end"));
    }

    @Test
    void twoOwners_endedConcurrently_oneRemains() throws Exception {
        for (int round = 0; round < 5; round++) {
            var organization = people.organization("Club", mira);
            var other = path(people.member(organization, jo, "owner"));
            var first = "/memberships/" + each(people.get("/memberships?organization_id=" + organization + "&person_id=" + mira), "/id").getFirst();
            var paths = List.of(first, other);
            var outcomes = Race.run(2, number -> people.act(paths.get(number) + "/end").outcome()).stream().sorted().toList();
            assertEquals(List.of("200", "409 invalid_state"), outcomes);
        }
    }

    @Test
    void membership_expanded_showsPersonAndOrganization() {
        var created = people.member(club, jo, "member").expect(201);
        var shown = people.get(path(created) + "?expand=person,organization").expect(200);
        assertEquals("Jo", shown.at("/person/name"));
        assertEquals("Club", shown.at("/organization/name"));
        assertEquals(List.of("Mira", "Jo"), each(people.get("/organizations/" + club + "/memberships?expand=person"), "/person/name"));
        assertEquals(List.of("Jo", "Club"), each(people.get("/memberships?sort=created_at&expand=organization&person_id=" + jo), "/organization/name"));
        assertProblem("404 not_found", people.get("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/memberships"));
        assertProblem("404 not_found", new PeopleFixture().get(path(created)));
    }
}
