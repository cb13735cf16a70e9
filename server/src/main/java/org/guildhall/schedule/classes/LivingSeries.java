package org.guildhall.schedule.classes;

import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.SeriesId;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/** Series that haven't ended: they go on to make sessions. The series part implements it. Each list has a hundred ids at most, the oldest first. */
public interface LivingSeries {

    List<UUID> ofClassType(Tx tx, UUID classTypeId);

    List<UUID> atLocation(Tx tx, UUID locationId);

    /**
     * Requires that no series goes on.
     *
     * @param what the sentence's subject, such as {@code class type}
     * @throws ProblemException {@code conflict} with the series
     */
    static void requireNone(List<UUID> living, String what) {
        if (!living.isEmpty()) {
            throw Problem.CONFLICT.because("The " + what + " has series that haven't ended. End them first.")
                    .member("series_ids", living.stream().map(id -> new SeriesId(id).toString()).toList());
        }
    }
}
