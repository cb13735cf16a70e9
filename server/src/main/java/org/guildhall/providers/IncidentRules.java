package org.guildhall.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** The state machine of incidents, what a closing asks for, and the members of an entry. */
final class IncidentRules {

    private static final Map<String, Set<String>> FROM = Map.of(
            "monitoring", Set.of("open"),
            "resolved", Set.of("open", "monitoring"),
            "open", Set.of("monitoring", "resolved"),
            "closed", Set.of("resolved"));

    private IncidentRules() {}

    /** @throws ProblemException {@code invalid_state} if an incident can't change from one state to the other */
    static void requireTransition(String from, String to) {
        if (!FROM.getOrDefault(to, Set.of()).contains(from)) {
            throw Problem.INVALID_STATE.because("The incident is " + from + "." + remedy(from, to));
        }
    }

    private static String remedy(String from, String to) {
        if (from.equals("closed") && to.equals("open")) {
            return " Open another one with `follows_incident_id`.";
        }
        return to.equals("closed") && !from.equals("closed") ? " Resolve it first." : "";
    }

    /** @throws ProblemException {@code invalid_state} for a closed incident */
    static void requireNotClosed(String state) {
        if (state.equals("closed")) {
            throw Problem.INVALID_STATE.because("The incident is closed.");
        }
    }

    /**
     * The things that a closing asks for and that are missing.
     *
     * @param noted true if the timeline has an entry that isn't automatic
     * @param preventionTaskState the state of the prevention task; null without one
     */
    static List<Item> missing(boolean evidence, boolean noted, @Nullable String preventionTaskState, @Nullable String explanation) {
        var missing = new ArrayList<Item>();
        if (!evidence) {
            missing.add(Item.pointer("/evidence", "missing", "There is no evidence. Add what was found."));
        }
        if (!noted) {
            missing.add(Item.pointer("/entries", "missing", "The timeline has automatic entries only. Add a note, an action or a communication."));
        }
        if (preventionTaskState == null) {
            missing.add(Item.pointer("/prevention_task_id", "missing", "There is no prevention task."));
        } else if (preventionTaskState.equals("canceled")) {
            missing.add(Item.pointer("/prevention_task_id", "canceled", "The prevention task is canceled. Name another one."));
        }
        if (explanation == null) {
            missing.add(Item.pointer("/owner_safe_explanation", "missing", "There is no explanation for owners."));
        }
        return missing;
    }

    /** @throws ProblemException {@code invalid_state} with all of the missing things */
    static void requireComplete(List<Item> missing) {
        if (!missing.isEmpty()) {
            throw Problem.INVALID_STATE
                    .because(missing.size() == 1
                            ? missing.getFirst().detail() : missing.size() + " things are missing; each entry of errors names one.")
                    .withAll(missing);
        }
    }

    /** @throws ProblemException {@code validation_failed} if a member of communication is missing, or is there with another kind */
    static void requireMembers(String kind, Map<String, Boolean> given) {
        boolean comms = kind.equals("comms");
        var wrong = new ArrayList<Item>();
        given.forEach((member, there) -> {
            if (there != comms) {
                wrong.add(Item.pointer("/" + member, comms ? "required" : "other_kind",
                        "`" + member + (comms ? "` is required for an entry of the kind comms." : "` is only for an entry of the kind comms.")));
            }
        });
        ProblemException.ifAny(wrong);
    }
}
