package org.guildhall.billing.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderPayment.Failure;
import org.guildhall.billing.payments.PaymentRules.Intent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The state of a payment from the provider's statement and the attempts. */
class PaymentRulesTest {

    private static final Instant NOON = Instant.parse("2027-03-01T12:00:00Z");

    /** One attempt a letter, each a second after the one before: F failed, S received, A authorized, P pending. */
    private static List<ProviderAttempt> attempts(@Nullable String letters) {
        var attempts = new ArrayList<ProviderAttempt>();
        for (int at = 0; letters != null && at < letters.length(); at++) {
            char letter = letters.charAt(at);
            var outcome = letter == 'F' ? "failed" : letter == 'P' ? "pending" : "succeeded";
            attempts.add(new ProviderAttempt(
                    "ch_" + at, "pi_1", outcome, outcome, null, null, "AUD", 12_900, letter == 'S' ? 12_900 : 0, 0, NOON.plusSeconds(at), "card",
                    letter == 'F' ? new Failure("expired_card", "Expired.") : null, null));
        }
        return attempts;
    }

    @Test
    void pendingPayment_afterAFailedAttempt_isTriedAgain() {
        assertEquals("pending", PaymentRules.progress(new Intent("pending", 0, null, NOON.plusSeconds(1)), attempts("F")).state());
        assertEquals("failed", PaymentRules.progress(new Intent("pending", 0, null, NOON), attempts("F")).state());
    }

    @ParameterizedTest
    @CsvSource({
        "pending,         ,    pending,         0,     ,                     ",
        "pending,         F,   failed,          0,     ,                     expired_method",
        "failed,          ,    failed,          0,     ,                     insufficient_funds",
        "failed,          FF,  failed,          0,     ,                     expired_method",
        "failed,          FS,  succeeded,       12900, 2027-03-01T12:00:01Z, ",
        "succeeded,       ,    succeeded,       12900, 2027-03-01T12:00:00Z, ",
        "requires_action, F,   requires_action, 0,     ,                     ",
        "processing,      P,   processing,      0,     ,                     ",
        "reversed,        FS,  reversed,        12900, 2027-03-01T12:00:01Z, declined",
        "reversed,        SF,  reversed,        12900, 2027-03-01T12:00:00Z, declined",
        "pending,         A,   pending,         0,     ,                     ",
        "canceled,        A,   canceled,        0,     ,                     ",
        "canceled,        F,   canceled,        0,     ,                     ",
        ",                S,   succeeded,       12900, 2027-03-01T12:00:00Z, ",
        ",                F,   failed,          0,     ,                     expired_method",
        ",                P,   pending,         0,     ,                     ",
    })
    void state_followsFromThePaymentAndItsAttempts(
            @Nullable String intent, @Nullable String letters, String state, long captured, @Nullable Instant paidAt, @Nullable String category) {
        var said = intent == null
                ? null
                : new Intent(intent, intent.equals("succeeded") ? 12_900 : 0, intent.equals("failed") ? new Failure("insufficient_funds", null) : null, NOON);
        var attempts = new ArrayList<>(attempts(letters));
        var progress = PaymentRules.progress(said, attempts);
        assertEquals(state + " " + captured + " " + paidAt + " " + category, progress.state() + " " + progress.capturedMinor() + " " + progress.paidAt() + " "
                + (progress.failure() == null ? null : PaymentRules.category(progress.failure())));
        assertEquals(progress.failure() == null, progress.failedAt() == null);
        Collections.reverse(attempts);
        assertEquals(progress, PaymentRules.progress(said, attempts), "whatever order they are read in");
    }
}
