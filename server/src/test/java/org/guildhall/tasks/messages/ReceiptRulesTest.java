package org.guildhall.tasks.messages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The effect of a receipt on a message. */
class ReceiptRulesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
            // state, sent, failed, delivered, bounced
            "unknown, sent, failed, delivered, bounced", "sending, sent, failed, delivered, bounced", "sent, -, bounced, delivered, bounced",
            "delivered, -, -, -, -", "bounced, -, -, -, -", "failed, -, -, -, -", "queued, -, -, -, -", "held, -, -, -, -", "canceled, -, -, -, -",
            "expired, -, -, -, -", "suppressed, -, -, -, -"})
    void receipt_moves_neverBack(String state, @Nullable String sent, @Nullable String failed, @Nullable String delivered, @Nullable String bounced) {
        assertEquals(sent, ReceiptRules.after(state, "sent"));
        assertEquals(failed, ReceiptRules.after(state, "failed"));
        assertEquals(delivered, ReceiptRules.after(state, "delivered"));
        assertEquals(bounced, ReceiptRules.after(state, "bounced"));
    }
}
