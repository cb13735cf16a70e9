package org.guildhall.runtime.people;

import static org.guildhall.runtime.people.PeopleFixture.assertProblem;
import static org.guildhall.runtime.people.PeopleFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.guildhall.runtime.imports.ImportFixture;
import org.junit.jupiter.api.Test;

class PersonsTest {

    private static final String EVERYTHING = """
            select concat_ws(' ', (select count(*) from runtime.persons where tenant_id = t), (select count(*) from runtime.person_identities where tenant_id = t),
              (select count(*) from runtime.organizations where tenant_id = t), (select count(*) from runtime.memberships where tenant_id = t),
              (select count(*) from runtime.workspaces where tenant_id = t), (select count(*) from runtime.pools where tenant_id = t))
            from (select ?::uuid as t) one""";

    private final PeopleFixture people = new PeopleFixture();

    private String rowCounts() throws SQLException {
        return people.tenant.found(EVERYTHING, people.tenant.id()).getFirst();
    }

    private static String signUp(String subject) {
        return "{\"name\": \"Mira\", \"identities\": [{\"issuer\": \"https://id.example\", \"subject\": \"" + subject + "\"}]}";
    }

    @Test
    void person_created_hasPersonalOrganization() throws SQLException {
        var created = people.post("/persons", """
                {"name": "Mira Rossi", "email": "mira@members.example", "phone": "+61 2 5550 0142", "birth_on": "1991-04-17", "external_id": "p1",
                 "metadata": {"source": "web"}, "identities": [{"issuer": "https://b.example", "subject": "2"}, {"issuer": "https://a.example", "subject": "1"}]}""")
                .expect(201);
        assertEquals(created.text(), people.http.get(String.valueOf(created.header("Location"))).expect(200).text());
        assertEquals("1 2 1 1 1 1", rowCounts());
        assertEquals("1991-04-17", created.at("/birth_on"));
        assertEquals(2, created.json().get("identities").size());

        var organization = people.get("/organizations/" + created.at("/personal_organization_id")).expect(200);
        assertEquals("Mira Rossi", organization.at("/name"));
        assertEquals(created.at("/id"), organization.at("/personal_person_id"));
        assertEquals(people.personal, organization.at("/org_type_id"));
        assertEquals(organization.at("/pool_id"), people.get("/organizations/" + organization.at("/id") + "/pool").expect(200).at("/id"));
        assertEquals(List.of("Home"), each(people.get("/organizations/" + organization.at("/id") + "/workspaces"), "/name"));
        var membership = people.get("/memberships?person_id=" + created.at("/id")).expect(200);
        assertEquals(List.of("owner"), each(membership, "/role"));
        assertEquals(List.of(String.valueOf(organization.at("/id"))), each(membership, "/organization_id"));
    }

    @Test
    void person_created_hasOneEventWithMaskedMembers() {
        var created = people.post("/persons", signUp("s")).expect(201);
        var event = people.event(created);
        assertEquals("person.created", event.at("/action").asText());
        assertEquals(created.at("/id"), event.at("/entity_id").asText());
        assertEquals(List.of("person", "person_identity", "organization", "membership", "workspace", "pool"), people.touched(created));
        assertFalse(event.toString().contains("Mira"), event.toString());
        assertEquals("[personal]", event.at("/after/name").asText());
        assertEquals("[personal]", event.at("/changes/1/after/subject").asText());
        assertEquals(created.at("/personal_organization_id"), event.at("/changes/2/entity_id").asText());
        event.get("changes").forEach(change -> assertTrue(change.get("before").isNull()));
    }

    @Test
    void createdEvent_changes_equalLaterReads() {
        var dry = people.post("/persons?dry_run=true", signUp("s"), "Accept", Http.DRY_RUN).expect(201);
        var created = people.post("/persons", signUp("s")).expect(201);
        var organization = people.get("/organizations/" + created.at("/personal_organization_id")).expect(200).json();
        var event = people.event(created);
        var organizationInEvent = ((com.fasterxml.jackson.databind.node.ObjectNode) event.at("/changes/2/after")).put("name", "Mira");
        assertEquals(organization, organizationInEvent);
        var workspace = people.get("/workspaces?organization_id=" + created.at("/personal_organization_id")).expect(200).json().at("/data/0");
        assertEquals(workspace, event.at("/changes/4/after"));
        var membership = people.get("/memberships?person_id=" + created.at("/id")).expect(200).json().at("/data/0");
        assertEquals(membership, event.at("/changes/3/after"));
    }

    @Test
    void identity_signedUpOnTwoNodes_createsOnePerson() throws Exception {
        var second = people.http.on(TestServer.second());
        for (int round = 0; round < 4; round++) {
            var body = signUp("race" + round);
            var before = rowCounts();
            var replies = Race.run(16, number -> (number % 2 == 0 ? people.http : second).post(PeopleFixture.BASE + "/persons", body));
            var winner = replies.stream().filter(reply -> reply.status() == 201).toList();
            assertEquals(1, winner.size());
            var person = String.valueOf(winner.getFirst().at("/id"));
            for (var reply : replies) {
                if (reply != winner.getFirst()) {
                    assertProblem("409 already_exists", "/identities/0", reply);
                    assertTrue(String.valueOf(reply.at("/detail")).contains(person), reply.text());
                }
            }
            assertEquals(List.of(person), each(people.get("/persons?issuer=https://id.example&subject=race" + round), "/id"));
            int persons = Integer.parseInt(before.split(" ")[0]) + 1;
            assertEquals(String.join(" ", java.util.Collections.nCopies(6, Integer.toString(persons))), rowCounts());
        }
    }

    @Test
    void identities_inDifferentOrder_doNotDeadlock() throws Exception {
        var forth = "{\"name\": \"A\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"1\"}, {\"issuer\": \"i\", \"subject\": \"2\"}]}";
        var back = "{\"name\": \"B\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"2\"}, {\"issuer\": \"i\", \"subject\": \"1\"}]}";
        var outcomes = Race.run(8, number -> people.post("/persons", number % 2 == 0 ? forth : back).outcome()).stream().sorted().toList();
        assertEquals("201", outcomes.getFirst());
        assertEquals(List.of("409 already_exists"), outcomes.stream().skip(1).distinct().toList());
    }

    @Test
    void person_withoutDefaultType_isRefused() throws SQLException {
        people.http.patch(PeopleFixture.TYPES + "/" + people.personal, "{\"is_default\": false}").expect(200);
        var refused = people.post("/persons", signUp("s"));
        assertProblem("409 invalid_state", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains("default organization type"), refused.text());
        assertEquals("0 0 0 0 0 0", rowCounts());
    }

    @Test
    void person_createdWhileDefaultTypeChanges_getsTheNewType() throws Exception {
        var other = people.type("other", false);
        var created = ConcurrentChange.of(people.tenant.server(), connection -> {
            for (var statement : List.of(
                    "update catalog.org_types set is_default = false where tenant_id = ? and key = 'personal'",
                    "update catalog.org_types set is_default = true where tenant_id = ? and key = 'other'")) {
                try (var prepared = connection.prepareStatement(statement)) {
                    prepared.setObject(1, people.tenant.id());
                    prepared.execute();
                }
            }
        }, () -> people.post("/persons", signUp("s")));
        var organization = created.expect(201).at("/personal_organization_id");
        assertEquals(other, people.get("/organizations/" + organization).at("/org_type_id"));
    }

    @Test
    void person_refused_leavesNoRows() throws SQLException {
        people.post("/persons", signUp("s")).expect(201);
        people.make("/persons", "{\"name\": \"N\", \"external_id\": \"x\"}");
        var before = rowCounts();
        assertProblem("409 already_exists", "/identities/1", people.post("/persons", """
                {"name": "B", "identities": [{"issuer": "https://id.example", "subject": "free"}, {"issuer": "https://id.example", "subject": "s"}]}"""));
        assertProblem("409 already_exists", "/external_id", people.post("/persons", "{\"name\": \"B\", \"external_id\": \"x\"}"));
        assertEquals(before, rowCounts());
        people.post("/persons", signUp("free"), "Idempotency-Key", UUID.randomUUID().toString()).expect(201);
    }

    @Test
    void person_withSeveralErrors_getsAllPointers() {
        var refused = people.post("/persons", """
                {"name": "", "email": "nobody", "phone": "x", "birth_on": "1991-02-30", "identities": [{"issuer": "a b", "subject": ""}], "surname": "R"}""");
        assertProblem("422 validation_failed", refused);
        var pointers = refused.json().get("errors").findValuesAsText("pointer").stream().distinct().sorted().toList();
        assertEquals(List.of("/birth_on", "/email", "/identities/0/issuer", "/identities/0/subject", "/name", "/phone", "/surname"), pointers);
        var later = LocalDate.now().plusDays(2);
        var duplicate = people.post("/persons", """
                {"name": "A", "birth_on": "%s", "identities": [{"issuer": "i", "subject": "1"}, {"issuer": "i", "subject": "1"}]}""".formatted(later));
        assertProblem("422 validation_failed", duplicate);
        assertEquals(List.of("/birth_on", "/identities/1"), duplicate.json().get("errors").findValuesAsText("pointer"));
        var ancient = people.post("/persons", "{\"name\": \"A\", \"birth_on\": \"0000-01-01\"}");
        assertProblem("422 validation_failed", "/birth_on", ancient);
        assertEquals("too_early", ancient.at("/errors/0/code"));
        assertEquals("1800-01-01", people.post("/persons", "{\"name\": \"A\", \"birth_on\": \"1800-01-01\"}").expect(201).at("/birth_on"));
        assertProblem("422 validation_failed", "", people.post("/persons", "[]"));
        assertProblem("422 validation_failed", "/name", people.post("/persons", "{}"));
    }

    @Test
    void person_patched_followsMergePatch() {
        var path = "/persons/" + people.make("/persons", "{\"name\": \"A\", \"email\": \"a@b.example\", \"phone\": \"123\", \"metadata\": {\"a\": \"1\", \"b\": \"2\"}}");
        var changed = people.patch(path, "{\"email\": null, \"metadata\": {\"a\": null}, \"birth_on\": \"2000-01-01\"}").expect(200);
        assertNull(changed.at("/email"));
        assertEquals("123", changed.at("/phone"));
        assertEquals("{\"b\":\"2\"}", changed.json().get("metadata").toString());
        assertEquals("2", changed.at("/version"));
        assertEquals(changed.text(), people.patch(path, "{\"phone\": \"123\"}").expect(200).text());
        assertProblem("422 validation_failed", "/name", people.patch(path, "{\"name\": null}"));
        assertProblem("422 validation_failed", "/birth_on", people.patch(path, "{\"birth_on\": \"2999-01-01\"}"));
        assertEquals("412 precondition_failed", people.patch(path, "{\"name\": \"B\"}", "If-Match", "\"1-x\"").outcome());
        var organization = people.get("/organizations/" + people.patch(path, "{\"name\": \"B\"}").expect(200).at("/personal_organization_id"));
        assertEquals("A", organization.at("/name"));
    }

    @Test
    void person_ofAnotherTenant_isNotFound() {
        var other = new PeopleFixture();
        var theirs = other.post("/persons", signUp("s")).expect(201);
        var path = "/persons/" + theirs.at("/id");
        assertProblem("404 not_found", people.get(path));
        assertProblem("404 not_found", people.patch(path, "{\"name\": \"B\"}"));
        assertProblem("404 not_found", people.get(path + "/identities"));
        assertProblem("404 not_found", people.post(path + "/identities", "{\"issuer\": \"i\", \"subject\": \"s\"}"));
        assertProblem("404 not_found", people.get("/person-identities/" + theirs.at("/identities/0/id")));
        assertProblem("404 not_found", people.http.send("DELETE", PeopleFixture.BASE + "/person-identities/" + theirs.at("/identities/0/id"), null));
        assertEquals(List.of(), each(people.get("/persons?issuer=https://id.example&subject=s"), "/id"));
        people.post("/persons", signUp("s")).expect(201);
    }

    @Test
    void persons_filteredByIdentityEmailAndIds_areListed() {
        var mira = people.make("/persons", "{\"name\": \"Mira\", \"email\": \"m@x.example\", \"external_id\": \"m\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"1\"}]}");
        var jo = people.make("/persons", "{\"name\": \"Jo\", \"email\": \"j@x.example\", \"identities\": [{\"issuer\": \"i\", \"subject\": \"2\"}]}");
        var al = people.person("Al");
        assertEquals(List.of(al, jo, mira), each(people.get("/persons"), "/id"));
        assertEquals(List.of(al, jo, mira), each(people.get("/persons?sort=name"), "/id"));
        assertEquals(List.of(mira), each(people.get("/persons?email=m@x.example"), "/id"));
        assertEquals(List.of(mira), each(people.get("/persons?external_id=m"), "/id"));
        assertEquals(List.of(jo, mira), each(people.get("/persons?issuer=i"), "/id"));
        assertEquals(List.of(jo), each(people.get("/persons?issuer=i&subject=2"), "/id"));
        assertEquals(List.of(), each(people.get("/persons?state=archived"), "/id"));
        assertEquals("3", people.get("/persons?include_total=true&limit=1").at("/page/total"));
        var refused = people.get("/persons?subject=2");
        assertEquals("400 invalid_parameter", refused.outcome());
        assertEquals("issuer", refused.at("/errors/0/parameter"));
        var page = people.get("/persons?limit=2&sort=-name");
        assertEquals(List.of("Mira", "Jo"), each(page, "/name"));
        assertEquals(List.of("Al"), each(people.get("/persons?limit=2&sort=-name&cursor=" + page.at("/page/next_cursor")), "/name"));
    }

    @Test
    void identity_linked_isRefusedForAnotherPerson() {
        var mira = people.person("Mira");
        var jo = people.person("Jo");
        var body = "{\"issuer\": \"https://id.example\", \"subject\": \"s\"}";
        var linked = people.post("/persons/" + mira + "/identities", body).expect(201);
        assertEquals(List.of("person_identity", "person"), people.touched(linked));
        assertEquals(linked.text(), people.http.get(String.valueOf(linked.header("Location"))).expect(200).text());
        var shown = people.get("/persons/" + mira).expect(200);
        assertEquals("2", shown.at("/version"));
        assertEquals(linked.at("/id"), shown.at("/identities/0/id"));
        var refused = people.post("/persons/" + jo + "/identities", body);
        assertProblem("409 already_exists", "/subject", refused);
        assertTrue(String.valueOf(refused.at("/detail")).contains(mira), refused.text());
        assertProblem("409 already_exists", "/subject", people.post("/persons/" + mira + "/identities", body));

        var path = PeopleFixture.BASE + "/person-identities/" + linked.at("/id");
        assertEquals("412 precondition_failed", people.http.send("DELETE", path, null, "If-Match", "\"9-x\"").outcome());
        var gone = people.http.send("DELETE", path, null).expect(204);
        assertEquals(List.of("person_identity", "person"), people.touched(gone));
        assertTrue(people.event(gone).at("/changes/0/after").isNull());
        assertEquals("[personal]", people.event(gone).at("/changes/0/before/subject").asText());
        assertProblem("404 not_found", people.http.get(path));
        assertProblem("404 not_found", people.http.send("DELETE", path, null));
        assertEquals(List.of(), each(people.get("/persons/" + mira + "/identities"), "/id"));
        people.post("/persons/" + jo + "/identities", body).expect(201);
    }

    @Test
    void person_withTwentyIdentities_refusesAnother() throws Exception {
        var path = "/persons/" + people.person("Mira") + "/identities";
        var outcomes = Race.run(24, number -> people.post(path, "{\"issuer\": \"i\", \"subject\": \"" + number + "\"}").outcome());
        assertEquals(20, outcomes.stream().filter("201"::equals).count(), outcomes.toString());
        assertEquals(4, outcomes.stream().filter("409 conflict"::equals).count(), outcomes.toString());
        assertEquals(20, each(people.get(path), "/id").size());
    }

    @Test
    void personsReadScope_onOrganizations_isForbidden() {
        var reader = new Http(people.tenant.server(), people.tenant.token("runtime:persons:read"));
        Reply listed = reader.get(PeopleFixture.BASE + "/persons");
        listed.expect(200);
        assertEquals("403 insufficient_scope", reader.get(PeopleFixture.BASE + "/organizations").outcome());
        assertEquals("403 insufficient_scope", reader.post(PeopleFixture.BASE + "/persons", "{\"name\": \"A\"}").outcome());
    }

    @Test
    void email_isStoredAsSentAndFoundCaseInsensitively() {
        var mira = people.make("/persons", "{\"name\": \"Mira\", \"email\": \"Mira.Rossi@Members.Example\"}");
        var jose = people.make("/persons", "{\"name\": \"Jos\u00e9\", \"email\": \"Jos\u00e9@Caf\u00e9.example\"}");
        assertEquals("Mira.Rossi@Members.Example", people.get("/persons/" + mira).at("/email"));
        assertEquals(List.of(mira), each(people.get("/persons?email=mira.rossi@members.example"), "/id"));
        assertEquals("Jos\u00e9@Caf\u00e9.example", people.get("/persons/" + jose).at("/email"));
        assertEquals(List.of(jose), each(people.get("/persons?email=jos%C3%89@xn--caf-dma.example"), "/id"));
        people.patch("/persons/" + jose, "{\"email\": \"JOSE@cafe.example\"}").expect(200);
        assertEquals(List.of(), each(people.get("/persons?email=jos%C3%89@xn--caf-dma.example"), "/id"));
        assertEquals(List.of(jose), each(people.get("/persons?email=jose@CAFE.example"), "/id"));
        assertProblem("422 validation_failed", "/email", people.post("/persons", "{\"name\": \"A\", \"email\": \"mi\u200bra@members.example\"}"));
    }

    @Test
    void email_ofImportedPerson_isFoundCaseInsensitively() {
        var imports = new ImportFixture().open();
        imports.csv("external_id,name,email\nm-1,Jos\u00e9,JOS\u00c9@caf\u00e9.example\n");
        assertEquals(1, imports.http.get("/api/v1/runtime/persons?email=jos%C3%A9@xn--caf-dma.example").expect(200).json().get("data").size());
        imports.csv("external_id,email\nm-1,Jose@Caf\u00e9.example\n");
        assertEquals(1, imports.http.get("/api/v1/runtime/persons?email=jose@xn--caf-dma.example").expect(200).json().get("data").size());
    }
}
