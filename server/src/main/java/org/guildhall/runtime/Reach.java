package org.guildhall.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.UUID;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.http.Problem;
import org.guildhall.runtime.Blockers.Blocker;
import org.guildhall.runtime.Combination.Line;
import org.guildhall.runtime.Entitled.Entitlement;
import org.guildhall.runtime.Entitled.Plan;
import org.guildhall.runtime.EntitlementStore.Key;
import org.guildhall.runtime.Timeline.Scheduled;
import org.guildhall.runtime.Transitions.Impossible;
import org.jspecify.annotations.Nullable;

/** The tiers that an organization could move to now, and what each move would be. */
final class Reach {

    /**
     * A ladder.
     *
     * @param current null if there is no plan on it
     * @param byDefault what organizations of its type get by default; null for nothing
     */
    record OnLadder(Catalog.Ladder ladder, @Nullable Plan current, Catalog.@Nullable Default byDefault, List<Move> moves) {}

    /**
     * A tier on it.
     *
     * @param kind initiate, upgrade or downgrade; null for the current tier
     * @param scheduled the next move to it that is to come; null if there is none
     */
    record Move(
            Catalog.Tier tier, UUID productId, String productName, @Nullable MoveKind kind, @Nullable Scheduled scheduled,
            List<Difference> differences, List<Blocker> blockers, Combination after) {

        boolean isPossible() {
            return kind != null && blockers.stream().noneMatch(Blocker::blocks);
        }
    }

    /** An entitlement before and after; null on the side where nothing says anything of it. */
    record Difference(Key key, @Nullable String period, @Nullable Line before, @Nullable Line after) {

        /** What becomes of it: gained, raised, unchanged, lowered or lost. */
        String change() {
            if (before == null || after == null) {
                return before != null && before.isSomething() ? "lost" : after != null && after.isSomething() ? "gained" : "unchanged";
            }
            int compared = before.compareWith(after);
            return compared < 0 ? "raised" : compared > 0 ? "lowered" : "unchanged";
        }

        /** How much more it is afterwards; null where either is unlimited, and for a boolean. */
        @Nullable Long amount() {
            return isCountable(before) && isCountable(after) ? Long.valueOf(limit(after) - limit(before)) : null;
        }

        private boolean isCountable(@Nullable Line line) {
            return line == null ? !key.kind().equals("boolean") : line.limit() != null;
        }

        private static long limit(@Nullable Line line) {
            return line == null || line.limit() == null ? 0 : line.limit();
        }
    }

    private final Entitled entitled;

    private Reach(Entitled entitled) {
        this.entitled = entitled;
    }

    /** The ladders within reach, in the order in which they are shown. */
    static List<OnLadder> of(Entitled entitled) {
        var reach = new Reach(entitled);
        return entitled.found().reach().stream()
                .limit(EntitlementStore.LADDERS_MAX)
                .map(id -> reach.onLadder(Objects.requireNonNull(entitled.ladder(id))))
                .toList();
    }

    /** Whether there are more ladders than that. */
    static boolean hasMore(Entitled entitled) {
        return entitled.found().reach().size() > EntitlementStore.LADDERS_MAX;
    }

    private OnLadder onLadder(Catalog.Ladder ladder) {
        var current = entitled.plan(ladder.id());
        var at = entitled.found().at();
        var byDefault = new Timeline.Then(Map.of(), entitled.found().defaults()).byDefault(ladder.id(), at);
        var moves = new ArrayList<Move>();
        for (var tier : ladder.tiers()) {
            var product = tier.product(at);
            if (current != null && tier.id().equals(current.tier().id())) {
                moves.add(stay(current));
            } else if (product != null && tier.lifetime().holds(at)) {
                moves.add(move(ladder, current, tier, product, byDefault));
            }
        }
        return new OnLadder(ladder, current, byDefault, moves);
    }

    private Move stay(Plan current) {
        var holding = current.holding();
        return new Move(current.tier(), holding.productId(), current.productName(), null, null,
                differences(entitled.combination()), List.of(), entitled.combination());
    }

    private Move move(
            Catalog.Ladder ladder, @Nullable Plan current, Catalog.Tier tier, Catalog.Standing product, Catalog.@Nullable Default byDefault) {
        // Between tiers of one rank there is no move; what is said of it is what an upgrade would be told.
        var kind = Objects.requireNonNullElse(Transitions.kind(current == null ? null : current.tier(), tier), MoveKind.UPGRADE);
        var blockers = new ArrayList<Blocker>();
        if (!entitled.found().holder().state().equals("active")) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, "The organization is archived."));
        }
        var from = current == null ? null : current.holding();
        if (Transitions.to(kind, from, ladder, tier, byDefault, HeldBy.MANUAL, null, entitled.found().at()) instanceof Impossible no) {
            blockers.add(Blocker.of(Problem.INVALID_STATE, no.detail()));
        }
        blockers.addAll(Blockers.of(entitled, ladder.id(), product.productId()));
        var after = entitled.moved(ladder.id(), product.productId());
        return new Move(tier, product.productId(), product.name(), kind, scheduled(ladder, tier, byDefault), differences(after), blockers, after);
    }

    private @Nullable Scheduled scheduled(Catalog.Ladder ladder, Catalog.Tier tier, Catalog.@Nullable Default byDefault) {
        var end = byDefault == null ? null : byDefault.tierId();
        return entitled.found().scheduled().stream()
                .filter(move -> move.ladderId().equals(ladder.id()) && move.effectiveAt().isAfter(entitled.found().at()))
                .filter(move -> tier.id().equals(move.kind() == MoveKind.END ? end : move.toTierId()))
                .findFirst()
                .orElse(null);
    }

    private List<Difference> differences(Combination after) {
        var before = entitled.combination();
        var lines = new TreeSet<>(Combination.ORDER);
        lines.addAll(before.lines());
        lines.addAll(after.lines());
        return lines.stream()
                .map(line -> new Difference(
                        Objects.requireNonNull(entitled.key(line.resourceKey())), line.period(),
                        before.line(line.resourceKey(), line.period()), after.line(line.resourceKey(), line.period())))
                .toList();
    }

    /** A change of tier by which something would be allowed. */
    record Way(OnLadder on, Move move, Entitlement after) {}

    /** The smallest change of tier that would allow so much more: the fewest steps, rather up than down, and nothing in its way. */
    static @Nullable Way smallest(Entitled entitled, String resourceKey, long quantity) {
        Way best = null;
        int fewest = Integer.MAX_VALUE;
        for (var on : of(entitled)) {
            int from = on.current() == null ? -1 : position(on, on.current().tier().id());
            for (int to = 0; to < on.moves().size(); to++) {
                var move = on.moves().get(to);
                // Two steps up count less than two steps down, and more than one step down.
                int steps = 2 * Math.abs(to - from) + (to < from ? 1 : 0);
                var after = move.isPossible() && steps < fewest ? allowing(entitled, move, resourceKey, quantity) : null;
                if (after != null) {
                    best = new Way(on, move, after);
                    fewest = steps;
                }
            }
        }
        return best;
    }

    private static int position(OnLadder on, UUID tierId) {
        for (int at = 0; at < on.moves().size(); at++) {
            if (on.moves().get(at).tier().id().equals(tierId)) {
                return at;
            }
        }
        throw new IllegalStateException("the present tier isn't on its ladder");
    }

    /** The scarcest entitlement of the key after a move that allows so much more of it; null if it doesn't. */
    private static @Nullable Entitlement allowing(Entitled entitled, Move move, String resourceKey, long quantity) {
        var lines = move.after().lines(resourceKey).stream().map(entitled::entitlement).toList();
        return lines.stream().allMatch(line -> line.decide(quantity).allows())
                ? lines.stream().min(Decision.SCARCEST_FIRST).orElse(null)
                : null;
    }
}
