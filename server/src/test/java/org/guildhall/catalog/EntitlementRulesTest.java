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

    /** How many rows begin where none ended: only the first one. */
    private static final String GAPS = """
            select count(*) from (select starts_at, lag(ends_at) over (order by starts_at) as previous from catalog.entitlement_rules where id = ?) r
            where previous is distinct from starts_at""";

    private final CatalogFixture shelf = new CatalogFixture();
    private String set;

    @BeforeEach
    void begin() {
        shelf.fedwiki();
        set = shelf.set("S");
    }

    private Reply add(String members) {
        return shelf.post("/entitlement-sets/" + set + "/rules", "{" + members + "}");
    }

    private Reply sites(long limit) {
        return add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": " + limit);
    }

    private String rule(Reply made) {
        return "/entitlement-rules/" + made.expect(201).at("/id");
    }

    @Test
    void aRuleHoldsFromTheInstantItIsMade() {
        var made = sites(16).expect(201);
        assertEquals(made.at("/created_at"), made.at("/starts_at"));
        assertEquals("active", made.at("/state"));
        assertEquals("max", made.at("/combine"));
        assertEquals("false", made.at("/unlimited"));
        assertNull(made.at("/ends_at"));
        assertEquals(made.text(), shelf.http.get(made.header("Location")).expect(200).text());
    }

    @Test
    void eachKindHasItsOwnMembers() {
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
    void whatBelongsToAnotherKindIsRefusedAtItsMember() {
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
    void aRuleIsHardWithoutGraceOrThresholdsUnlessSaid() {
        var plain = sites(16).expect(201);
        assertEquals("hard 0 []", beyond(plain));
        var uploads = "\"resource_key\": \"fedwiki.uploads\", \"kind\": \"allowance\", \"limit_value\": 5, \"period\": \"week\"";
        var said = add(uploads + ", \"enforcement\": \"soft\", \"grace_percent\": 1000, \"threshold_percents\": [1, 80, 1000]").expect(201);
        assertEquals("soft 1000 [1,80,1000]", beyond(said));
        assertEquals(said.text(), shelf.http.get(said.header("Location")).text());
    }

    @Test
    void whatIsSaidOfUseBeyondTheLimitIsDatedLikeTheLimit() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        assertEquals("soft 0 []", beyond(shelf.patch(path, "{\"enforcement\": \"soft\"}").expect(200)));
        assertEquals("soft 25 []", beyond(shelf.patch(path, "{\"grace_percent\": 25}").expect(200)));
        assertEquals("soft 25 [50,100]", beyond(shelf.patch(path, "{\"threshold_percents\": [50, 100]}").expect(200)));
        assertEquals("4", shelf.patch(path, "{\"threshold_percents\": [50, 100]}").expect(200).at("/version"), "nothing changed");
        var last = shelf.patch(path, "{\"threshold_percents\": [], \"enforcement\": \"hard\", \"grace_percent\": 0}").expect(200);
        assertEquals("hard 0 []", beyond(last));
        assertEquals(5, shelf.stored(ROWS, made.at("/id")).size());
        assertEquals(List.of("1"), shelf.stored(GAPS, made.at("/id")));
        assertEquals("hard 0 []", beyond(shelf.get(path + "?at=" + made.at("/starts_at"))));
        assertEquals("soft 25 [50,100]", beyond(shelf.get(path + "?at=" + Instant.parse(last.at("/starts_at")).minusNanos(1000))));
    }

    @Test
    void aBooleanHasNothingToGoBeyond() {
        var domains = "\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true";
        assertProblem("422 validation_failed", "/enforcement", add(domains + ", \"enforcement\": \"soft\""));
        assertProblem("422 validation_failed", "/grace_percent", add(domains + ", \"grace_percent\": 1"));
        assertProblem("422 validation_failed", "/threshold_percents", add(domains + ", \"threshold_percents\": [80]"));
        var path = rule(add(domains + ", \"enforcement\": \"hard\", \"grace_percent\": 0, \"threshold_percents\": []"));
        assertProblem("422 validation_failed", "/grace_percent", shelf.patch(path, "{\"grace_percent\": 1}"));
        assertProblem("422 validation_failed", "/threshold_percents", shelf.patch(path, "{\"threshold_percents\": [80]}"));
    }

    @Test
    void thresholdsAscendWithinBounds() {
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
        assertProblem("422 validation_failed", "/threshold_percents", shelf.patch(path, "{\"threshold_percents\": [2, 1]}"));
        assertProblem("422 validation_failed", "/threshold_percents", shelf.patch(path, "{\"threshold_percents\": null}"));
    }

    private static String beyond(Reply rule) {
        return rule.at("/enforcement") + " " + rule.at("/grace_percent") + " " + rule.json().get("threshold_percents");
    }

    @Test
    void onlyARegisteredKeyWithItsOwnKindIsTaken() {
        assertProblem("422 validation_failed", "/resource_key", add("\"resource_key\": \"nobody.knows\", \"kind\": \"limit\", \"limit_value\": 1"));
        assertProblem("422 validation_failed", "/kind", add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"boolean\", \"enabled\": true"));
        set = new CatalogFixture().set("Foreign");
        assertProblem("404 not_found", sites(1));
    }

    @Test
    void aSetHasOneActiveRulePerKeyAndItsIdsAreItsOwn() {
        var first = rule(add("\"resource_key\": \"fedwiki.sites\", \"kind\": \"limit\", \"limit_value\": 1, \"external_id\": \"r\""));
        assertProblem("409 already_exists", "/resource_key", sites(2));
        assertProblem("409 already_exists", "/external_id",
                add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"r\""));
        shelf.act(first + "/end").expect(200);
        sites(2).expect(201);
    }

    @Test
    void aChangeKeepsWhatWasAndStartsAnewAtTheSameInstant() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var changed = shelf.patch(path, "{\"limit_value\": 32}").expect(200);
        assertEquals("32", changed.at("/limit_value"));
        assertEquals("2", changed.at("/version"));
        assertEquals(made.at("/created_at"), changed.at("/created_at"));
        assertEquals(changed.text(), shelf.get(path).text());
        shelf.patch(path, "{\"limit_value\": null}").expect(200);
        var rows = shelf.stored(ROWS, made.at("/id"));
        assertEquals(3, rows.size(), rows.toString());
        assertEquals(List.of("1"), shelf.stored(GAPS, made.at("/id")), "each begins where the one before ended: " + rows);
    }

    @Test
    void whatARuleSaidIsReadWithAtAndTheRestIsTodays() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var second = shelf.patch(path, "{\"limit_value\": 32, \"external_id\": \"later\"}").expect(200);
        var then = shelf.get(path + "?at=" + made.at("/starts_at")).expect(200);
        assertEquals("16", then.at("/limit_value"));
        assertEquals(second.at("/starts_at"), then.at("/ends_at"), "half open: the old ends where the new begins");
        assertEquals("later", then.at("/external_id"));
        assertEquals("2", then.at("/version"));
        assertEquals("active", then.at("/state"));
        assertEquals("32", shelf.get(path + "?at=" + second.at("/starts_at")).at("/limit_value"));
        assertProblem("404 not_found", shelf.get(path + "?at=" + Instant.parse(made.at("/starts_at")).minusNanos(1000)));
        var ended = shelf.act(path + "/end").expect(200);
        assertProblem("404 not_found", shelf.get(path + "?at=" + ended.at("/ends_at")));
        assertEquals("ended", shelf.get(path + "?at=" + made.at("/starts_at")).at("/state"));
        assertProblem("400 invalid_parameter", shelf.get(path + "?at=yesterday"));
    }

    @Test
    void anotherNameAloneStartsNothingNew() {
        var made = sites(16).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        shelf.patch(path, "{\"limit_value\": 32}").expect(200);
        var named = shelf.patch(path, "{\"external_id\": \"n\"}").expect(200);
        assertEquals("3", named.at("/version"));
        assertEquals(2, shelf.stored(ROWS, made.at("/id")).size());
        assertEquals("n", shelf.get(path + "?at=" + made.at("/starts_at")).at("/external_id"));
        shelf.patch(path, "{\"external_id\": null}").expect(200);
        add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"n\"").expect(201);
    }

    @Test
    void aPatchIsHeldAgainstTheRulesKind() {
        var path = rule(sites(1));
        assertProblem("422 validation_failed", "/enabled", shelf.patch(path, "{\"enabled\": true}"));
        assertProblem("422 validation_failed", "/period", shelf.patch(path, "{\"period\": \"day\"}"));
        assertProblem("422 validation_failed", "/combine", shelf.patch(path, "{\"combine\": \"any\"}"));
        assertProblem("422 validation_failed", "/combine", shelf.patch(path, "{\"combine\": null}"));
        assertProblem("422 validation_failed", "/limit_value", shelf.patch(path, "{\"limit_value\": -1}"));
        assertProblem("422 validation_failed", "/kind", shelf.patch(path, "{\"kind\": \"boolean\"}"));
        var domains = rule(add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true"));
        assertProblem("422 validation_failed", "/enabled", shelf.patch(domains, "{\"enabled\": null}"));
        assertProblem("422 validation_failed", "/limit_value", shelf.patch(domains, "{\"limit_value\": 1}"));
        assertEquals("1", shelf.patch(path, "{\"limit_value\": 1}").expect(200).at("/version"), "nothing changed");
    }

    @Test
    void whatIsEndedOrOfAnArchivedSetIsChangedNoMore() {
        var ended = rule(sites(1));
        shelf.act(ended + "/end").expect(200);
        assertProblem("409 invalid_state", shelf.patch(ended, "{\"limit_value\": 2}"));
        assertProblem("409 invalid_state", shelf.act(ended + "/end"));
        var active = rule(sites(1));
        shelf.act("/entitlement-sets/" + set + "/archive").expect(200);
        assertProblem("409 invalid_state", shelf.patch(active, "{\"limit_value\": 2}"));
        assertProblem("409 invalid_state", add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true"));
    }

    @Test
    void aStaleVersionIsRefused() {
        var path = rule(sites(1));
        var etag = shelf.etag(path);
        shelf.patch(path, "{\"limit_value\": 2}", "If-Match", etag).expect(200);
        assertProblem("412 precondition_failed", shelf.patch(path, "{\"limit_value\": 3}", "If-Match", etag));
        assertProblem("412 precondition_failed", shelf.act(path + "/end", "If-Match", etag));
    }

    @Test
    void parallelChangesStandInOneLineWithoutAGap() throws Exception {
        var made = sites(0).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var calls = new ArrayList<Callable<Reply>>();
        for (int limit = 1; limit <= 12; limit++) {
            int wanted = limit;
            calls.add(() -> shelf.patch(path, "{\"limit_value\": " + wanted + "}"));
        }
        CatalogFixture.atOnce(calls).forEach(reply -> reply.expect(200));
        assertEquals("13", shelf.get(path).at("/version"));
        assertEquals(List.of("1"), shelf.stored(GAPS, made.at("/id")));
    }

    @Test
    void ofParallelRulesForOneKeyOneIsMade() throws Exception {
        var replies = CatalogFixture.atOnce(List.of(() -> sites(1), () -> sites(2), () -> sites(3), () -> sites(4)));
        assertEquals(1, replies.stream().filter(reply -> reply.status() == 201).count());
        replies.stream().filter(reply -> reply.status() != 201).forEach(reply -> assertProblem("409 already_exists", "/resource_key", reply));
    }

    @Test
    void aListShowsEachRuleOnceNowOrThen() {
        var sites = sites(1).expect(201);
        var path = "/entitlement-rules/" + sites.at("/id");
        var domains = rule(add("\"resource_key\": \"fedwiki.domains\", \"kind\": \"boolean\", \"enabled\": true, \"external_id\": \"d\""));
        var changed = shelf.patch(path, "{\"limit_value\": 2}").expect(200);
        shelf.act(domains + "/end").expect(200);
        var list = "/entitlement-sets/" + set + "/rules";
        assertEquals(List.of("fedwiki.sites", "fedwiki.domains"), each(shelf.get(list), "/resource_key"));
        assertEquals(List.of("fedwiki.domains", "fedwiki.sites"), each(shelf.get(list + "?sort=-created_at"), "/resource_key"));
        assertEquals(List.of("2"), each(shelf.get(list + "?state=active"), "/limit_value"));
        assertEquals(List.of("fedwiki.domains"), each(shelf.get(list + "?state=ended"), "/resource_key"));
        assertEquals(List.of("fedwiki.domains"), each(shelf.get(list + "?external_id=d"), "/resource_key"));
        assertEquals(List.of("fedwiki.domains"), each(shelf.get(list + "?kind=boolean"), "/resource_key"));
        assertEquals(List.of("fedwiki.sites"), each(shelf.get(list + "?resource_key=fedwiki.sites"), "/resource_key"));
        assertEquals(List.of("1"), each(shelf.get(list + "?at=" + sites.at("/starts_at")), "/limit_value"));
        assertEquals(List.of("fedwiki.sites", "fedwiki.domains"), each(shelf.get(list + "?at=" + changed.at("/starts_at")), "/resource_key"));
        assertEquals(List.of(), each(shelf.get(list + "?at=2020-01-01T00:00:00Z"), "/id"));
        var page = shelf.get(list + "?limit=1");
        assertEquals(List.of("fedwiki.domains"), each(shelf.get(list + "?limit=1&cursor=" + page.at("/page/next_cursor")), "/resource_key"));
        assertProblem("404 not_found", new CatalogFixture().get(list));
    }

    @Test
    void aDryRunOfAChangeLeavesTheRuleAsItIs() {
        var made = sites(1).expect(201);
        var path = "/entitlement-rules/" + made.at("/id");
        var dry = shelf.patch(path + "?dry_run=true", "{\"limit_value\": 2}", "Accept", Http.DRY_RUN).expect(200);
        assertEquals("2", dry.at("/result/limit_value"));
        assertEquals("1", dry.at("/changes/0/before/limit_value"));
        assertEquals(made.text(), shelf.get(path).text());
        assertEquals(1, shelf.stored(ROWS, made.at("/id")).size());
    }
}
