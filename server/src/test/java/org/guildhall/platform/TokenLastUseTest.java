package org.guildhall.platform;

import static org.guildhall.platform.PlatformFixture.PRODUCTS;
import static org.guildhall.platform.PlatformFixture.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import org.guildhall.TestServer;
import org.junit.jupiter.api.Test;

class TokenLastUseTest {

    private final PlatformFixture platform = new PlatformFixture();

    @Test
    void lastUse_isWrittenWhenTheNodeStops() {
        var token = platform.token(platform.consumer("catalog:read"), "catalog:read");
        var unused = platform.admin.get(token.path()).expect(200);
        assertNull(unused.at("/last_used_at"));
        var before = Instant.now().minusSeconds(1);
        try (var node = TestServer.shared().node()) {
            platform.with(token.clear()).on(node).get(PRODUCTS).expect(200);
        }
        var used = platform.admin.get(token.path()).expect(200);
        var at = Instant.parse(text(used, "/last_used_at"));
        assertTrue(at.isAfter(before) && at.isBefore(Instant.now().plusSeconds(1)), at.toString());
        // The last use is no change: the version stays, but the entity tag of an earlier read is stale.
        assertEquals("1", used.at("/version"));
        assertFalse(String.valueOf(unused.header("ETag")).equals(used.header("ETag")));
        platform.admin.patch(token.path(), "{\"name\": \"Used\"}", "If-Match", token.etag()).expect(200);
    }
}
