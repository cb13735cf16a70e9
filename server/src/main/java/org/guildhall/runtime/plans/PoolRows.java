package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.jspecify.annotations.Nullable;

/**
 * Stored rows of a locked pool, with the changes of this transaction, sent or not. Nobody else changes them while the pool is locked, so they
 * needn't be read again. Rows of products off the ladders are missing until something reads them and puts them here.
 */
public final class PoolRows {

    private final Map<UUID, ProvisionStore.Row> provisions = new LinkedHashMap<>();
    private final Map<UUID, TransitionStore.Row> transitions = new LinkedHashMap<>();
    private final Map<UUID, GrantStore.Row> grants = new LinkedHashMap<>();
    private final List<DefaultGrant> defaults;
    private final boolean moveHasConsequences;
    private final @Nullable Instant nextEnd;

    /**
     * @param nextEnd the earliest end of a grant that isn't among the grants; null for none
     * @param defaults the default grants of the organization's type, ended ones included
     * @param moveHasConsequences false if nothing outside the pool depends on what it holds
     */
    PoolRows(Collection<ProvisionStore.Row> provisions, Collection<TransitionStore.Row> transitions, Collection<GrantStore.Row> grants,
            @Nullable Instant nextEnd, List<DefaultGrant> defaults, boolean moveHasConsequences) {
        provisions.forEach(this::put);
        transitions.forEach(this::put);
        grants.forEach(this::put);
        this.nextEnd = nextEnd;
        this.defaults = defaults;
        this.moveHasConsequences = moveHasConsequences;
    }

    /** The rows of a new pool. */
    static PoolRows ofNewPool(List<DefaultGrant> defaults) {
        return new PoolRows(List.of(), List.of(), List.of(), null, defaults, false);
    }

    List<DefaultGrant> defaults() {
        return defaults;
    }

    boolean moveHasConsequences() {
        return moveHasConsequences;
    }

    /** A provision, with its state at an instant. */
    ProvisionStore.Row provision(UUID id, Instant seenAt) {
        return Objects.requireNonNull(provisions.get(id), "a provision of the pool that wasn't read").seenAt(seenAt);
    }

    /** A scheduled transition, or one that this transaction has written. */
    TransitionStore.Row transition(UUID id) {
        return Objects.requireNonNull(transitions.get(id), "a transition of the pool that wasn't read");
    }

    /** A grant, with its state at an instant; null if it wasn't read. */
    GrantStore.@Nullable Row grant(UUID id, Instant seenAt) {
        var row = grants.get(id);
        return row == null ? null : row.seenAt(seenAt);
    }

    void put(ProvisionStore.Row row) {
        provisions.put(row.id(), row);
    }

    void put(TransitionStore.Row row) {
        transitions.put(row.id(), row);
    }

    void put(GrantStore.Row row) {
        grants.put(row.id(), row);
    }

    /**
     * The instant of the next scheduled transition or end of a grant off the ladders; null for none. It can be the end of a grant that this
     * transaction has moved, at which nothing is due then.
     */
    @Nullable Instant nextDue() {
        var moves = transitions.values().stream().filter(row -> row.state().equals("scheduled")).map(TransitionStore.Row::effectiveAt);
        var ends = grants.values().stream()
                .filter(row -> row.ladderId() == null && row.endedBy() == null)
                .map(GrantStore.Row::endsAt)
                .filter(Objects::nonNull);
        return Stream.of(moves, ends, Stream.ofNullable(nextEnd)).flatMap(Function.identity()).min(Instant::compareTo).orElse(null);
    }
}
