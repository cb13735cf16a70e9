package org.guildhall.billing.stripe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.guildhall.billing.events.UnreadableEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of Stripe's smallest units against those of ISO 4217. */
class StripeMoneyTest {

    @ParameterizedTest
    @CsvSource({
        "12900,   aud, 12900",
        "-2500,   usd, -2500",
        "0,       eur, 0",
        "1500,    jpy, 1500",
        "10500,   kwd, 10500",
        "500000,  isk, 5000",
        "500000,  ugx, 5000",
        "-500000, ugx, -5000",
        "2500,    xof, 2500",
        "70,      mga, 7000",
        "90071992547409, mga, 9007199254740900",
    })
    void amount_isConvertedExactly(long wire, String currency, long minor) {
        assertEquals(minor, StripeMoney.minor(wire, currency));
    }

    @ParameterizedTest
    @CsvSource({
        "500050,              isk",
        "1,                   ugx",
        "-99,                 ugx",
        "90071992547410,      mga",
        "92233720368547759,   mga",
        "9007199254740992,    aud",
        "100,                 zzz",
        "100,                 xxx",
        "100,                 ''",
        "100,                 dollars",
    })
    void amount_withoutAnExactValue_isRefused(long wire, String currency) {
        assertThrows(UnreadableEvent.class, () -> StripeMoney.minor(wire, currency));
    }
}
