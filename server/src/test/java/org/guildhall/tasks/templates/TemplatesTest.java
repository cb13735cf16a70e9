package org.guildhall.tasks.templates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Templates over HTTP, and messages that are made from them. */
class TemplatesTest {

    private static final String TEMPLATES = "/api/v1/tasks/templates";
    private static final String MESSAGES = "/api/v1/tasks/messages";
    private static final String MIRA = "\"variables\": {\"name\": \"Mira\"}";

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Http http = new Http(tenant.server(), tenant.token());

    @BeforeEach
    void transport() {
        http.post("/api/v1/tasks/transports", """
                {"name": "Mail", "smtp": {"host": "smtp.mail.example"}, "is_default": true, "sender": {"address": "hello@winterstreet.example"}}""").expect(201);
    }

    private Reply create(String language, String more) {
        return http.post(TEMPLATES, """
                {"key": "trial", "category": "reminder", "language": "%s", "subject": "Hi {{name}}", "body": "See you, {{name}}.%s",
                 "variables": [{"name": "name"}]}""".formatted(language, more));
    }

    private String created(String language) {
        return TEMPLATES + "/" + create(language, "").expect(201).at("/id");
    }

    private String published(String language) {
        var template = created(language);
        http.post(template + "/publish", null).expect(200);
        return template;
    }

    private Reply message(String template) {
        return http.post(MESSAGES, """
                {"to": {"address": "mira@members.example"}, "send_after": "2999-01-01T00:00:00Z", "template": {%s}}""".formatted(template));
    }

    private static String mistake(Reply reply) {
        return reply.outcome() + " " + reply.at("/errors/0/pointer") + " " + reply.at("/errors/0/code");
    }

    @Test
    void message_keepsTheTextOfItsVersion() {
        var template = published("en");
        var before = message("\"key\": \"trial\", " + MIRA).expect(201);
        http.patch(template, "{\"body\": \"Bye, {{name}}.\"}").expect(200);
        var after = message("\"key\": \"trial\", \"language\": \"en\", " + MIRA).expect(201);
        assertEquals("Hi Mira: See you, Mira. reminder text", before.at("/subject") + ": " + before.at("/body") + " " + before.at("/category") + " " + before.at("/format"));
        assertEquals("See you, Mira.", http.get(MESSAGES + "/" + before.at("/id")).at("/body"));
        assertEquals("Bye, Mira.", after.at("/body"));
        assertEquals("2 3", before.at("/template/template_version") + " " + after.at("/template/template_version"));
        assertEquals(template, TEMPLATES + "/" + after.at("/template/template_id"));
        assertNull(http.post(MESSAGES, """
                {"to": {"address": "mira@members.example"}, "subject": "S", "body": "{{name}}"}""").expect(201).at("/template"));
    }

    @Test
    void draftsAndArchivedTemplates_arentUsed() {
        var template = created("en");
        var id = "\"template_id\": \"" + template.substring(TEMPLATES.length() + 1) + "\", ";
        assertEquals("422 validation_failed /template/template_id invalid_state", mistake(message(id + MIRA)));
        assertEquals("422 validation_failed /template/key unknown_reference", mistake(message("\"key\": \"trial\", " + MIRA)));
        assertEquals("Hi Mira", http.post(template + "/render", "{" + MIRA + "}").expect(200).at("/subject"));
        http.post(template + "/publish", null).expect(200);
        assertEquals("409 invalid_state", http.post(template + "/publish", null).outcome());
        message(id + MIRA).expect(201);
        http.post(template + "/archive", null).expect(200);
        assertEquals("409 invalid_state", http.post(template + "/archive", null).outcome());
        assertEquals("409 invalid_state", http.patch(template, "{\"body\": \"B\"}").outcome());
        assertEquals("422 validation_failed /template/template_id invalid_state", mistake(message(id + MIRA)));
        // The key is free again.
        published("en");
        message("\"key\": \"trial\", " + MIRA).expect(201);
    }

    @Test
    void keyWithTwoLanguages_needsOne() {
        published("en");
        assertEquals("409 already_exists", create("en", "").outcome());
        published("de");
        assertEquals("422 validation_failed /template/language required", mistake(message("\"key\": \"trial\", " + MIRA)));
        message("\"key\": \"trial\", \"language\": \"de\", " + MIRA).expect(201);
        assertEquals("422 validation_failed /template/key unknown_reference", mistake(message("\"key\": \"trial\", \"language\": \"fr\", " + MIRA)));
        assertEquals(2, http.get(TEMPLATES + "?key=trial").expect(200).json().get("data").size());
    }

    @Test
    void wrongValues_arePointedAt() {
        var template = published("en");
        assertEquals("422 validation_failed /template/variables/name required", mistake(message("\"key\": \"trial\"")));
        assertEquals("422 validation_failed /template/variables/other unknown",
                mistake(message("\"key\": \"trial\", \"variables\": {\"name\": \"M\", \"other\": \"x\"}")));
        assertEquals("422 validation_failed /template/variables/name pattern",
                mistake(message("\"key\": \"trial\", \"variables\": {\"name\": \"M\\r\\nBcc: all@x.example\"}")));
        assertEquals("422 validation_failed /variables/name required", mistake(http.post(template + "/render", "{\"variables\": {}}")));
        assertEquals("422 validation_failed /body unknown", mistake(create("de", "{{other}}")));
        assertEquals("422 validation_failed /body placeholder", mistake(create("de", "{{#name}}")));
        assertEquals("422 validation_failed /body unknown", mistake(http.patch(template, "{\"variables\": [], \"subject\": \"S\"}")));
    }

    @Test
    void message_hasATextOrATemplate() {
        published("en");
        assertEquals("422 validation_failed /subject required", mistake(http.post(MESSAGES, "{\"to\": {\"address\": \"mira@members.example\"}, \"body\": \"B\"}")));
        var both = http.post(MESSAGES, """
                {"to": {"address": "mira@members.example"}, "subject": "S", "format": "html", "category": "marketing", "template": {"key": "trial"}}""");
        assertEquals("422 validation_failed /subject excluded", mistake(both));
        assertEquals(3, both.json().get("errors").size());
        assertEquals("422 validation_failed /template excluded", mistake(message(MIRA)));
        assertEquals("422 validation_failed /template/language excluded",
                mistake(message("\"template_id\": \"tpl_01m85v2c8k9e4rb6s3x7w0hnfq\", \"language\": \"en\"")));
    }
}
