package org.guildhall.runtime.entitlements;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.guildhall.core.problem.Problem;
import org.jspecify.annotations.Nullable;

/** The use that blocks a transition to a lower tier. */
final class TransitionBlockers {

    /**
     * A reason against a transition.
     *
     * @param blocks true if it refuses the transition; false for sites beyond the limit, which become read-only
     * @param entitlement the exceeded entitlement after the transition; null for another reason
     */
    record Blocker(Problem problem, String detail, boolean blocks, @Nullable EntitlementBalance entitlement) {

        static Blocker of(Problem problem, String detail) {
            return new Blocker(problem, detail, true, null);
        }
    }

    private TransitionBlockers() {}

    /**
     * The use that exceeds the entitlements after a transition, for every limit that it lowers or removes; blockers come first.
     * Allowances never block, since they reset.
     *
     * @param present the entitlements before the transition
     * @param after the rules after the transition
     * @param used finds the present use of a rule
     */
    static List<Blocker> of(List<EntitlementBalance> present, EffectiveRules after, Function<EffectiveRules.EffectiveRule, EntitlementBalance> used) {
        var blocking = new ArrayList<Blocker>();
        var warnings = new ArrayList<Blocker>();
        for (var before : present) {
            if (!before.rule().kind().equals("limit")) {
                continue;
            }
            var rule = after.rule(before.rule().resourceKey(), null);
            var balance = used.apply(rule == null ? zeroLimit(before) : rule);
            var ceiling = balance.rule().ceiling();
            if (ceiling != null && before.used() > ceiling && isLess(ceiling, before.rule().ceiling())) {
                boolean blocks = !before.key().counted();
                (blocks ? blocking : warnings).add(new Blocker(Problem.ENTITLEMENT_EXCEEDED, Summaries.excess(balance, ceiling), blocks, balance));
            }
        }
        blocking.addAll(warnings);
        return blocking;
    }

    private static boolean isLess(long ceiling, @Nullable Long before) {
        return before == null || ceiling < before;
    }

    /** A limit of 0, for a key without a rule after the transition. */
    private static EffectiveRules.EffectiveRule zeroLimit(EntitlementBalance before) {
        var rule = before.rule();
        return new EffectiveRules.EffectiveRule(rule.resourceKey(), rule.kind(), rule.period(), 0L, false, null, true, 0, List.of(), List.of());
    }
}
