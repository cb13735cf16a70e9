package org.guildhall.runtime.plans;

import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/**
 * Reads that include due transitions. Usually none is due; a read then takes no further round trip, except for an empty page, which takes
 * one more.
 */
final class ProjectedReads {

    private final Pools pools;

    ProjectedReads(Pools pools) {
        this.pools = pools;
    }

    /**
     * Reads a page.
     *
     * @param organizationId the only organization on the page; null for all organizations
     * @param list fetches the page, including the given due changes
     */
    <T> Page<T> page(Tx tx, @Nullable UUID organizationId, Function<ProjectedRows, StoredResult<Page<T>>> list) {
        var written = list.apply(ProjectedRows.nothing());
        if (!written.due()) {
            return written.found();
        }
        var projected = pools.projected(tx, organizationId);
        return projected.isNothing() && written.found().data().isEmpty() ? written.found() : list.apply(projected).found();
    }

    /**
     * Reads one row; null if there is none.
     *
     * @param get reads the row, including the given due changes
     * @param organization the organization of the row, or of a projected row; null for none
     */
    <T> @Nullable T one(Tx tx, Function<ProjectedRows, @Nullable StoredResult<T>> get, Function<@Nullable T, @Nullable UUID> organization) {
        var written = get.apply(ProjectedRows.nothing());
        var row = written == null ? null : written.found();
        var organizationId = written != null && !written.due() ? null : organization.apply(row);
        if (organizationId == null) {
            return row;
        }
        var shown = get.apply(pools.projected(tx, organizationId));
        return shown == null ? null : shown.found();
    }
}
