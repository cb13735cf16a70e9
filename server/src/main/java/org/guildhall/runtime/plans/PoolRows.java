package org.guildhall.runtime.plans;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.jspecify.annotations.Nullable;

/**
 * The stored rows of a locked pool, with the changes of this transaction, sent or not. Nobody else changes them while the pool is locked, so
 * they needn't be read again.
 */
public final class PoolRows {

    private final Map<UUID, ProvisionStore.Row> provisions = new LinkedHashMap<>();
    private final Map<UUID, TransitionStore.Row> transitions = new LinkedHashMap<>();
    private final Map<UUID, GrantStore.Row> grants = new LinkedHashMap<>();
    private final List<DefaultGrant> defaults;
    private final boolean moveHasConsequences;

    /**
     * @param provisions the provisions in effect or to come
     * @param transitions the scheduled transitions
     * @param grants the grants whose end isn't stored
     * @param defaults the default grants of the organization's type, ended ones included
     * @param moveHasConsequences false if nothing outside the pool depends on what it holds
     */
    PoolRows(Collection<ProvisionStore.Row> provisions, Collection<TransitionStore.Row> transitions, Collection<GrantStore.Row> grants,
            List<DefaultGrant> defaults, boolean moveHasConsequences) {
        provisions.forEach(this::put);
        transitions.forEach(this::put);
        grants.forEach(this::put);
        this.defaults = defaults;
        this.moveHasConsequences = moveHasConsequences;
    }

    /** The rows of a new pool. */
    static PoolRows ofNewPool(List<DefaultGrant> defaults) {
        return new PoolRows(List.of(), List.of(), List.of(), defaults, false);
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

    /** The provisions off the ladders that are held at an instant or later, by their ids. */
    List<ProvisionStore.Row> offLadders(@Nullable UUID grantId, Instant at) {
        return provisions.values().stream()
                .filter(row -> row.ladderId() == null && (grantId == null || grantId.equals(row.grantId())))
                .filter(row -> row.endsAt() == null || row.endsAt().isAfter(at))
                .sorted(Comparator.comparing(row -> row.id().toString()))
                .map(row -> row.seenAt(at))
                .toList();
    }

    /** A scheduled transition, or one that this transaction has written. */
    TransitionStore.Row transition(UUID id) {
        return Objects.requireNonNull(transitions.get(id), "a transition of the pool that wasn't read");
    }

    /** A grant, with its state at an instant; null if its end was stored before this transaction. */
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

    /** The instant of the next scheduled transition or end of a grant off the ladders; null for none. */
    @Nullable Instant nextDue() {
        var moves = transitions.values().stream().filter(row -> row.state().equals("scheduled")).map(TransitionStore.Row::effectiveAt);
        var ends = grants.values().stream()
                .filter(row -> row.ladderId() == null && row.endedBy() == null)
                .map(GrantStore.Row::endsAt)
                .filter(Objects::nonNull);
        return Stream.concat(moves, ends).min(Instant::compareTo).orElse(null);
    }
}
