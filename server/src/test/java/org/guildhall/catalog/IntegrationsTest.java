package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.junit.jupiter.api.Test;

class IntegrationsTest {

    private final CatalogFixture shelf = new CatalogFixture();

    private static List<String> keys(Reply integration) {
        var found = new ArrayList<String>();
        integration.json().get("resource_keys").forEach(key -> found.add(key.get("key").asText() + ":" + key.get("kind").asText()));
        return found;
    }

    /** An integration with one key, which ends in {@code x}. */
    private String integration(String key) {
        return shelf.make("/integrations", """
                {"key": "%s", "name": "N", "resource_keys": [{"key": "%s.x", "display_name": "X", "kind": "limit"}]}""".formatted(key, key));
    }

    private String rule(String resourceKey) {
        return shelf.make("/entitlement-sets/" + shelf.set("S") + "/rules", "{\"resource_key\": \"%s\", \"kind\": \"limit\", \"limit_value\": 1}".formatted(resourceKey));
    }

    @Test
    void anIntegrationRegistersItsKeysAndShowsThemByName() {
        var made = shelf.post("/integrations", """
                {"key": "mail", "name": "Mail", "external_id": "m", "provisioning_endpoint": "https://mail.example/p", "resource_keys": [
                  {"key": "mail.lists", "display_name": "Lists", "kind": "limit"},
                  {"key": "mail.archive", "display_name": "Archive", "unit": null, "kind": "boolean"},
                  {"key": "mail.a_day", "display_name": "A day", "unit": "mails", "kind": "allowance"}]}""").expect(201);
        assertEquals(List.of("mail.a_day:allowance", "mail.archive:boolean", "mail.lists:limit"), keys(made));
        assertNull(made.at("/resource_keys/2/unit"));
        assertEquals("mails", made.at("/resource_keys/0/unit"));
        assertEquals(made.text(), shelf.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void aSecondIntegrationNeedsNothingButItsManifest() {
        shelf.fedwiki();
        integration("matrix");
        rule("matrix.x");
        rule("fedwiki.sites");
    }

    @Test
    void everyKeyThatIsNotItsOwnOrStandsTwiceIsPointedAt() {
        var refused = shelf.post("/integrations", """
                {"key": "mail", "name": "Mail", "resource_keys": [
                  {"key": "mail.lists", "display_name": "Lists", "kind": "limit"},
                  {"key": "fedwiki.sites", "display_name": "Sites", "kind": "limit"},
                  {"key": "mail.lists", "display_name": "Again", "kind": "limit"},
                  {"key": "mailing.lists", "display_name": "Nearly", "kind": "limit"}]}""");
        assertProblem("422 validation_failed", "/resource_keys/1/key", refused);
        assertEquals("/resource_keys/2/key", refused.at("/errors/1/pointer"));
        assertEquals("repeated", refused.at("/errors/1/code"));
        assertEquals("/resource_keys/3/key", refused.at("/errors/2/pointer"));
    }

    @Test
    void aKeyAndAnExternalIdAreTakenOnce() {
        shelf.make("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\", \"external_id\": \"m\"}");
        assertProblem("409 already_exists", "/key", shelf.post("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\"}"));
        assertProblem("409 already_exists", "/external_id", shelf.post("/integrations", "{\"key\": \"mail2\", \"name\": \"Mail\", \"external_id\": \"m\"}"));
    }

    @Test
    void anEndpointMustBeHttps() {
        assertProblem("422 validation_failed", "/provisioning_endpoint",
                shelf.post("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\", \"provisioning_endpoint\": \"http://mail.example\"}"));
    }

    @Test
    void aPatchReplacesTheListOfKeysWhereNothingDependsOnWhatLeaves() {
        var path = "/integrations/" + shelf.fedwiki();
        var changed = shelf.patch(path, """
                {"resource_keys": [
                  {"key": "fedwiki.sites", "display_name": "All sites", "unit": "sites", "kind": "allowance"},
                  {"key": "fedwiki.pages", "display_name": "Pages", "kind": "limit"}]}""").expect(200);
        assertEquals(List.of("fedwiki.pages:limit", "fedwiki.sites:allowance"), keys(changed));
        assertEquals("All sites", changed.at("/resource_keys/1/display_name"));
        assertEquals("2", changed.at("/version"));
        assertEquals(changed.text(), shelf.get(path).text());
        assertProblem("422 validation_failed", "/resource_keys/0/key",
                shelf.patch(path, "{\"resource_keys\": [{\"key\": \"mail.lists\", \"display_name\": \"L\", \"kind\": \"limit\"}]}"));
    }

    @Test
    void theSameKeysInAnotherOrderChangeNothing() {
        var path = "/integrations/" + shelf.fedwiki();
        var same = shelf.patch(path, """
                {"resource_keys": [
                  {"key": "fedwiki.uploads", "display_name": "Uploads", "unit": "files", "kind": "allowance"},
                  {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "fedwiki.domains", "display_name": "Custom domains", "kind": "boolean"}]}""").expect(200);
        assertEquals("1", same.at("/version"));
    }

    @Test
    void aKeyThatARuleNamesOrNamedNeitherLeavesNorChangesItsKind() {
        var path = "/integrations/" + shelf.fedwiki();
        var rule = rule("fedwiki.sites");
        var without = "{\"resource_keys\": [{\"key\": \"fedwiki.domains\", \"display_name\": \"Custom domains\", \"kind\": \"boolean\"}]}";
        assertProblem("409 in_use", shelf.patch(path, without));
        assertProblem("409 in_use", shelf.patch(path, "{\"resource_keys\": [{\"key\": \"fedwiki.sites\", \"display_name\": \"Sites\", \"kind\": \"allowance\"}]}"));
        shelf.act("/entitlement-rules/" + rule + "/end").expect(200);
        assertProblem("409 in_use", shelf.patch(path, without));
        shelf.patch(path, "{\"resource_keys\": [{\"key\": \"fedwiki.sites\", \"display_name\": \"Wikis\", \"unit\": \"wikis\", \"kind\": \"limit\"}]}").expect(200);
    }

    @Test
    void anIntegrationIsArchivedOnceNoActiveRuleNamesItsKeys() {
        var path = "/integrations/" + shelf.fedwiki();
        var rule = rule("fedwiki.sites");
        assertProblem("409 in_use", shelf.act(path + "/archive"));
        shelf.act("/entitlement-rules/" + rule + "/end").expect(200);
        assertEquals("archived", shelf.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", shelf.act(path + "/archive"));
        assertProblem("409 invalid_state", shelf.patch(path, "{\"name\": \"N\"}"));
        assertProblem("422 validation_failed", "/resource_key",
                shelf.post("/entitlement-sets/" + shelf.set("T") + "/rules", "{\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1}"));
    }

    @Test
    void anArchivingAndANewRuleNeverBothHappen() throws Exception {
        for (int round = 0; round < 8; round++) {
            var key = "race" + round;
            var integration = integration(key);
            var set = shelf.set("S");
            var replies = CatalogFixture.atOnce(List.of(
                    () -> shelf.act("/integrations/" + integration + "/archive"),
                    () -> shelf.post("/entitlement-sets/" + set + "/rules", "{\"resource_key\": \"%s.x\", \"kind\": \"limit\", \"limit_value\": 1}".formatted(key))));
            var outcomes = replies.stream().map(Reply::outcome).toList();
            assertTrue(outcomes.equals(List.of("200", "422 validation_failed")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void listsShowTheKeysOfEachAndAreFiltered() {
        shelf.fedwiki();
        shelf.make("/integrations", "{\"key\": \"mail\", \"name\": \"A mail\", \"external_id\": \"m\"}");
        assertEquals(List.of("mail", "fedwiki"), each(shelf.get("/integrations?sort=name"), "/key"));
        assertEquals("fedwiki.sites", shelf.get("/integrations?key=fedwiki").at("/data/0/resource_keys/1/key"));
        assertEquals(List.of("mail"), each(shelf.get("/integrations?external_id=m"), "/key"));
        assertEquals(List.of(), each(shelf.get("/integrations?state=archived"), "/key"));
        assertProblem("404 not_found", new CatalogFixture().get("/integrations/" + shelf.get("/integrations?key=mail").at("/data/0/id")));
    }
}
