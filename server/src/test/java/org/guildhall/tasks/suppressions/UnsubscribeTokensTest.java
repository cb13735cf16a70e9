package org.guildhall.tasks.suppressions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.UUID;
import org.guildhall.core.auth.Keys;
import org.guildhall.tasks.suppressions.UnsubscribeTokens.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tokens of unsubscribe links. */
class UnsubscribeTokensTest {

    private static final String OLD = "old:0123456789abcdef0123456789abcdef";
    private static final Link LINK = new Link(UUID.randomUUID(), null, "Mira.Rößi@members.example", "marketing");

    private final UnsubscribeTokens tokens = new UnsubscribeTokens(Keys.parse(OLD));

    @Test
    void token_hasTenantRecipientAndCategory() {
        assertEquals(LINK, tokens.read(tokens.token(LINK)));
        var person = new Link(LINK.tenant(), UUID.randomUUID(), null, "reminder");
        assertEquals(person, tokens.read(tokens.token(person)));
        assertEquals(tokens.token(LINK), tokens.token(LINK));
        assertNotEquals(tokens.token(LINK), tokens.token(new Link(LINK.tenant(), null, LINK.address(), "recovery")));
    }

    @Test
    void token_isReadAfterAChangeOfKeys_notWithOtherKeys() {
        var token = tokens.token(LINK);
        assertEquals(LINK, new UnsubscribeTokens(Keys.parse("new:fedcba9876543210fedcba9876543210," + OLD)).read(token));
        assertNull(new UnsubscribeTokens(Keys.parse("old:fedcba9876543210fedcba9876543210")).read(token));
    }

    @Test
    void changedToken_isNone() {
        var token = tokens.token(LINK);
        for (int at = 0; at < token.length(); at++) {
            var other = token.charAt(at) == 'A' ? 'B' : 'A';
            assertNull(tokens.read(token.substring(0, at) + other + token.substring(at + 1)), String.valueOf(at));
        }
        assertNull(tokens.read(token + "A"));
        assertNull(tokens.read(token.substring(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "AAAA", "%2e%2e", "../..", "a b", "ääää"})
    void anythingElse_isNone(String token) {
        assertNull(tokens.read(token));
    }
}
