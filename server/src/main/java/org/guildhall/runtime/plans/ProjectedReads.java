package org.guildhall.runtime.plans;

import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/**
 * Reads of what is written down about pools, as if everything that is due were. While nothing is, which is nearly always, they cost what
 * they would cost without it, and an empty page one trip more.
 */
final class ProjectedReads {

    private final Pools pools;

    ProjectedReads(Pools pools) {
        this.pools = pools;
    }

    /**
     * A page.
     *
     * @param organizationId whose rows alone are on it; null for everybody's
     * @param list fetches it, with what is to be shown as if it were written down
     */
    <T> Page<T> page(Tx tx, @Nullable UUID organizationId, Function<ProjectedRows, ProjectedList<Page<T>>> list) {
        var written = list.apply(ProjectedRows.nothing());
        if (!written.due()) {
            return written.found();
        }
        var foreseen = pools.foreseen(tx, organizationId);
        return foreseen.isNothing() && written.found().data().isEmpty() ? written.found() : list.apply(foreseen).found();
    }

    /**
     * One row; null if there is none.
     *
     * @param get reads it, with what is to be shown as if it were written down
     * @param organization whose it is, or will be if it isn't there yet; null for nobody's
     */
    <T> @Nullable T one(Tx tx, Function<ProjectedRows, @Nullable ProjectedList<T>> get, Function<@Nullable T, @Nullable UUID> organization) {
        var written = get.apply(ProjectedRows.nothing());
        var row = written == null ? null : written.found();
        var organizationId = written != null && !written.due() ? null : organization.apply(row);
        if (organizationId == null) {
            return row;
        }
        var shown = get.apply(pools.foreseen(tx, organizationId));
        return shown == null ? null : shown.found();
    }
}
