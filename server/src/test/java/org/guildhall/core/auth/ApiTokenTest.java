package org.guildhall.core.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.zip.CRC32;
import org.guildhall.core.auth.ApiToken.Mark;
import org.junit.jupiter.api.Test;

/** The text of an API token: its mark for secret scanners, its checksum against typing errors, and the stored hash. */
class ApiTokenTest {

    private static final Keys KEYS = Keys.parse("test:0123456789abcdef0123456789abcdef");

    @Test
    void token_hasMarkLookup256BitSecretAndChecksum() {
        assertTrue(ApiToken.issue(Mark.LIVE).clear().matches("gld_live_[0-9a-z]{12}_[0-9A-Za-z]{43}_[0-9a-f]{8}"));
        assertTrue(ApiToken.issue(Mark.TEST).clear().startsWith("gld_test_"));
        assertTrue(ApiToken.issue(Mark.PUBLISHABLE).clear().startsWith("gld_pub_"));
    }

    @Test
    void checksum_isTheCrc32OfTheTextBeforeIt() {
        var clear = ApiToken.issue(Mark.LIVE).clear();
        int end = clear.lastIndexOf('_');
        var crc = new CRC32();
        crc.update(clear.substring(0, end).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertEquals("%08x".formatted(crc.getValue()), clear.substring(end + 1));
    }

    @Test
    void issuedTokens_areDistinct() {
        var seen = new HashSet<String>();
        for (int count = 0; count < 1_000; count++) {
            var token = ApiToken.issue(Mark.TEST);
            assertTrue(seen.add(token.prefix()) && seen.add(token.secret()));
        }
    }

    @Test
    void issuedToken_isParsed_alteredOneIsRefused() {
        var clear = ApiToken.issue(Mark.TEST).clear();
        assertEquals(clear, String.valueOf(ApiToken.read(clear)).isEmpty() ? "" : ApiToken.read(clear).clear());
        for (int at = 0; at < clear.length(); at++) {
            var altered = clear.substring(0, at) + (clear.charAt(at) == 'x' ? 'y' : 'x') + clear.substring(at + 1);
            assertNull(ApiToken.read(altered), altered);
        }
        for (int length = 0; length < clear.length(); length++) {
            assertNull(ApiToken.read(clear.substring(0, length)));
        }
        for (var other : new String[] {clear + "0", " " + clear, clear + " ", clear.toUpperCase(), "gld_" + "x".repeat(5_000), "ghp_0123", "", "____", "gld____"}) {
            assertNull(ApiToken.read(other), other);
        }
    }

    @Test
    void forgedToken_withRightChecksum_doesNotMatch() {
        var real = ApiToken.issue(Mark.TEST);
        var forged = new ApiToken(real.prefix(), "0".repeat(43));
        assertNotNull(ApiToken.read(forged.clear()));
        assertTrue(real.matches(KEYS, "test", real.hmac(KEYS)));
        assertFalse(forged.matches(KEYS, "test", real.hmac(KEYS)));
        assertFalse(real.matches(KEYS, "gone", real.hmac(KEYS)));
        var sameSecret = new ApiToken(ApiToken.issue(Mark.TEST).prefix(), real.secret());
        assertFalse(sameSecret.matches(KEYS, "test", real.hmac(KEYS)), "the secret is valid only with its own lookup");
    }

    @Test
    void toString_hidesTheSecret() {
        var token = ApiToken.issue(Mark.LIVE);
        assertFalse(token.toString().contains(token.secret()));
        assertNotEquals(token.clear(), token.toString());
        assertTrue(token.toString().startsWith(token.prefix()));
    }
}
