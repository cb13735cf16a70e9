package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.api.TypeIds;
import org.guildhall.core.Race;
import org.junit.jupiter.api.Test;

class HouseholdsTest {

    private final PeopleFixture people = new PeopleFixture();
    private final String mira = people.person("Mira");
    private final String jo = people.person("Jo");

    private String household(String name) {
        return people.make("/households", "{\"name\": \"" + name + "\"}");
    }

    private Reply addMember(String household, String person, String role) {
        return people.post("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role));
    }

    @Test
    void member_ended_staysReadable() {
        var rossi = household("Rossi");
        var adult = addMember(rossi, mira, "adult").expect(201);
        assertEquals(adult.text(), people.http.get(String.valueOf(adult.header("Location"))).expect(200).text());
        assertEquals(List.of("household_member"), people.touched(adult));
        assertNull(adult.at("/ends_at"));
        var dependent = addMember(rossi, jo, "dependent").expect(201);
        var list = "/households/" + rossi + "/members";
        assertEquals(List.of("adult", "dependent"), each(people.get(list), "/role"));
        assertEquals(List.of("Mira", "Jo"), each(people.get(list + "?expand=person"), "/person/name"));
        assertEquals("Rossi", people.get("/household-members/" + adult.at("/id") + "?expand=household,person").at("/household/name"));

        var path = "/household-members/" + dependent.at("/id") + "/end";
        assertEquals("412 precondition_failed", people.act(path, "If-Match", "\"9-x\"").outcome());
        var ended = people.act(path).expect(200);
        assertEquals("ended", ended.at("/state"));
        assertProblem("409 invalid_state", people.act(path));
        assertEquals(List.of("adult"), each(people.get(list + "?state=active"), "/role"));
        assertEquals(List.of("dependent"), each(people.get(list + "?state=ended"), "/role"));
        assertEquals(List.of("adult", "dependent"), each(people.get(list + "?at=" + dependent.at("/starts_at")), "/role"));
        assertEquals(List.of("adult"), each(people.get(list + "?at=" + ended.at("/ends_at")), "/role"));
        assertEquals(List.of("adult"), each(people.get(list + "?person_id=" + mira), "/role"));
        assertEquals(List.of("dependent"), each(people.get(list + "?role=dependent"), "/role"));
        addMember(rossi, jo, "adult").expect(201);
        assertEquals(3, each(people.get(list), "/id").size());
    }

    @Test
    void memberExternalId_duplicate_isRefused() {
        var rossi = household("Rossi");
        var list = "/households/" + rossi + "/members";
        var body = "{\"person_id\": \"%s\", \"role\": \"adult\", \"external_id\": \"crm-1\"}";
        var adult = people.post(list, body.formatted(mira)).expect(201);
        assertEquals("crm-1", adult.at("/external_id"));
        assertProblem("409 already_exists", "/external_id", people.post(list, body.formatted(jo)));
        addMember(rossi, jo, "dependent").expect(201);
        assertEquals(List.of("adult"), each(people.get(list + "?external_id=crm-1"), "/role"));

        var path = "/household-members/" + adult.at("/id");
        people.act(path + "/end").expect(200);
        assertProblem("412 precondition_failed", people.patch(path, "{\"external_id\": \"crm-2\"}", "If-Match", "\"1-x\""));
        var named = people.patch(path, "{\"external_id\": \"crm-2\"}").expect(200);
        assertEquals("crm-2 ended 3", named.at("/external_id") + " " + named.at("/state") + " " + named.at("/version"));
        assertEquals(List.of("household_member"), people.touched(named));
        assertEquals("3", people.patch(path, "{\"external_id\": \"crm-2\"}").expect(200).at("/version"));
        assertNull(people.patch(path, "{\"external_id\": null}").expect(200).at("/external_id"));
        assertProblem("422 validation_failed", "/role", people.patch(path, "{\"role\": \"adult\"}"));
    }

    @Test
    void person_inSeveralHouseholds_isMemberOnceInEach() throws Exception {
        var rossi = household("Rossi");
        var lee = household("Lee");
        var created = addMember(rossi, jo, "dependent").expect(201);
        var refused = addMember(rossi, jo, "adult");
        assertProblem("409 already_exists", "/person_id", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains(String.valueOf(created.at("/id"))), refused.text());
        addMember(lee, jo, "dependent").expect(201);
        assertEquals(List.of(lee, rossi), each(people.get("/households?person_id=" + jo), "/id"));
        assertEquals(List.of(), each(people.get("/households?person_id=" + mira), "/id"));
        var outcomes = Race.run(6, number -> addMember(lee, mira, "adult").outcome()).stream().sorted().toList();
        assertEquals("201", outcomes.getFirst());
        assertEquals(List.of("409 already_exists"), outcomes.stream().skip(1).distinct().toList());
    }

    @Test
    void member_ofUnknownPersonOrHousehold_isRefused() {
        var rossi = household("Rossi");
        assertProblem("422 validation_failed", "/person_id", addMember(rossi, "per_01m7ym9s346q3d25vt4f5v37e3", "adult"));
        assertProblem("422 validation_failed", "/person_id", addMember(rossi, new PeopleFixture().person("T"), "adult"));
        assertProblem("422 validation_failed", "/role", addMember(rossi, mira, "guest"));
        assertProblem("404 not_found", addMember("hou_01m7yssss6ys3c4dwa7n36096q", mira, "adult"));
        assertProblem("404 not_found", people.get("/households/hou_01m7yssss6ys3c4dwa7n36096q/members"));
        assertProblem("404 not_found", new PeopleFixture().get("/households/" + rossi));
        assertProblem("422 validation_failed", "/name", people.post("/households", "{\"name\": \"\"}"));
    }

    @Test
    void household_archived_endsMembersAndStaysReadable() {
        var created = people.post("/households", "{\"name\": \"Rossi\", \"external_id\": \"h\"}").expect(201);
        var path = "/households/" + created.at("/id");
        assertEquals("[personal]", people.event(created).at("/after/name").asText());
        addMember(String.valueOf(created.at("/id")), mira, "adult").expect(201);
        addMember(String.valueOf(created.at("/id")), jo, "dependent").expect(201);
        var renamed = people.patch(path, "{\"name\": \"Rossi and Lee\"}").expect(200);
        assertEquals(renamed.text(), people.patch(path, "{\"external_id\": \"h\"}").expect(200).text());
        var archived = people.act(path + "/archive").expect(200);
        assertEquals(List.of("household", "household_member", "household_member"), people.touched(archived));
        assertEquals(List.of("ended", "ended"), each(people.get(path + "/members"), "/state"));
        assertProblem("409 invalid_state", people.act(path + "/archive"));
        assertProblem("409 invalid_state", people.patch(path, "{\"name\": \"B\"}"));
        assertProblem("409 invalid_state", addMember(String.valueOf(created.at("/id")), mira, "adult"));
        assertEquals(List.of("h"), each(people.get("/households?state=archived&external_id=h"), "/external_id"));
        assertEquals(List.of(), each(people.get("/households?person_id=" + mira), "/id"));
        assertProblem("409 already_exists", "/external_id", people.post("/households", "{\"name\": \"R\", \"external_id\": \"h\"}"));
    }

    @Test
    void household_withHundredMembers_refusesAnother() throws SQLException {
        var rossi = household("Rossi");
        people.tenant.sql("""
                with p as (insert into runtime.persons (tenant_id, name) select ?, 'P' from generate_series(1, 100) returning tenant_id, id)
                insert into runtime.household_members (tenant_id, household_id, person_id, role) select tenant_id, ?, id, 'adult' from p""",
                people.tenant.id(), TypeIds.parse("hou", rossi));
        assertProblem("409 conflict", addMember(rossi, mira, "adult"));
    }
}
