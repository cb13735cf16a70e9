package org.guildhall.runtime.entitlements;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What use stands in the way of a move to a lesser plan. */
final class TransitionBlockers {

    /**
     * Something in the way, or that the move brings with it.
     *
     * @param blocks whether the move is refused for it; sites beyond the limit only turn read-only
     * @param entitlement what is in use, as it would be after the move; null where it is something else
     */
    record Blocker(Problem problem, String detail, boolean blocks, @Nullable EntitlementBalance entitlement) {

        static Blocker of(Problem problem, String detail) {
            return new Blocker(problem, detail, true, null);
        }
    }

    private TransitionBlockers() {}

    /**
     * The use that exceeds the entitlements after a move, for every limit that the move lowers or removes; blockers come first.
     * Allowances never block: they reset.
     *
     * @param present the entitlements before the move
     * @param after the rules after the move
     * @param used finds the present use of a rule
     */
    static List<Blocker> of(List<EntitlementBalance> present, EffectiveRules after, Function<EffectiveRules.EffectiveRule, EntitlementBalance> used) {
        var blocking = new ArrayList<Blocker>();
        var brought = new ArrayList<Blocker>();
        for (var before : present) {
            if (!before.line().kind().equals("limit")) {
                continue;
            }
            var line = after.line(before.line().resourceKey(), null);
            var then = used.apply(line == null ? none(before) : line);
            var ceiling = then.line().ceiling();
            if (ceiling != null && before.used() > ceiling && isLess(ceiling, before.line().ceiling())) {
                boolean blocks = !before.key().counted();
                (blocks ? blocking : brought).add(new Blocker(Problem.ENTITLEMENT_EXCEEDED, Summaries.excess(then, ceiling), blocks, then));
            }
        }
        blocking.addAll(brought);
        return blocking;
    }

    private static boolean isLess(long ceiling, @Nullable Long before) {
        return before == null || ceiling < before;
    }

    /** What nothing says anything of is none. */
    private static EffectiveRules.EffectiveRule none(EntitlementBalance before) {
        var line = before.line();
        return new EffectiveRules.EffectiveRule(line.resourceKey(), line.kind(), line.period(), 0L, false, null, true, 0, List.of(), List.of());
    }
}
