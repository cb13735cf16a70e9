package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.guildhall.Http;
import org.junit.jupiter.api.Test;

class OrganizationsTest {

    private static final String UNKNOWN_TYPE = "otp_01m7y42cyffb99aegx7nzprtdw";
    private static final String UNKNOWN_PERSON = "per_01m7ym9s346q3d25vt4f5v37e3";

    private final PeopleFixture people = new PeopleFixture();
    private final String club = people.type("club", false);

    private Http.Reply add(String members) {
        return people.post("/organizations", "{\"name\": \"Harbour\", " + members + "}");
    }

    @Test
    void organization_created_hasOwnerWorkspaceAndPool() {
        var owner = people.person("Mira");
        var created = add("\"org_type_id\": \"%s\", \"owner_person_id\": \"%s\", \"external_id\": \"h\", \"metadata\": {\"a\": \"b\"}".formatted(club, owner)).expect(201);
        assertEquals(created.text(), people.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertEquals(List.of("organization", "membership", "workspace", "pool"), people.touched(created));
        assertEquals("organization.created", people.event(created).get("action").asText());
        assertNull(created.at("/personal_person_id"));
        assertEquals(club, created.at("/org_type_id"));
        var members = people.get("/organizations/" + created.at("/id") + "/memberships");
        assertEquals(List.of(owner), each(members, "/person_id"));
        assertEquals(List.of("owner"), each(members, "/role"));
    }

    @Test
    void organization_withoutOwner_hasNoMembers() {
        var created = add("\"org_type_id\": \"" + club + "\"").expect(201);
        assertEquals(List.of("organization", "workspace", "pool"), people.touched(created));
        assertEquals(List.of(), each(people.get("/organizations/" + created.at("/id") + "/memberships"), "/id"));
    }

    @Test
    void organization_withUnknownOrArchivedReference_isRefused() {
        var both = add("\"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"".formatted(UNKNOWN_TYPE, UNKNOWN_PERSON));
        assertProblem("422 validation_failed", "/org_type_id", both);
        assertEquals("/owner_person_id", both.at("/errors/1/pointer"));
        assertProblem("422 validation_failed", "/owner_person_id", add("\"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"".formatted(club, UNKNOWN_PERSON)));
        var theirs = new PeopleFixture();
        assertProblem("422 validation_failed", "/org_type_id", add("\"org_type_id\": \"" + theirs.personal + "\""));
        assertProblem("422 validation_failed", "/owner_person_id", add("\"org_type_id\": \"%s\", \"owner_person_id\": \"%s\"".formatted(club, theirs.person("T"))));
        people.http.post(PeopleFixture.TYPES + "/" + club + "/archive", null).expect(200);
        assertProblem("409 invalid_state", "/org_type_id", add("\"org_type_id\": \"" + club + "\""));
        assertProblem("422 validation_failed", "/org_type_id", people.post("/organizations", "{\"name\": \"A\"}"));
        assertEquals(List.of(), each(people.get("/organizations"), "/id"));
    }

    @Test
    void organization_patched_changesSettableMembersOnly() {
        var path = "/organizations/" + add("\"org_type_id\": \"%s\", \"external_id\": \"a\", \"metadata\": {\"a\": \"1\"}".formatted(club)).expect(201).at("/id");
        var changed = people.patch(path, "{\"name\": \"New\", \"metadata\": {\"a\": null, \"b\": \"2\"}, \"external_id\": null}").expect(200);
        assertEquals("New", changed.at("/name"));
        assertNull(changed.at("/external_id"));
        assertEquals("{\"b\":\"2\"}", changed.json().get("metadata").toString());
        assertProblem("422 validation_failed", "/org_type_id", people.patch(path, "{\"org_type_id\": \"" + people.personal + "\"}"));
        assertEquals("412 precondition_failed", people.patch(path, "{\"name\": \"B\"}", "If-Match", "\"1-x\"").outcome());
        people.make("/organizations", "{\"name\": \"B\", \"org_type_id\": \"%s\", \"external_id\": \"b\"}".formatted(club));
        assertProblem("409 already_exists", "/external_id", people.patch(path, "{\"external_id\": \"b\"}"));
    }

    @Test
    void organizations_filteredSortedExpanded_areListed() {
        var mira = people.post("/persons", "{\"name\": \"Mira\"}").expect(201);
        var personal = String.valueOf(mira.at("/personal_organization_id"));
        var harbour = String.valueOf(add("\"org_type_id\": \"%s\", \"external_id\": \"h\"".formatted(club)).expect(201).at("/id"));
        assertEquals(List.of(harbour, personal), each(people.get("/organizations"), "/id"));
        assertEquals(List.of(harbour, personal), each(people.get("/organizations?sort=name"), "/id"));
        assertEquals(List.of(harbour), each(people.get("/organizations?org_type_id=" + club), "/id"));
        assertEquals(List.of(harbour), each(people.get("/organizations?external_id=h"), "/id"));
        assertEquals(List.of(personal), each(people.get("/organizations?personal_person_id=" + mira.at("/id")), "/id"));
        assertEquals(List.of("club", "personal"), each(people.get("/organizations?expand=org_type"), "/org_type/key"));
        assertEquals("club", people.get("/organizations/" + harbour + "?expand=org_type").at("/org_type/key"));
        var page = people.get("/organizations?limit=1&sort=name");
        assertEquals(List.of(personal), each(people.get("/organizations?limit=1&sort=name&cursor=" + page.at("/page/next_cursor")), "/id"));
    }

    @Test
    void workspace_createdPatchedArchived_isListed() {
        var organization = people.organization("Harbour");
        var under = "/organizations/" + organization + "/workspaces";
        var created = people.post(under, "{\"name\": \"Boathouse\", \"external_id\": \"w\"}").expect(201);
        var path = "/workspaces/" + created.at("/id");
        assertEquals(created.text(), people.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertProblem("409 already_exists", "/external_id", people.post(under, "{\"name\": \"B\", \"external_id\": \"w\"}"));
        assertEquals(List.of("Home", "Boathouse"), each(people.get(under), "/name"));
        assertEquals(List.of("Boathouse"), each(people.get(under + "?external_id=w"), "/name"));
        assertEquals(List.of("Boathouse", "Home"), each(people.get("/workspaces?organization_id=" + organization), "/name"));
        assertEquals("Harbour", people.get(path + "?expand=organization").at("/organization/name"));
        assertEquals("Old", people.patch(path, "{\"name\": \"Old\"}").expect(200).at("/name"));
        assertEquals("archived", people.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", people.act(path + "/archive"));
        assertProblem("409 invalid_state", people.patch(path, "{\"name\": \"B\"}"));
        assertEquals(List.of("Home"), each(people.get(under + "?state=active"), "/name"));
        assertTrue(each(people.get("/workspaces?state=archived"), "/archived_at").getFirst().endsWith("Z"));
        assertProblem("404 not_found", people.get("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/workspaces"));
        assertProblem("404 not_found", people.post("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/workspaces", "{\"name\": \"B\"}"));
        assertProblem("404 not_found", new PeopleFixture().get(path));
    }
}
