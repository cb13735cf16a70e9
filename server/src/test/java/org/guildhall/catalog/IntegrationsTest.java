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

    private final CatalogFixture catalog = new CatalogFixture();

    private static List<String> keys(Reply integration) {
        var found = new ArrayList<String>();
        integration.json().get("resource_keys").forEach(key -> found.add(key.get("key").asText() + ":" + key.get("kind").asText()));
        return found;
    }

    /** An integration with one key, which ends in {@code x}. */
    private String integration(String key) {
        return catalog.make("/integrations", """
                {"key": "%s", "name": "N", "resource_keys": [{"key": "%s.x", "display_name": "X", "kind": "limit"}]}""".formatted(key, key));
    }

    private String rule(String resourceKey) {
        return catalog.make("/entitlement-sets/" + catalog.set("S") + "/rules", "{\"resource_key\": \"%s\", \"kind\": \"limit\", \"limit_value\": 1}".formatted(resourceKey));
    }

    @Test
    void integration_created_listsItsKeysByName() {
        var made = catalog.post("/integrations", """
                {"key": "mail", "name": "Mail", "external_id": "m", "provisioning_endpoint": "https://mail.example/p", "resource_keys": [
                  {"key": "mail.lists", "display_name": "Lists", "kind": "limit"},
                  {"key": "mail.archive", "display_name": "Archive", "unit": null, "kind": "boolean"},
                  {"key": "mail.a_day", "display_name": "A day", "unit": "mails", "kind": "allowance"}]}""").expect(201);
        assertEquals(List.of("mail.a_day:allowance", "mail.archive:boolean", "mail.lists:limit"), keys(made));
        assertNull(made.at("/resource_keys/2/unit"));
        assertEquals("mails", made.at("/resource_keys/0/unit"));
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void secondIntegration_created_fromItsManifestAlone() {
        catalog.fedwiki();
        integration("matrix");
        rule("matrix.x");
        rule("fedwiki.sites");
    }

    @Test
    void foreignOrDuplicateKeys_eachReportedAtItsPointer() {
        var refused = catalog.post("/integrations", """
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
    void keyAndExternalId_usedAgain_refused() {
        catalog.make("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\", \"external_id\": \"m\"}");
        assertProblem("409 already_exists", "/key", catalog.post("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\"}"));
        assertProblem("409 already_exists", "/external_id", catalog.post("/integrations", "{\"key\": \"mail2\", \"name\": \"Mail\", \"external_id\": \"m\"}"));
    }

    @Test
    void endpoint_notHttps_refused() {
        assertProblem("422 validation_failed", "/provisioning_endpoint",
                catalog.post("/integrations", "{\"key\": \"mail\", \"name\": \"Mail\", \"provisioning_endpoint\": \"http://mail.example\"}"));
    }

    @Test
    void patch_unusedKeys_replacesTheList() {
        var path = "/integrations/" + catalog.fedwiki();
        var changed = catalog.patch(path, """
                {"resource_keys": [
                  {"key": "fedwiki.sites", "display_name": "All sites", "unit": "sites", "kind": "allowance"},
                  {"key": "fedwiki.pages", "display_name": "Pages", "kind": "limit"}]}""").expect(200);
        assertEquals(List.of("fedwiki.pages:limit", "fedwiki.sites:allowance"), keys(changed));
        assertEquals("All sites", changed.at("/resource_keys/1/display_name"));
        assertEquals("2", changed.at("/version"));
        assertEquals(changed.text(), catalog.get(path).text());
        assertProblem("422 validation_failed", "/resource_keys/0/key",
                catalog.patch(path, "{\"resource_keys\": [{\"key\": \"mail.lists\", \"display_name\": \"L\", \"kind\": \"limit\"}]}"));
    }

    @Test
    void patch_sameKeysReordered_changesNothing() {
        var path = "/integrations/" + catalog.fedwiki();
        var same = catalog.patch(path, """
                {"resource_keys": [
                  {"key": "fedwiki.uploads", "display_name": "Uploads", "unit": "files", "kind": "allowance"},
                  {"key": "fedwiki.sites", "display_name": "Sites", "unit": "sites", "kind": "limit"},
                  {"key": "fedwiki.domains", "display_name": "Custom domains", "kind": "boolean"}]}""").expect(200);
        assertEquals("1", same.at("/version"));
    }

    @Test
    void keyUsedByRule_removedOrChangedKind_refused() {
        var path = "/integrations/" + catalog.fedwiki();
        var rule = rule("fedwiki.sites");
        var without = "{\"resource_keys\": [{\"key\": \"fedwiki.domains\", \"display_name\": \"Custom domains\", \"kind\": \"boolean\"}]}";
        assertProblem("409 in_use", catalog.patch(path, without));
        assertProblem("409 in_use", catalog.patch(path, "{\"resource_keys\": [{\"key\": \"fedwiki.sites\", \"display_name\": \"Sites\", \"kind\": \"allowance\"}]}"));
        catalog.act("/entitlement-rules/" + rule + "/end").expect(200);
        assertProblem("409 in_use", catalog.patch(path, without));
        catalog.patch(path, "{\"resource_keys\": [{\"key\": \"fedwiki.sites\", \"display_name\": \"Wikis\", \"unit\": \"wikis\", \"kind\": \"limit\"}]}").expect(200);
    }

    @Test
    void archive_afterLastActiveRuleEnded_allowed() {
        var path = "/integrations/" + catalog.fedwiki();
        var rule = rule("fedwiki.sites");
        assertProblem("409 in_use", catalog.act(path + "/archive"));
        catalog.act("/entitlement-rules/" + rule + "/end").expect(200);
        assertEquals("archived", catalog.act(path + "/archive").expect(200).at("/state"));
        assertProblem("409 invalid_state", catalog.act(path + "/archive"));
        assertProblem("409 invalid_state", catalog.patch(path, "{\"name\": \"N\"}"));
        assertProblem("422 validation_failed", "/resource_key",
                catalog.post("/entitlement-sets/" + catalog.set("T") + "/rules", "{\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1}"));
    }

    @Test
    void archiveAndNewRule_parallel_onlyOneHappens() throws Exception {
        for (int round = 0; round < 8; round++) {
            var key = "race" + round;
            var integration = integration(key);
            var set = catalog.set("S");
            var replies = CatalogFixture.atOnce(List.of(
                    () -> catalog.act("/integrations/" + integration + "/archive"),
                    () -> catalog.post("/entitlement-sets/" + set + "/rules", "{\"resource_key\": \"%s.x\", \"kind\": \"limit\", \"limit_value\": 1}".formatted(key))));
            var outcomes = replies.stream().map(Reply::outcome).toList();
            assertTrue(outcomes.equals(List.of("200", "422 validation_failed")) || outcomes.equals(List.of("409 in_use", "201")), outcomes.toString());
        }
    }

    @Test
    void list_showsKeysAndIsFiltered() {
        catalog.fedwiki();
        catalog.make("/integrations", "{\"key\": \"mail\", \"name\": \"A mail\", \"external_id\": \"m\"}");
        assertEquals(List.of("mail", "fedwiki"), each(catalog.get("/integrations?sort=name"), "/key"));
        assertEquals("fedwiki.sites", catalog.get("/integrations?key=fedwiki").at("/data/0/resource_keys/1/key"));
        assertEquals(List.of("mail"), each(catalog.get("/integrations?external_id=m"), "/key"));
        assertEquals(List.of(), each(catalog.get("/integrations?state=archived"), "/key"));
        assertProblem("404 not_found", new CatalogFixture().get("/integrations/" + catalog.get("/integrations?key=mail").at("/data/0/id")));
    }
}
