package org.guildhall.core.problem;

import java.util.HashMap;
import java.util.Map;
import org.guildhall.core.data.Failures.Violation;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Maps violated constraints of the schema to problems. Each room adds the constraints of its own tables, by name. */
public final class Constraints {

    private record Mapping(Problem problem, @Nullable String pointer, String detail) {}

    private final Map<String, Mapping> mappings = new HashMap<>();

    /** @param pointer the member that the constraint is about; null if it is about the whole resource */
    public Constraints on(String constraint, Problem problem, @Nullable String pointer, String detail) {
        if (mappings.put(constraint, new Mapping(problem, pointer, detail)) != null) {
            throw new IllegalStateException(constraint + " has two mappings");
        }
        return this;
    }

    /** Returns the problem of a violation. A constraint without an entry leads to a general problem, chosen by its SQLSTATE. */
    public ProblemException refusal(Violation violation) {
        var mapping = mappings.get(violation.constraint());
        if (mapping == null && violation.constraint().endsWith("_external_id")) {
            mapping = new Mapping(Problem.ALREADY_EXISTS, "/external_id", "Another resource of this kind has this external_id.");
        }
        if (mapping == null) {
            return switch (violation.state()) {
                case "23505" -> Problem.ALREADY_EXISTS.refusal();
                case "23503", "23P01" -> Problem.CONFLICT.refusal();
                // A check or a missing value that no handler foresaw is a fault of ours.
                default -> Problem.INTERNAL_ERROR.refusal();
            };
        }
        var refusal = mapping.problem.because(mapping.detail);
        return mapping.pointer == null ? refusal : refusal.with(Item.pointer(mapping.pointer, mapping.problem.code(), mapping.detail));
    }
}
