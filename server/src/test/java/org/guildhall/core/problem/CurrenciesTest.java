package org.guildhall.core.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Currencies that are in use. */
class CurrenciesTest {

    @ParameterizedTest
    @ValueSource(strings = {"AUD", "EUR", "USD", "JPY", "GBP", "NZD", "CHF", "KWD", "XOF", "XCD", "XPF", "MRU", "VES", "BYN", "SLE", "UZS", "CLP"})
    void currency_inUse_isAccepted(String code) {
        assertEquals(List.of(), Currencies.check("/currency", code));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "DEM", "FRF", "ITL", "HRK", "EEK", "LTL", "MRO", "VEB", "BYR", "ZWD", "SUR", "TRL", "XTS", "XAU", "XDR", "XEU", "CHE", "COU", "ZZZ", "QQQ", "aud", ""
    })
    void currency_notInUse_isRefused(String code) {
        assertEquals("/currency unknown", Currencies.check("/currency", code).stream().map(item -> item.pointer() + " " + item.code()).findFirst().orElse(""));
    }

    @Test
    void currencies_areAPlausibleNumber() {
        int count = Currencies.inUse().size();
        assertTrue(count > 140 && count < 180, count + " currencies");
    }
}
