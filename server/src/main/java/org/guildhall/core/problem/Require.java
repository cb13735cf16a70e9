package org.guildhall.core.problem;

import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** What becomes of ids that callers name. */
public final class Require {

    private Require() {}

    /** What the path names. @throws ProblemException {@code not_found} without it */
    public static <T> T found(@Nullable T row) {
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return row;
    }

    /** What a member of the body names. @throws ProblemException {@code validation_failed} at the member without it */
    public static <T> T named(@Nullable T row, String pointer, String what) {
        if (row == null) {
            throw Problem.VALIDATION_FAILED.because("There is no such " + what + ".")
                    .with(Item.pointer(pointer, "unknown_reference", "There is no such " + what + "."));
        }
        return row;
    }

    /** Refuses what was archived: it stays readable, and can be neither changed nor referred to anew. */
    public static void active(String state, String what) {
        if (!state.equals("active")) {
            throw Problem.INVALID_STATE.because("The " + what + " is " + state + ".");
        }
    }

    /** The same for what a member of the body names. */
    public static void active(String state, String pointer, String what) {
        if (!state.equals("active")) {
            throw Problem.INVALID_STATE.at(pointer, "The " + what + " is " + state + ".");
        }
    }
}
