package org.guildhall.overview;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.core.data.PgProxy;
import org.guildhall.runtime.entitlements.EntitlementFixture;
import org.junit.jupiter.api.Test;

/** The overview of an organization: all its parts in one answer and one round trip, now or at a past instant. */
class OrganizationOverviewTest {

    private static final String BASE = "/api/v1/overview/organizations/";
    /** Fewer than the overview shows of a list. */
    private static final int GRANTS = 90;

    private final EntitlementFixture entitlements = new EntitlementFixture();

    private Reply make(String path, String body) {
        return entitlements.http.post("/api/v1/runtime" + path, body).expect(201);
    }

    /** Creates a person with an organization of their own, which has Public by default. */
    private String[] person(String name) {
        var made = make("/persons", "{\"name\": \"%s\", \"email\": \"%s@members.example\"}".formatted(name, name.toLowerCase(java.util.Locale.ROOT)));
        return new String[] {made.at("/id"), made.at("/personal_organization_id")};
    }

    private void personal() {
        entitlements.http.patch(EntitlementFixture.CATALOG + "/org-types/" + entitlements.orgType, "{\"is_default\": true}").expect(200);
        entitlements.policy("Public");
    }

    private static List<String> each(Reply overview, String part, String... members) {
        var found = new ArrayList<String>();
        overview.expect(200).json().at(part + "/data").forEach(entry -> {
            var texts = new ArrayList<String>();
            for (var member : members) {
                texts.add(entry.at(member).asText());
            }
            found.add(String.join(" ", texts));
        });
        return found;
    }

    private static String same(JsonNode overview, String part, Reply alone) {
        assertEquals(alone.expect(200).json(), overview.at(part));
        return part;
    }

    @Test
    void overview_parts_equalTheirOwnOperations() {
        personal();
        var ada = person("Ada");
        var ben = person("Ben");
        var organization = ada[1];
        make("/organizations/" + organization + "/memberships", "{\"person_id\": \"%s\", \"role\": \"member\"}".formatted(ben[0]));
        var household = entitlements.household("The Rossi family", ada[0], "adult", ben[0], "dependent");
        var grant = make("/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"kind\": \"trial\", \"ends_at\": \"2999-01-01T00:00:00Z\"}"
                .formatted(organization, entitlements.products.get("Standard"))).at("/id");
        var site = make("/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"Garden\"}".formatted(organization, entitlements.integration)).at("/id");
        entitlements.level(organization, "fedwiki.storage_mb", 12);

        var found = entitlements.http.get(BASE + organization).expect(200);
        var json = found.json();
        same(json, "/organization", entitlements.http.get("/api/v1/runtime/organizations/" + organization));
        assertEquals(entitlements.orgType + " personal", found.at("/org_type/id") + " " + found.at("/org_type/key"));
        assertEquals("You are on Standard (FedWiki Service).", found.at("/summary"));
        var listed = entitlements.get(organization, "/entitlements").expect(200).json();
        assertEquals(listed.get("plans"), json.get("plans"));
        assertEquals(listed.get("entitlements"), json.get("entitlements"));
        assertEquals(listed.get("version"), json.get("version"));
        assertEquals(List.of("Ada owner ada@members.example", "Ben member ben@members.example"), each(found, "/people", "/name", "/role", "/email"));
        assertEquals(List.of("Home"), each(found, "/workspaces", "/name"));
        assertEquals(List.of(household + " Ada adult Ben dependent"),
                each(found, "/households", "/id", "/members/0/name", "/members/0/role", "/members/1/name", "/members/1/role"));
        var list = "?organization_id=" + organization + "&sort=-created_at";
        for (var part : List.of("provisions", "grants", "transitions", "sites")) {
            assertEquals(entitlements.http.get("/api/v1/runtime/" + part + list).expect(200).json().get("data"), json.at("/" + part + "/data"), part);
            assertEquals("false", found.at("/" + part + "/has_more"));
        }
        assertEquals(List.of("trial active", "default ended"), each(found, "/provisions", "/cause", "/state"));
        assertEquals(List.of(grant), each(found, "/grants", "/id"));
        assertEquals(List.of(site), each(found, "/sites", "/id"));
    }

    @Test
    void overview_tasks_areTheUnfinishedOnesAboutIt() {
        personal();
        var ada = person("Ada");
        var tasks = "/api/v1/tasks/operational-tasks";
        for (var task : List.of("later\", \"due_at\": \"2999-01-01T00:00:00Z", "late\", \"due_at\": \"2026-01-01T00:00:00Z", "undated", "done")) {
            var body = "{\"title\": \"%s\", \"source\": {\"workflow\": \"Billing\", \"entity_id\": \"%s\"}}".formatted(task, ada[1]);
            entitlements.http.post(tasks, body).expect(201);
        }
        entitlements.http.post(tasks, "{\"title\": \"other\"}").expect(201);
        var done = entitlements.http.get(tasks + "?sort=-created_at&limit=2").expect(200).at("/data/1/id");
        entitlements.http.post(tasks + "/" + done + "/complete", "{\"kind\": \"done\"}").expect(200);
        var found = entitlements.http.get(BASE + ada[1]).expect(200);
        assertEquals(List.of("late true", "later false", "undated false"), each(found, "/tasks", "/title", "/overdue"));
        assertEquals(entitlements.http.get(tasks + "?finished=false&sort=due_at&entity_id=" + ada[1]).expect(200).json().get("data"), found.json().at("/tasks/data"));
    }

    @Test
    void overview_billing_hasWhatNeedsAttention() {
        personal();
        var organization = person("Ada")[1];
        var billing = "/api/v1/billing";
        var connection = String.valueOf(entitlements.http.post(billing + "/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201).at("/id"));
        var stripe = new StripeSender(new Http(entitlements.http.base(), null), connection, StripeSender.SECRET);
        long now = Instant.now().getEpochSecond();
        stripe.send(StripeSender.event("evt_1", "customer.subscription.created", now, StripeBodies.object("id", "sub_1", "customer", "cus_harbour",
                "status", "active", "items", StripeBodies.object("data", List.of())))).expect(200);
        stripe.send(StripeSender.event("evt_2", "customer.subscription.deleted", now, StripeBodies.object("id", "sub_2", "customer", "cus_harbour",
                "status", "canceled", "items", StripeBodies.object("data", List.of())))).expect(200);
        stripe.send(StripeSender.event("evt_3", "invoice.finalized", now, StripeBodies.invoice("in_1", "open"))).expect(200);
        stripe.send(StripeSender.event("evt_4", "invoice.paid", now, StripeBodies.invoice("in_2", "paid"))).expect(200);
        stripe.send(StripeSender.event("evt_5", "charge.failed", now, StripeBodies.charge("ch_1", "pi_1", "failed", now))).expect(200);
        stripe.send(StripeSender.event("evt_6", "charge.succeeded", now, StripeBodies.charge("ch_2", "pi_2", "succeeded", now))).expect(200);
        assertEquals("0 0 0", billed(organization));
        var account = entitlements.http.get(billing + "/accounts").expect(200).at("/data/0/id");
        entitlements.http.post(billing + "/accounts/" + account + "/link", "{\"organization_id\": \"" + organization + "\"}").expect(200);
        assertEquals("1 1 1", billed(organization));
        var found = entitlements.http.get(BASE + organization).expect(200);
        var alone = entitlements.http.get(billing + "/subscriptions?state=active").expect(200).at("/data/0/id");
        assertEquals(alone + " sub_1", found.at("/subscriptions/data/0/id") + " " + found.at("/subscriptions/data/0/provider_reference"));
        assertEquals(entitlements.http.get(billing + "/invoices?state=open").expect(200).json().get("data"), found.json().at("/open_invoices/data"));
        assertEquals(entitlements.http.get(billing + "/payments?state=failed").expect(200).json().get("data"), found.json().at("/failed_payments/data"));
    }

    private String billed(String organization) {
        var found = entitlements.http.get(BASE + organization).expect(200).json();
        return found.at("/subscriptions/data").size() + " " + found.at("/open_invoices/data").size() + " " + found.at("/failed_payments/data").size();
    }

    @Test
    void overview_etag_changesWithAnyPart() {
        personal();
        var ada = person("Ada");
        var path = BASE + ada[1];
        var tag = String.valueOf(entitlements.http.get(path).expect(200).header("ETag"));
        entitlements.http.get(path, "If-None-Match", tag).expect(304);
        entitlements.http.patch("/api/v1/runtime/persons/" + ada[0], "{\"name\": \"Ada L.\"}").expect(200);
        var changed = entitlements.http.get(path, "If-None-Match", tag).expect(200);
        assertNotEquals(tag, changed.header("ETag"));
        assertEquals("Ada L.", changed.at("/people/data/0/name"));
    }

    @Test
    void overview_parts_limitedToNewestHundred() {
        var organization = entitlements.organization();
        entitlements.product("Extra");
        var now = Instant.now();
        String newest = "";
        for (int more = 0; more < 101; more++) {
            newest = entitlements.addon(organization, "Extra", now.minusSeconds(60), null);
        }
        var found = entitlements.http.get(BASE + organization).expect(200);
        assertEquals(100, found.json().at("/provisions/data").size());
        assertEquals("true", found.at("/provisions/has_more"));
        assertEquals(newest, found.at("/provisions/data/0/id"));
        assertEquals("false", found.at("/grants/has_more"));
    }

    @Test
    void overview_people_firstHundredOwnersFirst() {
        personal();
        var organization = person("Ada")[1];
        entitlements.sql("""
                with people as (
                    insert into runtime.persons (tenant_id, name) select ?, 'P' || n from generate_series(1, 101) n returning tenant_id, id, name)
                insert into runtime.memberships (tenant_id, organization_id, person_id, role)
                select tenant_id, ?, id, case name when 'P101' then 'admin' else 'member' end from people""", entitlements.tenant.id(), EntitlementFixture.uuid(organization));
        var found = entitlements.http.get(BASE + organization).expect(200);
        var people = each(found, "/people", "/name", "/role");
        assertEquals(100, people.size());
        assertEquals(List.of("Ada owner", "P101 admin"), people.subList(0, 2));
        assertEquals("true", found.at("/people/has_more"));
        assertEquals(people, each(entitlements.http.get(BASE + organization + "?at=" + Instant.now().minusMillis(1)), "/people", "/name", "/role"));
    }

    @Test
    void overview_withAt_showsThatInstant() throws InterruptedException {
        personal();
        var ada = person("Ada");
        var organization = ada[1];
        var grant = make("/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(organization, entitlements.products.get("Standard"))).at("/id");
        var move = make("/organizations/" + organization + "/transitions", "{\"kind\": \"downgrade\", \"target_tier_id\": \"%s\", \"effective_at\": \"2999-01-01T00:00:00Z\"}"
                .formatted(entitlements.tiers.get("Public"))).at("/id");
        Thread.sleep(5);
        var then = entitlements.http.get("/api/v1/runtime/organizations/" + organization + "/pool").expect(200).at("/updated_at");
        var at = Instant.parse(String.valueOf(then)).plusNanos(1_000_000);
        Thread.sleep(5);
        entitlements.http.post("/api/v1/runtime/transitions/" + move + "/cancel", "{}").expect(200);
        entitlements.http.post("/api/v1/runtime/grants/" + grant + "/revoke", "{}").expect(200);
        var ben = person("Ben");
        make("/organizations/" + organization + "/memberships", "{\"person_id\": \"%s\", \"role\": \"admin\"}".formatted(ben[0]));
        make("/organizations/" + organization + "/workspaces", "{\"name\": \"Boathouse\"}");

        var now = entitlements.http.get(BASE + organization).expect(200);
        assertEquals("You are on Public (FedWiki Service).", now.at("/summary"));
        assertEquals(List.of("Ada", "Ben"), each(now, "/people", "/name"));
        assertEquals(List.of("Boathouse", "Home"), each(now, "/workspaces", "/name"));
        assertEquals(List.of("revoked"), each(now, "/grants", "/state"));

        var past = entitlements.http.get(BASE + organization + "?at=" + at).expect(200);
        assertEquals("You were on Standard (FedWiki Service).", past.at("/summary"));
        assertEquals(List.of("Ada"), each(past, "/people", "/name"));
        assertEquals(List.of("Home"), each(past, "/workspaces", "/name"));
        assertEquals(List.of("active"), each(past, "/grants", "/state"));
        assertEquals(List.of("grant active", "default ended"), each(past, "/provisions", "/cause", "/state"));
        assertEquals(List.of("downgrade scheduled", "upgrade done", "initiate done"), each(past, "/transitions", "/kind", "/state"));
        assertEquals(List.of("end done", "downgrade canceled", "upgrade done", "initiate done"), each(now, "/transitions", "/kind", "/state"));
        assertEquals("16", EntitlementFixture.of(past, "fedwiki.sites").get("limit").asText());

        assertEquals("404 not_found", entitlements.http.get(BASE + organization + "?at=2020-01-01T00:00:00Z").outcome());
        assertEquals("400 invalid_parameter", entitlements.http.get(BASE + organization + "?at=2999-01-01T00:00:00Z").outcome());
    }

    @Test
    void overview_read_isOneRoundTrip() throws IOException {
        personal();
        var ada = person("Ada");
        entitlements.household("The Rossi family", ada[0], "adult");
        make("/sites", "{\"organization_id\": \"%s\", \"integration_id\": \"%s\", \"name\": \"Garden\"}".formatted(ada[1], entitlements.integration));
        var at = Instant.now().toString();
        try (var proxy = new PgProxy(TestServer.shared().settings().database());
                var node = TestServer.shared().node(settings -> TestServer.reached(settings, proxy.through()))) {
            var http = entitlements.http.on(node);
            for (var query : List.of("", "?at=" + at)) {
                http.get(BASE + ada[1] + query).expect(200);
                long least = Long.MAX_VALUE;
                for (int count = 0; count < 12; count++) {
                    long before = proxy.trips();
                    http.get(BASE + ada[1] + query).expect(200);
                    least = Math.min(least, proxy.trips() - before);
                }
                assertEquals(1, least, query);
            }
        }
    }

    /** A grant and its provision are committed together, so an overview has both or neither. */
    @Test
    void overview_besideGrants_isOfOneInstant() throws Exception {
        personal();
        var organization = person("Ada")[1];
        var product = entitlements.product("Extra");
        var grant = "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"reason\": \"By the board.\"}".formatted(organization, product);
        var granting = CompletableFuture.runAsync(() -> {
            for (int count = 0; count < GRANTS; count++) {
                make("/grants", grant);
            }
        }, task -> Thread.ofPlatform().start(task));
        int reads = 0;
        while (!granting.isDone()) {
            var overview = entitlements.http.get(BASE + organization).expect(200);
            var provided = new ArrayList<>(each(overview, "/provisions", "/grant_id"));
            provided.removeIf(id -> id.equals("null"));
            assertEquals(each(overview, "/grants", "/id"), provided);
            reads++;
        }
        granting.get(1, TimeUnit.MINUTES);
        assertTrue(reads > 0);
    }

    @Test
    void overview_ofOtherTenant_notFound() {
        var organization = entitlements.organization();
        assertTrue(entitlements.http.get(BASE + organization).expect(200).text().contains(organization));
        var other = new Http(TestServer.shared(), TestServer.shared().tenant().token());
        assertEquals("404 not_found", other.get(BASE + organization).outcome());
        assertEquals("404 not_found", other.get(BASE + organization + "?at=2026-01-01T00:00:00Z").outcome());
    }
}
