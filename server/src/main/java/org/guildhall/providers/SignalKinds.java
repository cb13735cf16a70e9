package org.guildhall.providers;

import java.util.List;
import java.util.Map;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;

/** What follows from the kind of a signal: its source statuses, the word for its subject, and the steps of an escalation. */
final class SignalKinds {

    private record Kind(String subjectLabel, List<String> sourceStatuses, List<String> escalationSteps) {}

    private static final Map<String, Kind> KINDS = Map.of(
            "system", new Kind("System", List.of("healthy", "watch", "planned", "failing"), List.of(
                    "Check health endpoint", "Compare recent deploy and provider status", "Open incident timeline", "Communicate owner-safe status")),
            "integration", new Kind("Category", List.of("live", "needs_attention", "planned", "failing"), List.of(
                    "Confirm provider owner", "Check secrets/config", "Review recent webhook/API failures",
                    "Create owner-visible incident if user-facing")),
            "api_contract", new Kind("Consumer", List.of("live", "documented", "planned", "failing"), List.of(
                    "Identify consumer", "Validate auth scope", "Smoke route/contract", "Document breaking-change risk")),
            "webhook_event", new Kind("Destination", List.of("active", "watch", "planned", "failing"), List.of(
                    "Inspect latest delivery", "Check idempotency key", "Replay safe payload", "Escalate if timeline or money state can drift")));

    private SignalKinds() {}

    private static Kind of(String kind) {
        var found = KINDS.get(kind);
        if (found == null) {
            throw new IllegalArgumentException("there is no kind " + kind);
        }
        return found;
    }

    static String subjectLabel(String kind) {
        return of(kind).subjectLabel();
    }

    static List<String> escalationSteps(String kind) {
        return of(kind).escalationSteps();
    }

    /** The words of a source status. */
    static String words(String sourceStatus) {
        return sourceStatus.replace('_', ' ');
    }

    /** @throws ProblemException {@code validation_failed} if signals of the kind don't have this source status */
    static void requireSourceStatus(String kind, String sourceStatus) {
        var allowed = of(kind).sourceStatuses();
        if (!allowed.contains(sourceStatus)) {
            var detail = "A signal of the kind " + kind + " has one of these: " + String.join(", ", allowed) + ".";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/source_status", "other_kind", detail));
        }
    }
}
