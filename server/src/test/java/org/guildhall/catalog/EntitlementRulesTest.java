package org.guildhall.catalog;

import static org.guildhall.catalog.CatalogFixture.assertProblem;
import static org.guildhall.catalog.CatalogFixture.each;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EntitlementRulesTest {

    private static final String ROWS = "select concat_ws(' ', limit_value, starts_at, ends_at) from catalog.entitlement_rules where id = ? order by starts_at";

    /** Counts the rows that don't begin where the one before ended; only the first row may. */
    private static final String GAPS = """
            select count(*) from (select starts_at, lag(ends_at) over (order by starts_at) as previous from catalog.entitlement_rules where id = ?) r
            where previous is distinct from starts_at""";

    private final CatalogFixture catalog = new CatalogFixture();
    private String set;

    @BeforeEach
    void begin() {
        catalog.fedwiki();
        set = catalog.set("S");
    }

    private Reply add(String members) {
        return catalog.post("/entitlement-sets/" + set + "/rules", "{" + members + "}");
    }

    private Reply sites(long limit) {
        return add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": " + limit);
    }

    private String rule(Reply made) {
        return "/entitlement-rules/" + made.expect(201).at("/id");
    }

    @Test
    void rule_created_appliesFromCreation() {
        var made = sites(16).expect(201);
        assertEquals(made.at("/created_at"), made.at("/starts_at"));
        assertEquals("active", made.at("/state"));
        assertEquals("max", made.at("/combine"));
        assertEquals("false", made.at("/unlimited"));
        assertNull(made.at("/ends_at"));
        assertEquals(made.text(), catalog.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void rule_ofEachKind_hasItsMembers() {
        var unlimited = add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"unlimited\": true, \"combine\": \"add\"").expect(201);
        assertNull(unlimited.at("/limit_value"));
        assertEquals("true", unlimited.at("/unlimited"));
        var domains = add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true").expect(201);
        assertEquals("any", domains.at("/combine"));
        assertEquals("false", domains.at("/unlimited"));
        var uploads = add("\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 5, \"period\": \"week\"").expect(201);
        assertEquals("week", uploads.at("/period"));
    }

    @Test
    void memberOfAnotherKind_refusedAtItsMember() {
        var sites = "\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\"";
        var domains = "\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\"";
        var uploads = "\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 1";
        assertProblem("422 validation_failed", "/limit_value", add(sites));
        assertProblem("422 validation_failed", "/unlimited", add(sites + ", \"limit_value\": 1, \"unlimited\": true"));
        assertProblem("422 validation_failed", "/enabled", add(sites + ", \"limit_value\": 1, \"enabled\": true"));
        assertProblem("422 validation_failed", "/period", add(sites + ", \"limit_value\": 1, \"period\": \"day\""));
        assertProblem("422 validation_failed", "/combine", add(sites + ", \"limit_value\": 1, \"combine\": \"any\""));
        assertProblem("422 validation_failed", "/enabled", add(domains));
        assertProblem("422 validation_failed", "/limit_value", add(domains + ", \"enabled\": true, \"limit_value\": 1"));
        assertProblem("422 validation_failed", "/unlimited", add(domains + ", \"enabled\": true, \"unlimited\": true"));
        assertProblem("422 validation_failed", "/combine", add(domains + ", \"enabled\": true, \"combine\": \"max\""));
        assertProblem("422 validation_failed", "/period", add(uploads));
        assertEquals(3, add(domains + ", \"limit_value\": 1, \"period\": \"day\"").json().get("errors").size());
    }

    @Test
    void rule_defaults_hardNoGraceNoThresholds() {
        var plain = sites(16).expect(201);
        assertEquals("hard 0 []", limitPolicy(plain));
        var uploads = "\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 5, \"period\": \"week\"";
        var said = add(uploads + ", \"enforcement\": \"soft\", \"grace_percent\": 1000, \"threshold_percents\": [1, 80, 1000]").expect(201);
        assertEquals("soft 1000 [1,80,1000]", limitPolicy(said));
        assertEquals(said.text(), catalog.http.get(said.header("Location")).text());
    }

    @Test
    void overageTerms_changed_datedLikeTheLimit() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        assertEquals("soft 0 []", limitPolicy(catalog.patch(path, "{\"enforcement\": \"soft\"}").expect(200)));
        assertEquals("soft 25 []", limitPolicy(catalog.patch(path, "{\"grace_percent\": 25}").expect(200)));
        assertEquals("soft 25 [50,100]", limitPolicy(catalog.patch(path, "{\"threshold_percents\": [50, 100]}").expect(200)));
        assertEquals("4", catalog.patch(path, "{\"threshold_percents\": [50, 100]}").expect(200).at("/version"), "nothing changed");
        var last = catalog.patch(path, "{\"threshold_percents\": [], \"enforcement\": \"hard\", \"grace_percent\": 0}").expect(200);
        assertEquals("hard 0 []", limitPolicy(last));
        assertEquals(5, catalog.stored(ROWS, made.at("/id")).size());
        assertEquals(List.of("1"), catalog.stored(GAPS, made.at("/id")));
        assertEquals("hard 0 []", limitPolicy(catalog.get(path + "?at=" + made.at("/starts_at"))));
        assertEquals("soft 25 [50,100]", limitPolicy(catalog.get(path + "?at=" + Instant.parse(last.at("/starts_at")).minusNanos(1000))));
    }

    @Test
    void booleanRule_overageTerms_refused() {
        var domains = "\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true";
        assertProblem("422 validation_failed", "/enforcement", add(domains + ", \"enforcement\": \"soft\""));
        assertProblem("422 validation_failed", "/grace_percent", add(domains + ", \"grace_percent\": 1"));
        assertProblem("422 validation_failed", "/threshold_percents", add(domains + ", \"threshold_percents\": [80]"));
        var path = rule(add(domains + ", \"enforcement\": \"hard\", \"grace_percent\": 0, \"threshold_percents\": []"));
        assertProblem("422 validation_failed", "/grace_percent", catalog.patch(path, "{\"grace_percent\": 1}"));
        assertProblem("422 validation_failed", "/threshold_percents", catalog.patch(path, "{\"threshold_percents\": [80]}"));
    }

    @Test
    void thresholds_notAscendingOrOutOfBounds_refused() {
        var sites = "\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1, ";
        for (var wrong : List.of("[100, 80]", "[80, 80]", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]")) {
            assertProblem("422 validation_failed", "/threshold_percents", add(sites + "\"threshold_percents\": " + wrong));
        }
        assertProblem("422 validation_failed", "/threshold_percents/0", add(sites + "\"threshold_percents\": [0]"));
        assertProblem("422 validation_failed", "/threshold_percents/1", add(sites + "\"threshold_percents\": [1, 1001]"));
        assertProblem("422 validation_failed", "/grace_percent", add(sites + "\"grace_percent\": 1001"));
        assertProblem("422 validation_failed", "/grace_percent", add(sites + "\"grace_percent\": -1"));
        assertProblem("422 validation_failed", "/enforcement", add(sites + "\"enforcement\": \"firm\""));
        var path = rule(sites(1));
        assertProblem("422 validation_failed", "/threshold_percents", catalog.patch(path, "{\"threshold_percents\": [2, 1]}"));
        assertProblem("422 validation_failed", "/threshold_percents", catalog.patch(path, "{\"threshold_percents\": null}"));
    }

    private static String limitPolicy(Reply rule) {
        return rule.at("/enforcement") + " " + rule.at("/grace_percent") + " " + rule.json().get("threshold_percents");
    }

    @Test
    void resourceKey_unregisteredOrOtherKind_refused() {
        assertProblem("422 validation_failed", "/resource_key", add("\"resource_key\": \"nobody.knows\", \"kind\": \"limit\", \"limit_value\": 1"));
        assertProblem("422 validation_failed", "/kind", add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"boolean\", \"enabled\": true"));
        set = new CatalogFixture().set("Foreign");
        assertProblem("404 not_found", sites(1));
    }

    @Test
    void rule_keyOrExternalIdUsedAgain_refused() {
        var first = rule(add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1, \"external_id\": \"r\""));
        assertProblem("409 already_exists", "/resource_key", sites(2));
        assertProblem("409 already_exists", "/external_id",
                add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"r\""));
        catalog.act(first + "/end").expect(200);
        sites(2).expect(201);
    }

    @Test
    void change_endsOldRowAndStartsNewAtSameInstant() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var changed = catalog.patch(path, "{\"limit_value\": 32}").expect(200);
        assertEquals("32", changed.at("/limit_value"));
        assertEquals("2", changed.at("/version"));
        assertEquals(made.at("/created_at"), changed.at("/created_at"));
        assertEquals(changed.text(), catalog.get(path).text());
        catalog.patch(path, "{\"limit_value\": null}").expect(200);
        var rows = catalog.stored(ROWS, made.at("/id"));
        assertEquals(3, rows.size(), rows.toString());
        assertEquals(List.of("1"), catalog.stored(GAPS, made.at("/id")), "each begins where the one before ended: " + rows);
    }

    @Test
    void read_withAt_showsTermsOfThatInstant() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var second = catalog.patch(path, "{\"limit_value\": 32, \"external_id\": \"later\"}").expect(200);
        var then = catalog.get(path + "?at=" + made.at("/starts_at")).expect(200);
        assertEquals("16", then.at("/limit_value"));
        assertEquals(second.at("/starts_at"), then.at("/ends_at"), "half open: the old ends where the new begins");
        assertEquals("later", then.at("/external_id"));
        assertEquals("2", then.at("/version"));
        assertEquals("active", then.at("/state"));
        assertEquals("32", catalog.get(path + "?at=" + second.at("/starts_at")).at("/limit_value"));
        assertProblem("404 not_found", catalog.get(path + "?at=" + Instant.parse(made.at("/starts_at")).minusNanos(1000)));
        var ended = catalog.act(path + "/end").expect(200);
        assertProblem("404 not_found", catalog.get(path + "?at=" + ended.at("/ends_at")));
        assertEquals("ended", catalog.get(path + "?at=" + made.at("/starts_at")).at("/state"));
        assertProblem("400 invalid_parameter", catalog.get(path + "?at=yesterday"));
    }

    @Test
    void nameChange_alone_startsNoNewRow() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        catalog.patch(path, "{\"limit_value\": 32}").expect(200);
        var named = catalog.patch(path, "{\"external_id\": \"n\"}").expect(200);
        assertEquals("3", named.at("/version"));
        assertEquals(2, catalog.stored(ROWS, made.at("/id")).size());
        assertEquals("n", catalog.get(path + "?at=" + made.at("/starts_at")).at("/external_id"));
        catalog.patch(path, "{\"external_id\": null}").expect(200);
        add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"n\"").expect(201);
    }

    @Test
    void patch_notOfTheRulesKind_refused() {
        var path = rule(sites(1));
        assertProblem("422 validation_failed", "/enabled", catalog.patch(path, "{\"enabled\": true}"));
        assertProblem("422 validation_failed", "/period", catalog.patch(path, "{\"period\": \"day\"}"));
        assertProblem("422 validation_failed", "/combine", catalog.patch(path, "{\"combine\": \"any\"}"));
        assertProblem("422 validation_failed", "/combine", catalog.patch(path, "{\"combine\": null}"));
        assertProblem("422 validation_failed", "/limit_value", catalog.patch(path, "{\"limit_value\": -1}"));
        assertProblem("422 validation_failed", "/kind", catalog.patch(path, "{\"kind\": \"boolean\"}"));
        var domains = rule(add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true"));
        assertProblem("422 validation_failed", "/enabled", catalog.patch(domains, "{\"enabled\": null}"));
        assertProblem("422 validation_failed", "/limit_value", catalog.patch(domains, "{\"limit_value\": 1}"));
        assertEquals("1", catalog.patch(path, "{\"limit_value\": 1}").expect(200).at("/version"), "nothing changed");
    }

    @Test
    void endedRuleOrArchivedSet_changeRefused() {
        var ended = rule(sites(1));
        catalog.act(ended + "/end").expect(200);
        assertProblem("409 invalid_state", catalog.patch(ended, "{\"limit_value\": 2}"));
        assertProblem("409 invalid_state", catalog.act(ended + "/end"));
        var active = rule(sites(1));
        catalog.act("/entitlement-sets/" + set + "/archive").expect(200);
        assertProblem("409 invalid_state", catalog.patch(active, "{\"limit_value\": 2}"));
        assertProblem("409 invalid_state", add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true"));
    }

    @Test
    void change_withStaleVersion_refused() {
        var path = rule(sites(1));
        var etag = catalog.etag(path);
        catalog.patch(path, "{\"limit_value\": 2}", "If-Match", etag).expect(200);
        assertProblem("412 precondition_failed", catalog.patch(path, "{\"limit_value\": 3}", "If-Match", etag));
        assertProblem("412 precondition_failed", catalog.act(path + "/end", "If-Match", etag));
    }

    @Test
    void parallelChanges_formOneHistoryWithoutGap() throws Exception {
        var made = sites(0).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var calls = new ArrayList<Callable<Reply>>();
        for (int limit = 1; limit <= 12; limit++) {
            int wanted = limit;
            calls.add(() -> catalog.patch(path, "{\"limit_value\": " + wanted + "}"));
        }
        CatalogFixture.atOnce(calls).forEach(reply -> reply.expect(200));
        assertEquals("13", catalog.get(path).at("/version"));
        assertEquals(List.of("1"), catalog.stored(GAPS, made.at("/id")));
    }

    @Test
    void parallelRules_sameKey_oneCreated() throws Exception {
        var replies = CatalogFixture.atOnce(List.of(() -> sites(1), () -> sites(2), () -> sites(3), () -> sites(4)));
        assertEquals(1, replies.stream().filter(reply -> reply.status() == 201).count());
        replies.stream().filter(reply -> reply.status() != 201).forEach(reply -> assertProblem("409 already_exists", "/resource_key", reply));
    }

    @Test
    void list_nowOrAt_showsEachRuleOnce() {
        var sites = sites(1).expect(201);
        var path = "/entitlement-rules/" + sites.at("/id");
        var domains = rule(add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"d\""));
        var changed = catalog.patch(path, "{\"limit_value\": 2}").expect(200);
        catalog.act(domains + "/end").expect(200);
        var list = "/entitlement-sets/" + set + "/rules";
        assertEquals(List.of("fedwiki.sites", "fedwiki.domains"), each(catalog.get(list), "/resource_key"));
        assertEquals(List.of("fedwiki.domains", "fedwiki.sites"), each(catalog.get(list + "?sort=-created_at"), "/resource_key"));
        assertEquals(List.of("2"), each(catalog.get(list + "?state=active"), "/limit_value"));
        assertEquals(List.of("fedwiki.domains"), each(catalog.get(list + "?state=ended"), "/resource_key"));
        assertEquals(List.of("fedwiki.domains"), each(catalog.get(list + "?external_id=d"), "/resource_key"));
        assertEquals(List.of("fedwiki.domains"), each(catalog.get(list + "?kind=boolean"), "/resource_key"));
        assertEquals(List.of("fedwiki.sites"), each(catalog.get(list + "?resource_key=fedwiki.sites"), "/resource_key"));
        assertEquals(List.of("1"), each(catalog.get(list + "?at=" + sites.at("/starts_at")), "/limit_value"));
        assertEquals(List.of("fedwiki.sites", "fedwiki.domains"), each(catalog.get(list + "?at=" + changed.at("/starts_at")), "/resource_key"));
        assertEquals(List.of(), each(catalog.get(list + "?at=2020-01-01T00:00:00Z"), "/id"));
        var page = catalog.get(list + "?limit=1");
        assertEquals(List.of("fedwiki.domains"), each(catalog.get(list + "?limit=1&cursor=" + page.at("/page/next_cursor")), "/resource_key"));
        assertProblem("404 not_found", new CatalogFixture().get(list));
    }

    @Test
    void dryRun_change_storesNothing() {
        var made = sites(1).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var dry = catalog.patch(path + "?dry_run=true", "{\"limit_value\": 2}", "Accept", Http.DRY_RUN).expect(200);
        assertEquals("2", dry.at("/result/limit_value"));
        assertEquals("1", dry.at("/changes/0/before/limit_value"));
        assertEquals(made.text(), catalog.get(path).text());
        assertEquals(1, catalog.stored(ROWS, made.at("/id")).size());
    }
}
