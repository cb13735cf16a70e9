package org.guildhall.core.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Validation of e-mail addresses (RFC 6531), and their comparison. */
class EmailAddressesTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "mira@members.example", "Mira.Rossi+gym@Members.example", "a..b@docomo.example", "o'hara@x", "\"a b\"@members.example", "\"a@b\"@members.example",
        "\u7528\u6237@\u4f8b\u5b50.\u6d4b\u8bd5", "jos\u00e9@caf\u00e9.example", "\u03b4\u03bf\u03ba\u03b9\u03bc\u03ae@\u03c0\u03b1\u03c1\u03ac\u03b4\u03b5\u03b9\u03b3\u03bc\u03b1.example",
        "mira@xn--caf-dma.example", "mira@ab--cd.example", "\u0905\u091c\u092f@\u0921\u093e\u091f\u093e.example", "mira@stra\u00dfe.example"
    })
    void address_ofRfc6531_isAccepted(String address) {
        assertTrue(EmailAddresses.isValid(address), address);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "@", "mira", "@members.example", "mira@", "mira@-x.example", "mira@x..example", "mira@x.example.", "mi ra@members.example",
        "mira@mem bers.example", "mi\u200bra@members.example", "mira@mem\u200bbers\u00a0.example", "mi\u2028ra@members.example", "mi\u0085ra@members.example",
        "mira\u00a0@members.example", "\"a\"b@members.example", "mira@[192.0.2.1]", "mira@members_.example", "mira@\u0627a.example", "mira@members.example\n",
        "\uD800@members.example"
    })
    void malformedAddress_isRefused(String address) {
        assertFalse(EmailAddresses.isValid(address), address);
    }

    @Test
    void localPart_over64Bytes_isRefused() {
        assertTrue(EmailAddresses.isValid("a".repeat(64) + "@x.example"));
        assertFalse(EmailAddresses.isValid("a".repeat(65) + "@x.example"));
        assertTrue(EmailAddresses.isValid("\u00e9".repeat(32) + "@x.example"));
        assertFalse(EmailAddresses.isValid("\u00e9".repeat(33) + "@x.example"));
    }

    @ParameterizedTest
    @CsvSource({
        "MIRA@Members.EXAMPLE, mira@members.example",
        "JOS\u00c9@CAF\u00c9.example, jos\u00e9@caf\u00e9.example",
        "jos\u00e9@caf\u00e9.example, jos\u00e9@XN--CAF-DMA.example",
        "jose\u0301@cafe\u0301.example, jos\u00e9@caf\u00e9.example",
        "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2@x.example, \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3@x.example",
        "mira@\u4f8b\u5b50\u3002\u6d4b\u8bd5, mira@\u4f8b\u5b50.\u6d4b\u8bd5",
    })
    void addresses_thatDifferInFormOnly_areEqual(String one, String other) {
        assertEquals(EmailAddresses.folded(one), EmailAddresses.folded(other));
    }

    @Test
    void addresses_ofDifferentDomains_differ() {
        assertNotEquals(EmailAddresses.folded("mira@stra\u00dfe.example"), EmailAddresses.folded("mira@strasse.example"));
        assertEquals("mira@xn--strae-oqa.example", EmailAddresses.folded("mira@stra\u00dfe.example"));
    }

    @Test
    void asciiAddress_needsNoKey() {
        assertNull(EmailAddresses.key(null));
        assertNull(EmailAddresses.key("Mira@Members.example"));
        assertEquals("jos\u00e9@xn--caf-dma.example", EmailAddresses.key("JOS\u00c9@caf\u00e9.example"));
    }
}
