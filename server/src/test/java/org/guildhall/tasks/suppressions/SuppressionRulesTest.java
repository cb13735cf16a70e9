package org.guildhall.tasks.suppressions;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The suppressions that stop a message. */
class SuppressionRulesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "", value = {
            "hard_bounce, , transactional, true", "invalid, , transactional, true", "manual, , transactional, true",
            "manual, transactional, transactional, false", "complaint, , transactional, false", "unsubscribe, , transactional, false",
            "unsubscribe, transactional, transactional, false", "unsubscribe, marketing, marketing, true", "unsubscribe, marketing, reminder, false",
            "unsubscribe, , incident, true", "complaint, , marketing, true", "manual, recovery, recovery, true", "hard_bounce, , incident, true"})
    void suppression_stopsByReasonAndCategory(String reason, @Nullable String category, String message, boolean stops) {
        var active = new SuppressionRules.Active(UUID.randomUUID(), reason, category);
        assertEquals(stops ? active : null, SuppressionRules.stopping(List.of(active), message));
    }
}
