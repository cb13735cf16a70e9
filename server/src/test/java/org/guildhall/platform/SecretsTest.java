package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.TENANTS;
import static org.guildhall.platform.PlatformFixture.TOKENS;
import static org.guildhall.platform.PlatformFixture.text;
import static org.guildhall.platform.PlatformFixture.tokenBody;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.junit.jupiter.api.Test;

/** A token is shown once, to the caller that created it, and is stored nowhere in clear. */
class SecretsTest {

    private final PlatformFixture platform = new PlatformFixture();
    private final String consumer = platform.consumer("catalog:read");

    @Test
    void tables_holdNoTokenOrIdempotencyKeyInClear() throws SQLException {
        var key = "very-secret-key-" + UUID.randomUUID();
        var secrets = new ArrayList<>(List.of(key));
        var issued = platform.admin.post(TOKENS, tokenBody(consumer, "", "catalog:read"), "Idempotency-Key", key).expect(201);
        secrets.add(secret(issued));
        secrets.add(secret(platform.admin.post(TOKENS + "/" + issued.at("/id") + "/rotate", "{\"overlap_seconds\": 60}", "If-Match", "*",
                "Idempotency-Key", key + "-rotate").expect(201)));
        secrets.add(secret(PlatformFixture.platform().admin.post(TENANTS + "/" + TypeIds.format("ten", platform.tenant.id()) + "/admin-tokens", "{}",
                "Idempotency-Key", key + "-admin").expect(201)));
        var tables = tables();
        assertTrue(tables.containsAll(List.of("platform.tokens", "platform.idempotency_keys", "platform.audit_entities", "platform.doors")));
        for (var table : tables) {
            for (var row : rows(table)) {
                for (var secret : secrets) {
                    assertFalse(row.contains(secret), table);
                    // jsonb and text show bytes as hexadecimal.
                    assertFalse(row.contains(HexFormat.of().formatHex(secret.getBytes(StandardCharsets.US_ASCII))), table);
                }
            }
        }
    }

    private static String secret(Http.Reply issued) {
        var clear = text(issued, "/token");
        return clear.substring(text(issued, "/prefix").length() + 1, clear.lastIndexOf('_'));
    }

    private static List<String> tables() throws SQLException {
        return texts("""
                select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'""");
    }

    private static List<String> rows(String table) throws SQLException {
        return texts("select to_jsonb(t)::text from " + table + " t");
    }

    private static List<String> texts(String sql) throws SQLException {
        var texts = new ArrayList<String>();
        try (var connection = TestServer.shared().superuser();
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    @Test
    void secret_isShownAgainOnlyWithItsKey() {
        var body = tokenBody(consumer, "", "catalog:read");
        var first = platform.admin.post(TOKENS, body, "Idempotency-Key", "mine").expect(201);
        var again = platform.admin.post(TOKENS, body, "Idempotency-Key", "mine").expect(201);
        assertEquals(first.text(), again.text());
        assertEquals("no-store", again.header("Cache-Control"));
        // An equal key of another consumer is a different key.
        var other = platform.holding("platform:tokens:write", "catalog:read").post(TOKENS, body, "Idempotency-Key", "mine").expect(201);
        assertFalse(first.text().equals(other.text()));
    }

    @Test
    void dryRun_showsNoSecret_createsNoToken() {
        var tried = platform.admin.post(TOKENS + "?dry_run=true", tokenBody(consumer, "", "catalog:read"), "Accept", Http.DRY_RUN).expect(201);
        assertTrue(tried.json().at("/result/token").isNull());
        assertFalse(tried.json().at("/changes/0/after").has("token"));
        assertEquals("404 not_found", platform.admin.get(TOKENS + "/" + tried.at("/result/id")).outcome());
    }
}
