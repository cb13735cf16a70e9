package org.guildhall.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.guildhall.LargeTenants;
import org.guildhall.api.Operation;
import org.guildhall.core.http.DeepCursors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What the lists read under the plans that prepared statements keep, in a tenant with hundreds of thousands of rows: with no filter and with
 * each of the filters, in each order.
 */
class PlansTest {

    /** The most pages of a page of 50: a few for each entry and what belongs to it. */
    private static final int PAGES_MAX = 2_000;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern NAME = Pattern.compile("\"name\":\"([^\"0-9]*)[0-9]*\"");
    private static final Instant MIDDLE = Instant.now().minus(590, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);

    /** The kinds of the script, by the prefixes of ids. */
    private static final Map<String, Integer> KINDS = Map.ofEntries(
            Map.entry("itg", 1), Map.entry("ens", 2), Map.entry("rul", 3), Map.entry("prd", 4), Map.entry("prc", 5), Map.entry("otp", 6),
            Map.entry("lad", 7), Map.entry("tir", 8), Map.entry("dgp", 9), Map.entry("per", 10), Map.entry("idn", 11), Map.entry("org", 12),
            Map.entry("pol", 13), Map.entry("wks", 14), Map.entry("mem", 15), Map.entry("ivt", 16), Map.entry("hou", 17), Map.entry("hme", 18),
            Map.entry("gra", 19), Map.entry("pvn", 20), Map.entry("trn", 21), Map.entry("urp", 22), Map.entry("use", 23), Map.entry("uth", 24),
            Map.entry("sit", 25), Map.entry("aud", 26), Map.entry("con", 27), Map.entry("tsk", 28), Map.entry("trp", 60),
            Map.entry("msg", 61), Map.entry("spp", 62), Map.entry("pka", 63),
            Map.entry("cls", 64), Map.entry("loc", 65), Map.entry("srs", 66), Map.entry("ses", 67), Map.entry("bkg", 68), Map.entry("pty", 69), Map.entry("evt", 70));

    private static final Map<String, List<String>> VALUES = Map.of(
            "resource_key", List.of("i1.visits", "i1.seats"), "email", List.of("p7@example.com"), "domain", List.of("s7.example"),
            "action", List.of("product.create", "product.retire"), "entity_type", List.of("product"), "operation", List.of("createProduct"),
            "currency", List.of("AUD"), "type", List.of("product.changed", "product.retired"), "after", List.of("30000"));

    /**
     * Filters without an index in some order: the list is read in its order until the page is full, so a value that few rows have is
     * searched among all rows of the tenant or of the parent. An index for each of them would cost every insert more than that. A state of bookings
     * that is final, or the usual one, is looked for in a session or with a window; whether a session is full is counted.
     */
    private static final Set<String> SEARCHING = Set.of(
            "listAuditEvents entity_type", "listProducts kind", "listHouseholds state", "listOrganizations org_type_id", "listOrganizations state",
            "listPersons state", "listProvisions at", "listProvisions cause", "listProvisions state", "listTransitions actor_type",
            "listTransitions cause", "listTransitions kind", "listTransitions state", "listTransitions created_before",
            "listTransitions effective_before", "listOrganizationTransitions actor_type", "listOrganizationTransitions cause",
            "listOrganizationTransitions kind", "listOrganizationTransitions state", "listOrganizationTransitions plan_ladder_id",
            "listOrganizationTransitions created_before", "listOrganizationTransitions effective_before",
            "listSessions has_free=false", "listBookings organization_id", "listBookings starts_after", "listBookings starts_from",
            "listBookings starts_before", "listBookings state=booked", "listBookings state=attended", "listBookings state=no_show",
            "listBookings state=expired", "listBookings state=declined", "listBookings state=lapsed", "listBookings state=ended",
            "listBookings state=canceled", "listBookings state=late_canceled");

    private static final Set<String> NO_FILTERS = Set.of("sort", "expand", "fields", "include_total", "limit", "cursor", "wait_seconds");

    private final LargeTenants large = LargeTenants.shared();
    private final String token = large.tenant().token();
    private int seen;

    private static List<JsonNode> parameters(Operation operation) {
        return Documented.queryParameters(operation);
    }

    /** The path with the parents that have most children; null if the script makes no such parent. */
    private static @Nullable String path(Operation operation) {
        var path = operation.path();
        for (var parameter : Documented.prefixes(operation).entrySet()) {
            var kind = KINDS.get(parameter.getValue());
            if (kind == null) {
                return null;
            }
            path = path.replace("{" + parameter.getKey() + "}", LargeTenants.id(parameter.getValue(), kind, 1));
        }
        return path;
    }

    private static List<String> values(JsonNode parameter) {
        var name = parameter.path("name").asText();
        var schema = Documented.resolved(parameter.path("schema"));
        var values = new ArrayList<String>();
        if (VALUES.containsKey(name) && !schema.has("enum")) {
            return VALUES.get(name);
        }
        schema = schema.has("items") ? Documented.resolved(schema.path("items")) : schema;
        schema.path("enum").forEach(value -> values.add(value.asText()));
        var kind = KINDS.get(schema.path("x-id-prefix").asText());
        if (kind != null) {
            values.add(LargeTenants.id(schema.path("x-id-prefix").asText(), kind, 1));
            values.add(LargeTenants.id(schema.path("x-id-prefix").asText(), kind, 7));
        }
        if (schema.path("type").asText().equals("boolean")) {
            values.addAll(List.of("true", "false"));
        }
        if (schema.path("format").asText().equals("date-time")) {
            values.add(MIDDLE.toString());
        }
        if (name.equals("external_id")) {
            values.add("none");
        }
        return values;
    }

    private static Set<String> sorts(Operation operation) {
        var sorts = new LinkedHashSet<String>();
        sorts.add("");
        for (var parameter : parameters(operation)) {
            if (parameter.path("name").asText().equals("sort")) {
                Documented.resolved(parameter.path("schema")).path("enum").forEach(value -> sorts.add(value.asText()));
            }
        }
        return sorts;
    }

    private static boolean isSearching(String filter, String value) {
        return SEARCHING.contains(filter) || SEARCHING.contains(filter + "=" + value);
    }

    private void check(String request, List<String> offenders) {
        var executed = large.during(() -> {
            var reply = get(request);
            if (reply.statusCode() != 200) {
                offenders.add(request + "\n" + reply.statusCode() + " " + reply.body());
            }
        });
        executed.stream().filter(one -> one.pages() > PAGES_MAX).forEach(one -> offenders.add(request + "\n" + one));
        seen += executed.size();
    }

    /** The answers aren't compared with the document: the script's rows have values that the API doesn't write. */
    private HttpResponse<String> get(String request) {
        try {
            var uri = URI.create(large.tenant().server().url() + request);
            return CLIENT.send(HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void lists_readTheirPageOnly() {
        var offenders = new ArrayList<String>();
        for (var operation : (Iterable<Operation>) OperationGroup.LISTS_OF_TENANTS.operations()::iterator) {
            var path = path(operation);
            if (path == null) {
                continue;
            }
            for (var sort : sorts(operation)) {
                var request = path + "?limit=50" + (sort.isEmpty() ? "" : "&sort=" + sort);
                check(request, offenders);
                var middle = middle(sort, path);
                if (middle != null) {
                    check(request + "&cursor=" + DeepCursors.behind(large.tenant().id(), operation, path, sort, middle), offenders);
                }
                for (var parameter : parameters(operation)) {
                    var name = parameter.path("name").asText();
                    for (var value : values(parameter)) {
                        if (!NO_FILTERS.contains(name) && !isSearching(operation.id() + " " + name, value)) {
                            check(request + "&" + name + "=" + value + (name.equals("entity_id") ? "&entity_type=product" : ""), offenders);
                        }
                    }
                }
            }
        }
        assertTrue(seen > 100, "no plans were found");
        assertEquals("", String.join("\n", offenders));
    }

    /** A value in the middle of the list; null if there is none. */
    private @Nullable String middle(String sort, String path) {
        if (sort.endsWith("_at")) {
            return MIDDLE.toString();
        }
        if (sort.endsWith("name")) {
            var first = NAME.matcher(get(path + "?limit=1").body());
            return first.find() ? first.group(1) + "5" : null;
        }
        return null;
    }
}
