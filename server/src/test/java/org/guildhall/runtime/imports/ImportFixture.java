package org.guildhall.runtime.imports;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;

/** The fixture of the import and export tests: a tenant with a default organization type, and short methods for files. */
public final class ImportFixture {

    static final String IMPORTS = "/api/v1/runtime/imports";
    static final String EXPORTS = "/api/v1/runtime/exports";
    static final String CSV = "text/csv";
    static final String NDJSON = "application/x-ndjson";

    private static final Set<String> GOING_ON = Set.of("queued", "running");

    final TestServer.Tenant tenant;
    public final Http http;

    public ImportFixture() {
        this(TestServer.shared().tenant());
    }

    public ImportFixture(TestServer.Tenant tenant) {
        this.tenant = tenant;
        this.http = new Http(tenant.server(), tenant.token("runtime:read", "runtime:write", "catalog:write", "platform:audit:read"));
    }

    /** Creates the default organization type, which every new person needs. */
    public ImportFixture open() {
        http.post("/api/v1/catalog/org-types", "{\"key\": \"personal\", \"name\": \"Personal\", \"is_default\": true}").expect(201);
        return this;
    }

    Reply send(String query, String type, String file, String... headers) {
        var all = new ArrayList<>(List.of("Content-Type", type));
        all.addAll(List.of(headers));
        return http.post(IMPORTS + query, file, all.toArray(String[]::new));
    }

    /** Imports a file and waits until the import ends. */
    public Reply csv(String file) {
        return done(send("", CSV, file).expect(202));
    }

    Reply ndjson(String file) {
        return done(send("", NDJSON, file).expect(202));
    }

    /** Validates a file and waits until the import ends. */
    Reply validated(String type, String file) {
        return done(send("?mode=validate", type, file).expect(202));
    }

    /** Waits until an import or export ends, and returns it. */
    Reply done(Reply accepted) {
        var path = String.valueOf(accepted.header("Location"));
        for (int attempt = 0; attempt < 1_200; attempt++) {
            var now = http.get(path).expect(200);
            if (!GOING_ON.contains(now.at("/state"))) {
                return now;
            }
            pause();
        }
        throw new AssertionError(http.get(path).text());
    }

    public static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        }
    }

    /** State and counts: {@code succeeded 3 = 1 created + 0 updated + 1 unchanged + 1 failed}. */
    public static String outcome(Reply done) {
        return "%s %s = %s created + %s updated + %s unchanged + %s failed".formatted(
                done.at("/state"), done.at("/processed"), done.at("/created"), done.at("/updated"), done.at("/unchanged"), done.at("/failed"));
    }

    /** The errors, such as {@code 4 email format}. */
    List<String> errors(Reply done) {
        var errors = new ArrayList<String>();
        http.get(IMPORTS + "/" + done.at("/id") + "/errors?limit=200").expect(200).json().get("data").forEach(error ->
                errors.add(error.get("line").asText() + " " + error.get("column").asText("-") + " " + error.get("code").asText()));
        return errors;
    }

    /** The file of a new export. */
    Reply exported(String format) {
        var done = done(http.post(EXPORTS, "{\"format\": \"" + format + "\"}").expect(202));
        return http.get(EXPORTS + "/" + done.at("/id") + "/content").expect(200);
    }

    Reply person(String externalId) {
        var found = http.get("/api/v1/runtime/persons?external_id=" + externalId).expect(200);
        return http.get("/api/v1/runtime/persons/" + found.at("/data/0/id")).expect(200);
    }

    long persons() throws java.sql.SQLException {
        return Long.parseLong(tenant.found("select count(*) from runtime.persons where tenant_id = ?", tenant.id()).getFirst());
    }
}
