package org.guildhall.runtime.imports;

import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException.Item;
import org.jspecify.annotations.Nullable;

/** The persons and households that an import changes, by the same rules as a request. */
public interface Members {

    /** The maximal number of members of a household. */
    int householdMembersMax();

    /**
     * The error of a day of birth; null if it is valid.
     *
     * @param birthOn null if the row has none
     */
    @Nullable Item birthOnError(@Nullable LocalDate birthOn, LocalDate today);

    /**
     * Writes the changes of some rows, each row as one audit event. The caller has locked the existing persons and households.
     *
     * @param events begins an event with the given action
     */
    void apply(Tx tx, Function<String, Changes> events, Actor actor, List<RowChange> rows);
}
