package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.CONSUMERS;
import static org.guildhall.platform.PlatformFixture.EVENTS;
import static org.guildhall.platform.PlatformFixture.consumerBody;
import static org.guildhall.platform.PlatformFixture.pointers;
import static org.guildhall.platform.PlatformFixture.texts;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConsumersTest {

    private final PlatformFixture platform = new PlatformFixture();

    @Test
    void consumer_isReadAsCreated() {
        var created = platform.admin.post(CONSUMERS, """
                {"name": "Front desk kiosk", "owner_name": "Maria Rossi", "contact_email": "maria@winterstreet.example",
                 "scopes": ["catalog:read"], "external_id": "kiosk-1", "rate_limit": {"limit": 600, "window_seconds": 60}}""").expect(201);
        assertEquals("operator", created.at("/acts_as"));
        assertEquals("active", created.at("/state"));
        assertEquals("600", created.at("/rate_limit/limit"));
        assertEquals(created.text(), platform.admin.get(String.valueOf(created.header("Location"))).expect(200).text());
    }

    @Test
    void invalidMembers_areAllReported() {
        var refused = platform.admin.post(CONSUMERS, """
                {"name": "", "owner_name": "Two\\nlines", "contact_email": "nobody", "scopes": ["catalog:everything"], "acts_as": "root",
                 "rate_limit": {"limit": 0}, "note": "?"}""");
        assertEquals("422 validation_failed", refused.outcome());
        assertEquals(Set.of("/name", "/owner_name", "/contact_email", "/scopes/0", "/acts_as", "/rate_limit/limit",
                "/rate_limit/window_seconds", "/note"), Set.copyOf(pointers(refused)));
        assertEquals("422 validation_failed", platform.admin.post(CONSUMERS, consumerBody("operator")).outcome());
        assertEquals("422 validation_failed", platform.admin.post(CONSUMERS, consumerBody("operator", "catalog:read", "catalog:read")).outcome());
    }

    @Test
    void patch_keepsAbsentMembers_nullRemovesTheLimit() {
        var path = CONSUMERS + "/" + platform.consumer("catalog:read");
        var limited = platform.admin.patch(path, "{\"rate_limit\": {\"limit\": 5, \"window_seconds\": 60}, \"external_id\": \"own\"}").expect(200);
        assertEquals("5", limited.at("/rate_limit/limit"));
        assertEquals("Maria Rossi", limited.at("/owner_name"));
        var merged = platform.admin.patch(path, "{\"rate_limit\": {\"limit\": 6}}").expect(200);
        assertEquals("60", merged.at("/rate_limit/window_seconds"));
        var unlimited = platform.admin.patch(path, "{\"rate_limit\": null, \"external_id\": null}").expect(200);
        assertTrue(unlimited.json().get("rate_limit").isNull() && unlimited.json().get("external_id").isNull());
        assertEquals("4", unlimited.at("/version"));
        assertEquals("4", platform.admin.patch(path, "{\"rate_limit\": null, \"acts_as\": \"operator\"}").expect(200).at("/version"));
        assertEquals("422 validation_failed", platform.admin.patch(path, "{\"owner_name\": null}").outcome());
        assertEquals("422 validation_failed", platform.admin.patch(path, "{\"scopes\": []}").outcome());
    }

    @Test
    void externalId_isUniqueWithinTheTenant() {
        var path = CONSUMERS + "/" + platform.consumer("catalog:read");
        platform.admin.patch(path, "{\"external_id\": \"crm-1\"}").expect(200);
        var other = CONSUMERS + "/" + platform.consumer("catalog:read");
        assertEquals("409 already_exists", platform.admin.patch(other, "{\"external_id\": \"crm-1\"}").outcome());
        var elsewhere = new PlatformFixture();
        elsewhere.admin.patch(CONSUMERS + "/" + elsewhere.consumer("catalog:read"), "{\"external_id\": \"crm-1\"}").expect(200);
        assertEquals("404 not_found", elsewhere.admin.get(path).outcome());
        assertEquals("404 not_found", elsewhere.admin.patch(path, "{\"name\": \"Mine\"}").outcome());
        assertEquals("404 not_found", elsewhere.admin.post(path + "/archive", null).outcome());
    }

    @Test
    void archivedConsumer_canOnlyBeRead() {
        var path = CONSUMERS + "/" + platform.consumer("catalog:read");
        var archived = platform.admin.post(path + "/archive", null).expect(200);
        assertEquals("archived", archived.at("/state"));
        assertEquals(archived.text(), platform.admin.get(path).expect(200).text());
        assertEquals("409 invalid_state", platform.admin.patch(path, "{\"name\": \"Late\"}").outcome());
        assertEquals("409 invalid_state", platform.admin.post(path + "/archive", null).outcome());
    }

    @Test
    void consumers_areFilteredByTheirMembers() {
        var member = PlatformFixture.id(platform.admin.post(CONSUMERS, consumerBody("member", "catalog:read").replace("\"Desk\"", "\"Aaa\"")));
        var archived = platform.consumer("catalog:read");
        platform.admin.post(CONSUMERS + "/" + archived + "/archive", null).expect(200);
        assertEquals(List.of(member), ids("?acts_as=member"));
        assertEquals(List.of(archived), ids("?state=archived"));
        assertEquals(member, ids("?sort=name").getFirst());
        assertEquals(archived, ids("?limit=1").getFirst());
        platform.admin.patch(CONSUMERS + "/" + member, "{\"external_id\": \"m\"}").expect(200);
        assertEquals(List.of(member), ids("?external_id=m"));
        var created = PlatformFixture.text(platform.admin.get(CONSUMERS + "/" + archived), "/created_at");
        assertFalse(ids("?created_after=" + created).contains(archived));
        assertFalse(ids("?created_before=" + created).contains(archived));
        assertEquals("3", platform.admin.get(CONSUMERS + "?include_total=true&limit=1").at("/page/total"));
    }

    private List<String> ids(String query) {
        return platform.admin.get(CONSUMERS + query).expect(200).json().get("data").findValuesAsText("id");
    }

    @Test
    void contactEmail_isNotInTheTrail() {
        var consumer = platform.consumer("catalog:read");
        platform.admin.patch(CONSUMERS + "/" + consumer, "{\"contact_email\": \"other@winterstreet.example\", \"scopes\": %s}"
                .formatted(texts("catalog:read", "catalog:write"))).expect(200);
        var history = platform.admin.get(EVENTS + "?entity_id=" + consumer).expect(200);
        assertEquals(List.of("consumer.updated", "consumer.created"), history.json().get("data").findValuesAsText("action"));
        assertFalse(history.text().contains("@winterstreet.example"), history.text());
        assertEquals("[personal]", history.at("/data/0/after/contact_email"));
        assertEquals("Maria Rossi", history.at("/data/0/before/owner_name"));
    }
}
