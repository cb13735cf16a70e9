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

    private final PeopleFixture lobby = new PeopleFixture();
    private final String club = lobby.type("club", false);

    private Http.Reply add(String members) {
        return lobby.post("/organizations", "{\"name\": \"Harbour\", " + members + "}");
    }

    @Test
    void organization_created_hasOwnerWorkspaceAndPool() {
        var owner = lobby.person("Mira");
        var created = add("\"org_type_id\": \"%s\", \"owner_person_id\": \"%s\", \"external_id\": \"h\", \"metadata\": {\"a\": \"b\"}".formatted(club, owner)).expect(201);
        assertEquals(created.text(), lobby.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertEquals(List.of("organization", "membership", "workspace", "pool"), lobby.touched(created));
        assertEquals("organization.created", lobby.event(created).get("action").asText());
        assertNull(created.at("/personal_person_id"));
        assertEquals(club, created.at("/org_type_id"));
        var members = lobby.get("/organizations/" + created.at("/id") + "/memberships");
        assertEquals(List.of(owner), each(members, "/person_id"));
        assertEquals(List.of("owner"), each(members, "/role"));
    }

    @Test
    void organization_withoutOwner_hasNoMembers() {
        var created = add("\"org_type_id\": \"" + club + "\"").expect(201);
        assertEquals(List.of("organization", "workspace", "pool"), lobby.touched(created));
        assertEquals(List.of(), each(lobby.get("/organizations/" + created.at("/id") + "/memberships"), "/id"));
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
        lobby.http.post(PeopleFixture.TYPES + "/" + club + "/archive", null).expect(200);
        assertProblem("409 invalid_state", "/org_type_id", add("\"org_type_id\": \"" + club + "\""));
        assertProblem("422 validation_failed", "/org_type_id", lobby.post("/organizations", "{\"name\": \"A\"}"));
        assertEquals(List.of(), each(lobby.get("/organizations"), "/id"));
    }

    @Test
    void organization_patched_changesSettableMembersOnly() {
        var path = "/organizations/" + add("\"org_type_id\": \"%s\", \"external_id\": \"a\", \"metadata\": {\"a\": \"1\"}".formatted(club)).expect(201).at("/id");
        var changed = lobby.patch(path, "{\"name\": \"New\", \"metadata\": {\"a\": null, \"b\": \"2\"}, \"external_id\": null}").expect(200);
        assertEquals("New", changed.at("/name"));
        assertNull(changed.at("/external_id"));
        assertEquals("{\"b\":\"2\"}", changed.json().get("metadata").toString());
        assertProblem("422 validation_failed", "/org_type_id", lobby.patch(path, "{\"org_type_id\": \"" + lobby.personal + "\"}"));
        assertEquals("412 precondition_failed", lobby.patch(path, "{\"name\": \"B\"}", "If-Match", "\"1-x\"").outcome());
        lobby.make("/organizations", "{\"name\": \"B\", \"org_type_id\": \"%s\", \"external_id\": \"b\"}".formatted(club));
        assertProblem("409 already_exists", "/external_id", lobby.patch(path, "{\"external_id\": \"b\"}"));
    }

    @Test
    void organizations_filteredSortedExpanded_areListed() {
        var mira = lobby.post("/persons", "{\"name\": \"Mira\"}").expect(201);
        var personal = String.valueOf(mira.at("/personal_organization_id"));
        var harbour = String.valueOf(add("\"org_type_id\": \"%s\", \"external_id\": \"h\"".formatted(club)).expect(201).at("/id"));
        assertEquals(List.of(harbour, personal), each(lobby.get("/organizations"), "/id"));
        assertEquals(List.of(harbour, personal), each(lobby.get("/organizations?sort=name"), "/id"));
        assertEquals(List.of(harbour), each(lobby.get("/organizations?org_type_id=" + club), "/id"));
        assertEquals(List.of(harbour), each(lobby.get("/organizations?external_id=h"), "/id"));
        assertEquals(List.of(personal), each(lobby.get("/organizations?personal_person_id=" + mira.at("/id")), "/id"));
        assertEquals(List.of("club", "personal"), each(lobby.get("/organizations?expand=org_type"), "/org_type/key"));
        assertEquals("club", lobby.get("/organizations/" + harbour + "?expand=org_type").at("/org_type/key"));
        var page = lobby.get("/organizations?limit=1&sort=name");
        assertEquals(List.of(personal), each(lobby.get("/organizations?limit=1&sort=name&cursor=" + page.at("/page/next_cursor")), "/id"));
    }

    @Test
    void workspace_createdPatchedArchived_isListed() {
        var organization = lobby.organization("Harbour");
        var under = "/organizations/" + organization + "/workspaces";
        var created = lobby.post(under, "{\"name\": \"Boathouse\", \"external_id\": \"w\"}").expect(201);
        var path = "/workspaces/" + created.at("/id");
        assertEquals(created.text(), lobby.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertProblem("409 already_exists", "/external_id", lobby.post(under, "{\"name\": \"B\", \"external_id\": \"w\"}"));
        assertEquals(List.of("Home", "Boathouse"), each(lobby.get(under), "/name"));
        assertEquals(List.of("Boathouse"), each(lobby.get(under + "?external_id=w"), "/name"));
        assertEquals(List.of("Boathouse", "Home"), each(lobby.get("/workspaces?organization_id=" + organization), "/name"));
        assertEquals("Harbour", lobby.get(path + "?expand=organization").at("/organization/name"));
        assertEquals("Old", lobby.patch(path, "{\"name\": \"Old\"}").expect(200).at("/name"));
        assertEquals("archived", lobby.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", lobby.act(path + "/archive"));
        assertProblem("409 invalid_state", lobby.patch(path, "{\"name\": \"B\"}"));
        assertEquals(List.of("Home"), each(lobby.get(under + "?state=active"), "/name"));
        assertTrue(each(lobby.get("/workspaces?state=archived"), "/archived_at").getFirst().endsWith("Z"));
        assertProblem("404 not_found", lobby.get("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/workspaces"));
        assertProblem("404 not_found", lobby.post("/organizations/org_01m7yxxqkfbf5kznwj47tan9zt/workspaces", "{\"name\": \"B\"}"));
        assertProblem("404 not_found", new PeopleFixture().get(path));
    }
}
