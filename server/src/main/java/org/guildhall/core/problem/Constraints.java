package org.guildhall.core.problem;

import java.util.HashMap;
import java.util.Map;
import org.guildhall.core.data.Failures.Violation;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Maps violated constraints of the schema to problems. Each room adds the constraints of its own tables, by name. */
public final class Constraints {

    private record Meaning(Problem problem, @Nullable String pointer, String detail) {}

    private final Map<String, Meaning> meanings = new HashMap<>();

    /** @param pointer the member that the constraint is about; null if it is about the whole resource */
    public Constraints on(String constraint, Problem problem, @Nullable String pointer, String detail) {
        if (meanings.put(constraint, new Meaning(problem, pointer, detail)) != null) {
            throw new IllegalStateException(constraint + " has two meanings");
        }
        return this;
    }

    /** Returns the problem of a violation. A constraint without an entry leads to a general problem, chosen by its SQLSTATE. */
    public ProblemException refusal(Violation violation) {
        var meaning = meanings.get(violation.constraint());
        if (meaning == null && violation.constraint().endsWith("_external_id")) {
            meaning = new Meaning(Problem.ALREADY_EXISTS, "/external_id", "Another resource of this kind has this external_id.");
        }
        if (meaning == null) {
            return switch (violation.state()) {
                case "23505" -> Problem.ALREADY_EXISTS.refusal();
                case "23503", "23P01" -> Problem.CONFLICT.refusal();
                // A check or a missing value that no handler foresaw is a fault of ours.
                default -> Problem.INTERNAL_ERROR.refusal();
            };
        }
        var refusal = meaning.problem.because(meaning.detail);
        return meaning.pointer == null ? refusal : refusal.with(Item.pointer(meaning.pointer, meaning.problem.code(), meaning.detail));
    }
}
