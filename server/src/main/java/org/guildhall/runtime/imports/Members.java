package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** The people and households of the room, whose rules hold for a file as for a request. */
public interface Members {

    /** Who a household has room for. */
    int householdMembersMax();

    /**
     * What is wrong with a day on which somebody is said to be born; null if nothing is.
     *
     * @param birthOn null if nothing is said
     */
    @Nullable Item unlikely(@Nullable LocalDate birthOn, LocalDate today);

    /**
     * Does what was decided of some rows, each row as one event. Those who were there are held since it was decided.
     *
     * @param events begins an event with its action
     */
    void carryOut(Tx tx, Function<String, Changes> events, Actor actor, List<RowChange> rows);
}
