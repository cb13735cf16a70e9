package org.guildhall.core.sql;

import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A read about one organization that joins parts of several rooms into one statement: one round trip and one instant, whatever the number of
 * parts.
 */
public final class JoinedRead {

    /** The organization, a parameter of every part. */
    public static final Param<UUID> ORGANIZATION_ID = DSL.param("organization_id", SQLDataType.UUID);

    /** The instant, a parameter of every part; null for now. */
    public static final Param<Instant> AT = DSL.param("at", SQLDataType.INSTANT);

    private final PreparedQuery<Results> query;
    private final List<String> parameters;

    /**
     * One part of a joined read.
     *
     * @param columns scalar subqueries; each yields one value
     * @param result reads the columns
     */
    public record Part<T>(List<Field<?>> columns, Function<RowReader, T> result) {}

    /** The results of the parts. */
    public static final class Results {

        private final Map<Part<?>, Object> results = new IdentityHashMap<>();

        private Results(List<Part<?>> parts, RowReader cells) {
            parts.forEach(part -> results.put(part, part.result().apply(cells)));
        }

        /** The result of a part of the read. */
        @SuppressWarnings("unchecked") // the result at the part's key is the part's
        public <T> T get(Part<T> part) {
            return (T) Objects.requireNonNull(results.get(part));
        }
    }

    /** Joins parts, once for all calls. */
    public JoinedRead(List<Part<?>> parts) {
        var columns = new ArrayList<Field<?>>();
        parts.forEach(part -> columns.addAll(part.columns()));
        this.query = PreparedQuery.of(DSL.select(columns), columns, cells -> new Results(parts, cells));
        this.parameters = query.parameters();
    }

    /** Reads all parts. */
    public Results send(Tx tx, UUID organizationId, @Nullable Instant at) {
        return query.single(tx, parameters.stream().map(name -> name.equals(AT.getParamName()) ? at : organizationId).toArray());
    }
}
