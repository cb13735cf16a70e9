package org.guildhall.billing.recovery;

import org.guildhall.tasks.Tasks.Outcome;

/** Decides from the state of an invoice whether its payment needs a task. */
final class RecoveryRules {

    private RecoveryRules() {}

    /** The state of an invoice. @param attempts the number of attempts to charge it */
    record Standing(String state, int attempts) {}

    /** True if an attempt has failed: an invoice that was charged once is paid, or open. */
    static boolean needsTask(Standing invoice) {
        return invoice.state().equals("open") && invoice.attempts() > 0;
    }

    /** The outcome of the task of an invoice that no longer needs it. */
    static Outcome outcome(Standing invoice) {
        return invoice.state().equals("paid") ? Outcome.DONE : Outcome.NO_LONGER_NEEDED;
    }

    /** The reason of the outcome, in a sentence. */
    static String reason(Standing invoice) {
        return switch (invoice.state()) {
            case "paid" -> "The invoice was paid.";
            case "void" -> "The invoice was voided.";
            case "uncollectible" -> "The invoice was written off.";
            default -> "The invoice is " + invoice.state() + ".";
        };
    }
}
