package org.guildhall.billing.deliveries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.GoCardlessBodies;
import org.guildhall.billing.GoCardlessSender;
import org.guildhall.billing.StripeBodies;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.events.Provider;
import org.guildhall.billing.gocardless.GoCardlessProvider;
import org.guildhall.billing.paystack.PaystackProvider;
import org.guildhall.billing.stripe.StripeProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The signature of each provider holds for exactly one body, one header and one secret. */
class SignaturesTest {

    private static final int FLIPS = 512;
    private static final String SECRET = "winterStreetSigningSecret01";
    private static final long NOW = 1_795_600_100;

    /** A signed body. */
    private record Signed(Provider provider, String headerName, byte[] body, String header) {

        static Signed of(String provider) {
            var stripe = StripeSender.event("evt_1", "invoice.paid", NOW, StripeBodies.invoice("in_1", "paid"));
            var batch = GoCardlessBodies.body(List.of(GoCardlessBodies.event("EV1", "2026-09-08T06:00:00.000Z", "payments.confirmed", "PM1")));
            return switch (provider) {
                case "stripe" -> new Signed(new StripeProvider(""), "Stripe-Signature", bytes(stripe), StripeSender.header(stripe, SECRET, NOW));
                case "gocardless" -> new Signed(
                        new GoCardlessProvider(GoCardlessProvider.LIVE), "Webhook-Signature", bytes(batch), GoCardlessSender.signature("HmacSHA256", batch, SECRET));
                default -> new Signed(new PaystackProvider(""), "x-paystack-signature", bytes(batch), GoCardlessSender.signature("HmacSHA512", batch, SECRET));
            };
        }

        boolean verifies(byte[] sent, String signature, long now) {
            return provider.verify(sent, Map.of(headerName, signature)::get, List.of(SECRET), Instant.ofEpochSecond(now));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        var other = bytes.clone();
        other[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
        return other;
    }

    @ParameterizedTest
    @ValueSource(strings = {"stripe", "gocardless", "paystack"})
    void eachFlippedBit_ofBodyAndHeader_isRefused(String provider) {
        var signed = Signed.of(provider);
        assertTrue(signed.verifies(signed.body(), signed.header(), NOW));
        var header = signed.header().getBytes(StandardCharsets.ISO_8859_1);
        assertTrue(header.length * Byte.SIZE >= FLIPS, "a header of " + header.length);
        for (int bit = 0; bit < FLIPS; bit++) {
            // Spread over the whole body.
            int at = signed.body().length * bit / FLIPS * Byte.SIZE + bit % Byte.SIZE;
            assertFalse(signed.verifies(flipped(signed.body(), at), signed.header(), NOW), "bit " + at + " of the body");
            assertFalse(signed.verifies(signed.body(), new String(flipped(header, bit), StandardCharsets.ISO_8859_1), NOW), "bit " + bit + " of the header");
        }
    }

    @Test
    void timeOfStripe_holdsFor300Seconds() {
        var signed = Signed.of("stripe");
        for (long second : new long[] {-301, -300, 300, 301}) {
            assertEquals(Math.abs(second) <= 300, signed.verifies(signed.body(), signed.header(), NOW + second), "" + second);
        }
    }
}
