package org.guildhall.core.problem;

import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** Checks of the resources that a request refers to. */
public final class Require {

    private Require() {}

    /** Returns the resource that the path names. @throws ProblemException {@code not_found} if the row is null */
    public static <T> T found(@Nullable T row) {
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return row;
    }

    /** Returns the resource that a body member names. @throws ProblemException {@code validation_failed} at the member if the row is null */
    public static <T> T named(@Nullable T row, String pointer, String what) {
        if (row == null) {
            throw Problem.VALIDATION_FAILED.because("There is no such " + what + ".")
                    .with(Item.pointer(pointer, "unknown_reference", "There is no such " + what + "."));
        }
        return row;
    }

    /** Refuses a resource that isn't active: it can be read, but neither changed nor referred to. */
    public static void active(String state, String what) {
        if (!state.equals("active")) {
            throw Problem.INVALID_STATE.because("The " + what + " is " + state + ".");
        }
    }

    /** Refuses a body member that refers to a resource that isn't active. */
    public static void active(String state, String pointer, String what) {
        if (!state.equals("active")) {
            throw Problem.INVALID_STATE.at(pointer, "The " + what + " is " + state + ".");
        }
    }
}
