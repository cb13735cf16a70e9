package org.guildhall.tasks.suppressions;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides which suppressions of an address stop a message. */
final class SuppressionRules {

    /** The reasons that also stop transactional messages: the address doesn't work, or an operator has decided so. */
    private static final Set<String> OVER_TRANSACTIONAL = Set.of("hard_bounce", "invalid", "manual");

    private SuppressionRules() {}

    /** An active suppression of an address. @param category the only category that it stops; null for all */
    record Active(UUID id, String reason, @Nullable String category) {}

    /** The first suppression that stops a message of a category; null if none does. */
    static @Nullable Active stopping(List<Active> suppressions, String category) {
        return suppressions.stream().filter(suppression -> stops(suppression, category)).findFirst().orElse(null);
    }

    private static boolean stops(Active suppression, String category) {
        if (category.equals("transactional")) {
            return suppression.category() == null && OVER_TRANSACTIONAL.contains(suppression.reason());
        }
        return suppression.category() == null || suppression.category().equals(category);
    }
}
