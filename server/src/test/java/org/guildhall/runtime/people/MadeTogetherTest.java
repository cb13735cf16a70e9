package org.guildhall.runtime.people;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.guildhall.TestServer;
import org.guildhall.runtime.imports.ImportFixture;
import org.guildhall.runtime.plans.PlanFixture;
import org.junit.jupiter.api.Test;

/** Persons who are created together, by an import, have the same rows as persons who are created one by one. */
class MadeTogetherTest {

    /** The tables, each after the tables that it refers to. */
    private static final List<String> TABLES = List.of(
            "persons", "person_identities", "households", "organizations", "workspaces", "memberships", "pools", "grants", "provisions", "transitions",
            "household_members");

    private static final String UUIDS = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
    private static final Pattern ID = Pattern.compile(UUIDS);
    private static final Pattern WIRE_ID = Pattern.compile("\\b([a-z]{2,4})_[0-9a-hjkmnp-tv-z]{26}\\b");
    private static final Pattern INSTANT = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d[0-9.]*(?:Z|\\+00:00)");

    private static final String[] NAMES = {"Mira Rossi", "Luca Rossi", "Nora Lee", "Jo Lee", "Kim"};
    private static final String[] HOUSEHOLDS = {"h-1", "h-1", "h-2", "h-2", null};

    /** A tenant whose default type has policies for a plan and an add-on, and an ended policy. */
    private static PlanFixture plans() {
        var plans = new PlanFixture();
        plans.http.patch("/api/v1/catalog/org-types/" + plans.personal, "{\"is_default\": true}").expect(200);
        for (var name : List.of("Newsletter", "Towel")) {
            var addon = plans.make("/products", "{\"name\": \"" + name + "\", \"product_type\": \"addon\"}");
            plans.http.post("/api/v1/catalog/products/" + addon + "/publish", null).expect(200);
            var policy = plans.make("/default-grant-policies",
                    "{\"org_type_id\": \"%s\", \"path\": \"off_ladder\", \"product_id\": \"%s\"}".formatted(plans.personal, addon));
            if (name.equals("Towel")) {
                plans.end(policy);
            }
        }
        return plans;
    }

    private static void oneByOne(PlanFixture plans) {
        var households = new HashMap<String, String>();
        for (int at = 0; at < NAMES.length; at++) {
            var birth = at == 1 ? ", \"birth_on\": \"2015-02-28\", \"phone\": \"123\"" : "";
            var person = plans.post("/persons", "{\"external_id\": \"m-%d\", \"name\": \"%s\", \"email\": \"m%d@members.example\"%s}".formatted(at, NAMES[at], at, birth))
                    .expect(201).at("/id");
            var key = HOUSEHOLDS[at];
            if (key != null) {
                var household = households.computeIfAbsent(key, name ->
                        plans.post("/households", "{\"external_id\": \"%1$s\", \"name\": \"Of %1$s\"}".formatted(name)).expect(201).at("/id"));
                plans.post("/households/" + household + "/members", "{\"person_id\": \"%s\", \"role\": \"%s\"}".formatted(person, role(at))).expect(201);
            }
        }
    }

    private static String role(int at) {
        return at == 1 ? "dependent" : "adult";
    }

    private static void together(PlanFixture plans) {
        var file = new StringBuilder("external_id,name,email,birth_on,phone,household_external_id,household_name,household_role\n");
        for (int at = 0; at < NAMES.length; at++) {
            var birth = at == 1 ? "2015-02-28,123" : ",";
            var household = HOUSEHOLDS[at] == null ? ",," : HOUSEHOLDS[at] + ",Of " + HOUSEHOLDS[at] + "," + role(at);
            file.append("m-%d,%s,m%d@members.example,%s,%s\n".formatted(at, NAMES[at], at, birth, household));
        }
        assertEquals("succeeded 5 = 5 created + 0 updated + 0 unchanged + 0 failed", ImportFixture.outcome(new ImportFixture(plans.tenant).csv(file.toString())));
    }

    @Test
    void personsCreatedTogether_haveSameRowsAndChanges() throws SQLException {
        var first = plans();
        var second = plans();
        oneByOne(first);
        together(second);
        var rows = rows(first);
        assertEquals(String.join("\n", rows), String.join("\n", rows(second)));
        assertEquals(String.join("\n", changes(first)), String.join("\n", changes(second)));
        // There were rows to compare: for each of five persons, one of each kind and two default provisions.
        assertEquals(Map.of("persons", 5, "households", 2, "organizations", 5, "workspaces", 5, "memberships", 5, "pools", 5, "provisions", 10,
                "transitions", 5, "household_members", 4), counts(rows));
    }

    private static Map<String, Integer> counts(List<String> rows) {
        var counts = new TreeMap<String, Integer>();
        rows.forEach(row -> counts.merge(row.substring(0, row.indexOf('#')), 1, Integer::sum));
        return counts;
    }

    /** Every row of the room, with references as names and equal instants as equal numbers. The actors differ and are not compared. */
    private static List<String> rows(PlanFixture plans) throws SQLException {
        var names = new HashMap<String, String>();
        for (var catalog : List.of("org_types.name", "plan_ladders.name", "tiers.name", "products.name", "default_grant_policies.path")) {
            var table = catalog.substring(0, catalog.indexOf('.'));
            for (var found : plans.tenant.found("select id || ' ' || " + catalog + " from catalog." + table + " where tenant_id = ?", plans.tenant.id())) {
                names.put(found.substring(0, 36), table + " " + found.substring(37));
            }
        }
        var all = new ArrayList<String>();
        for (var table : TABLES) {
            var found = plans.tenant.found("select (to_jsonb(t) - 'tenant_id' - 'during' - 'actor_type' - 'actor_id' - 'next_provision_id')::text from runtime."
                    + table + " t where tenant_id = ?", plans.tenant.id());
            var named = new TreeMap<String, String>();
            for (var row : found) {
                var id = row.replaceAll(".*\"id\": \"(" + UUIDS + ")\".*", "$1");
                var text = ID.matcher(row.replace(id, "self")).replaceAll(match -> names.getOrDefault(match.group(), "unknown"));
                named.put(instants(text), id);
            }
            assertEquals(found.size(), named.size(), table + " has rows that can't be told apart");
            int number = 0;
            for (var row : named.entrySet()) {
                var name = table + "#" + number++;
                names.put(row.getValue(), name);
                all.add(name + " " + row.getKey());
            }
        }
        return all;
    }

    /** The changes of the room in the audit trail, in any event. */
    private static List<String> changes(PlanFixture plans) throws SQLException {
        return plans.tenant.found("""
                        select e.entity_type || ' ' || coalesce(e.before, '-') || ' ' || coalesce(e.after, '-')
                        from platform.audit_entities e join platform.audit_events a on a.tenant_id = e.tenant_id and a.id = e.event_id
                        where a.tenant_id = ? and (a.action like 'person.%' or a.action like 'household%')""", plans.tenant.id())
                .stream()
                .map(entity -> instants(WIRE_ID.matcher(entity).replaceAll("$1_"))
                        .replaceAll("\"actor_type\":\"(job|operator)\"", "\"actor_type\":\"\""))
                .sorted()
                .toList();
    }

    private static String instants(String text) {
        var known = new HashMap<String, String>();
        return INSTANT.matcher(text).replaceAll(instant -> known.computeIfAbsent(instant.group(), first -> "instant " + known.size()));
    }

    @Test
    void personsCreatedTogether_haveOneEventEach() throws SQLException {
        var plans = plans();
        together(plans);
        var events = plans.tenant.found("""
                select (select string_agg(e.entity_type, ' ' order by e.position) from platform.audit_entities e where e.tenant_id = a.tenant_id and e.event_id = a.id)
                from platform.audit_events a where a.tenant_id = ? and a.action = 'person.created' order by a.seq""", plans.tenant.id());
        var given = "transition provision provision pool";
        var person = "person organization membership workspace ";
        assertEquals(
                List.of(person + "household household_member " + given, person + "household_member " + given, person + "household household_member " + given,
                        person + "household_member " + given, person + given),
                events);
    }

    @Test
    void personsCreatedTogether_keepOrderOfTheFile() {
        var imports = new ImportFixture(TestServer.shared().tenant()).open();
        var file = new StringBuilder("external_id,name\n");
        for (int row = 0; row < 150; row++) {
            file.append("%d,Member %d\n".formatted((row * 61) % 150, row));
        }
        assertTrue(ImportFixture.outcome(imports.csv(file.toString())).startsWith("succeeded 150 = 150 created"));
        var listed = imports.http.get("/api/v1/runtime/persons?sort=created_at&limit=150").expect(200).json().get("data").findValuesAsText("name");
        for (int row = 0; row < 150; row++) {
            assertEquals("Member " + row, listed.get(row));
        }
    }
}
