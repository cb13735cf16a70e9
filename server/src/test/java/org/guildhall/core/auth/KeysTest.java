package org.guildhall.core.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.guildhall.core.auth.Keys.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server's keys: the first one signs, all verify, and each purpose has its own derived key. */
class KeysTest {

    private static final String OLD = "old:" + "o".repeat(32);
    private static final String NEW = "new:" + "n".repeat(32);
    private static final byte[] PART = "part".getBytes(UTF_8);

    @Test
    void severalKeys_firstSigns_allVerify() {
        var before = Keys.parse(OLD);
        var during = Keys.parse(NEW + "," + OLD);
        var after = Keys.parse(NEW);
        assertEquals("new", during.current());
        assertArrayEquals(after.mac(Purpose.TOKEN, PART), during.mac(Purpose.TOKEN, PART));
        var signedBefore = before.mac(Purpose.TOKEN, PART);
        assertTrue(during.verify("old", Purpose.TOKEN, signedBefore, PART));
        assertFalse(after.verify("old", Purpose.TOKEN, signedBefore, PART), "a removed key verifies nothing");
        assertFalse(during.verify("new", Purpose.TOKEN, signedBefore, PART));
        assertArrayEquals(new byte[][] {signedBefore}, during.olderMacs(Purpose.TOKEN, PART));
        assertEquals(0, before.olderMacs(Purpose.TOKEN, PART).length);
        assertTrue(during.verifyTruncated(Purpose.CURSOR, Arrays.copyOf(before.mac(Purpose.CURSOR, PART), 16), PART));
        assertFalse(after.verifyTruncated(Purpose.CURSOR, Arrays.copyOf(before.mac(Purpose.CURSOR, PART), 16), PART));
    }

    @Test
    void mac_ofOnePurpose_isInvalidForAnother() {
        var keys = Keys.parse(OLD);
        for (var one : Purpose.values()) {
            for (var other : Purpose.values()) {
                assertEquals(one == other, keys.verify("old", other, keys.mac(one, PART), PART));
            }
        }
    }

    @Test
    void parts_ofOtherLengths_giveAnotherMac() {
        var keys = Keys.parse(OLD);
        var ab = keys.mac(Purpose.TOKEN, "ab".getBytes(UTF_8), "c".getBytes(UTF_8));
        assertFalse(Arrays.equals(ab, keys.mac(Purpose.TOKEN, "a".getBytes(UTF_8), "bc".getBytes(UTF_8))));
        assertFalse(Arrays.equals(ab, keys.mac(Purpose.TOKEN, "abc".getBytes(UTF_8))));
        assertFalse(Arrays.equals(keys.mac(Purpose.TOKEN), keys.mac(Purpose.TOKEN, new byte[0])));
    }

    /** A change of the derivation would invalidate all tokens, cursors and kept replies. */
    @Test
    void derivedMacs_areStableOverReleases() {
        var keys = Keys.parse("test:0123456789abcdef0123456789abcdef");
        assertEquals("3115653f", HexFormat.of().formatHex(keys.mac(Purpose.TOKEN, PART)).substring(0, 8));
        assertEquals("b0f34e79", HexFormat.of().formatHex(keys.mac(Purpose.CURSOR, PART)).substring(0, 8));
        assertEquals("95aee082", HexFormat.of().formatHex(keys.mac(Purpose.IDEMPOTENCY, PART)).substring(0, 8));
    }

    @Test
    void sealedReply_opensOnlyWithCallersAndServersKey() {
        var sealed = Keys.parse(OLD).seal(PART, "caller");
        assertArrayEquals(PART, Keys.parse(OLD).open(sealed, "caller"));
        assertArrayEquals(PART, Keys.parse(NEW + "," + OLD).open(sealed, "caller"));
        assertNull(Keys.parse(OLD).open(sealed, "another"));
        assertNull(Keys.parse(NEW).open(sealed, "caller"));
        assertNotEquals(HexFormat.of().formatHex(sealed), HexFormat.of().formatHex(Keys.parse(OLD).seal(PART, "caller")), "the nonce must differ");
        for (int at = 0; at < sealed.length; at++) {
            var altered = sealed.clone();
            altered[at] ^= 1;
            assertNull(Keys.parse(OLD).open(altered, "caller"), "altered at " + at);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "noseparator0123456789012345678901234567", ":0123456789012345678901234567890123", "UP:0123456789012345678901234567890123",
        "short:0123456789", "a:01234567890123456789012345678901,a:01234567890123456789012345678902", "waytoolongidentifier:0123456789012345678901234567890123"})
    void malformedKeys_areRefused_withoutBeingPrinted(String text) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Keys.parse(text));
        assertFalse(refused.getMessage().contains("0123456789"), refused.getMessage());
    }
}
