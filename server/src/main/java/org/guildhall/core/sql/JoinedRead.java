package org.guildhall.core.sql;

import java.time.Instant;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.core.data.Tx;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A read about one organization that joins parts of several rooms: one round trip and one instant, whatever the number of parts. Each part has
 * queries of its own, since many small plans cost PostgreSQL less than a large one that makes JSON of the rows.
 */
public final class JoinedRead {

    /** The organization, a parameter of every query. */
    public static final Param<UUID> ORGANIZATION_ID = DSL.param("organization_id", SQLDataType.UUID);

    /** The instant, a parameter of queries about the past. */
    public static final Param<Instant> AT = DSL.param("at", SQLDataType.INSTANT);

    private final List<Part<?>> parts;

    /**
     * One part of a joined read.
     *
     * @param queries have no other parameters than {@link #ORGANIZATION_ID} and {@link #AT}
     * @param result makes the result of their rows
     */
    public record Part<T>(List<PreparedQuery<?>> queries, Function<Rows, T> result) {}

    /** The rows of the queries. */
    public static final class Rows {

        private final Map<PreparedQuery<?>, List<?>> rows = new IdentityHashMap<>();

        private Rows() {}

        /** The rows of a query of the part. */
        @SuppressWarnings("unchecked") // the rows at the query's key are the query's
        public <R> List<R> of(PreparedQuery<R> query) {
            return (List<R>) Objects.requireNonNull(rows.get(query));
        }

        /** The only row of a query of the part; null if there is none. */
        public <R> @Nullable R one(PreparedQuery<R> query) {
            var found = of(query);
            return found.isEmpty() ? null : found.getFirst();
        }
    }

    /** The results of the parts. */
    public static final class Results {

        private final Map<Part<?>, Object> results = new IdentityHashMap<>();

        private Results() {}

        /** The result of a part of the read. */
        @SuppressWarnings("unchecked") // the result at the part's key is the part's
        public <T> T get(Part<T> part) {
            return (T) Objects.requireNonNull(results.get(part));
        }
    }

    /** Joins parts, once for all calls. */
    public JoinedRead(List<Part<?>> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * Reads all parts, outside of a transaction.
     *
     * @param at null if no query has the parameter {@link #AT}
     */
    public Results send(Tx tx, UUID organizationId, @Nullable Instant at) {
        var sent = new IdentityHashMap<PreparedQuery<?>, PreparedQuery<?>.Bound>();
        var inOrder = parts.stream().flatMap(part -> part.queries().stream()).map(query -> {
            var bound = query.bound(query.parameters().stream().map(name -> name.equals(AT.getParamName()) ? at : organizationId).toArray());
            sent.put(query, bound);
            return bound;
        }).toList();
        tx.sendAtOneInstant(inOrder);
        var rows = new Rows();
        sent.forEach((query, bound) -> rows.rows.put(query, bound.rows()));
        var results = new Results();
        parts.forEach(part -> results.results.put(part, part.result().apply(rows)));
        return results;
    }
}
