package org.guildhall.billing.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import java.util.List;
import org.guildhall.billing.events.ProviderMovement;
import org.junit.jupiter.api.Test;

/** Amounts on the provider's balance, with fees and exchange rates. */
class SettledTest {

    private static Settled settled(long amount, long settled, String currency) {
        return Settled.of(List.of(new ProviderMovement("txn_1", amount, settled, currency, 200, 20, Instant.EPOCH)));
    }

    @Test
    void exchangeRate_isThatOfWholeUnits() {
        assertEquals("1.5321", settled(10_000, 15_321, "AUD").exchangeRate("USD"));
        // The yen has no smaller unit, the Kuwaiti dinar has three decimals.
        assertEquals("0.01008", settled(1_500, 1_512, "AUD").exchangeRate("JPY"));
        assertEquals("5", settled(10_500, 5_250, "AUD").exchangeRate("KWD"));
        assertEquals("0.33333333", settled(3, 1, "AUD").exchangeRate("USD"));
        assertNull(settled(12_900, 12_900, "AUD").exchangeRate("AUD"));
        assertNull(settled(0, 0, "AUD").exchangeRate("USD"));
    }

    @Test
    void movements_ofOneBalance_areAdded() {
        assertNull(Settled.of(List.of()));
        var second = new ProviderMovement("txn_2", 100, 100, "AUD", 3, 0, Instant.EPOCH);
        var other = new ProviderMovement("txn_3", 100, 60, "USD", 1, 0, Instant.EPOCH);
        var first = new ProviderMovement("txn_1", 12_900, 12_900, "AUD", 233, 23, Instant.EPOCH);
        assertEquals(new Settled("AUD", 13_000, 13_000, 259), Settled.of(List.of(first, second, other)));
    }
}
