package org.guildhall.runtime.rules;

import static org.guildhall.runtime.plans.TierFixture.FLEXIBLE;
import static org.guildhall.runtime.plans.TierFixture.LADDER;
import static org.guildhall.runtime.plans.TierFixture.NOON;
import static org.guildhall.runtime.plans.TierFixture.PUBLIC;
import static org.guildhall.runtime.plans.TierFixture.STANDARD;
import static org.guildhall.runtime.plans.TierFixture.held;
import static org.guildhall.runtime.plans.TierFixture.policy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog.DefaultGrant;
import org.guildhall.catalog.Catalog.Tier;
import org.guildhall.catalog.Catalog.Validity;
import org.guildhall.runtime.plans.TierFixture;
import org.guildhall.runtime.rules.PoolProjection.CatalogHistory;
import org.guildhall.runtime.rules.PoolProjection.ScheduledTransition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The projection of a pool: its plans after all due transitions, for reads and for the job. */
class PoolProjectionTest {

    private static final Instant ONE = NOON.plusSeconds(3600);
    private static final Instant TWO = NOON.plusSeconds(7200);

    @Test
    void trialEnd_defaultBeginsAtSameInstant() {
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(NOON);
        var timeline = run(List.of(trial), List.of(end(trial, NOON)), policy(PUBLIC));
        assertEquals("Standard trial until 12:00, Public default from 12:00", describe(timeline));
        assertEquals(TierFixture.POLICY, timeline.spans().getLast().policyId());
        assertEquals(List.of(true), timeline.steps().stream().map(step -> step.dropped() == null).toList());
    }

    @Test
    void trialEnd_noDefault_nothingFollows() {
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(NOON);
        assertEquals("Standard trial until 12:00", describe(run(List.of(trial), List.of(end(trial, NOON)), null)));
    }

    @Test
    void trialEnd_usesDefaultOfThatInstant() {
        var trial = held(FLEXIBLE, ProvisionCause.TRIAL).until(ONE);
        var ended = policy(PUBLIC, new Validity(Instant.EPOCH, ONE));
        var begun = policy(STANDARD, new Validity(ONE, null));
        assertEquals("Flexible trial until 13:00, Standard default from 13:00", describe(run(List.of(trial), List.of(end(trial, ONE)), ended, begun)));
        var earlier = trial.until(NOON);
        assertEquals("Flexible trial until 12:00, Public default from 12:00", describe(run(List.of(earlier), List.of(end(earlier, NOON)), ended, begun)));
    }

    @Test
    void dueMoves_eachStartsFromTheOneBefore() {
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(NOON);
        var timeline = run(List.of(trial), List.of(end(trial, NOON), manual(TransitionRules.Kind.UPGRADE, PUBLIC, FLEXIBLE, ONE), manual(TransitionRules.Kind.END, null, null, TWO)),
                policy(PUBLIC));
        assertEquals("Standard trial until 12:00, Public default 12:00 to 13:00, Flexible manual 13:00 to 14:00, Public default from 14:00", describe(timeline));
    }

    @Test
    void impossibleMove_canceledWithReason() {
        var timeline = run(List.of(held(FLEXIBLE, ProvisionCause.GRANT)), List.of(manual(TransitionRules.Kind.UPGRADE, PUBLIC, STANDARD, NOON)), policy(PUBLIC));
        assertEquals("Flexible grant from 11:00", describe(timeline));
        assertEquals("An upgrade goes to a higher rank: Standard has rank 1, the present plan, Flexible, has rank 2.", Objects.requireNonNull(timeline.steps().getFirst().dropped()).reason());
    }

    @Test
    void grantEnd_planReplaced_isCanceled() {
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(ONE);
        var timeline = run(List.of(trial), List.of(manual(TransitionRules.Kind.UPGRADE, STANDARD, FLEXIBLE, NOON), end(trial, ONE)), policy(PUBLIC));
        assertEquals("Standard trial until 12:00, Flexible manual from 12:00", describe(timeline));
        assertEquals(new PoolProjection.Cancellation(PoolProjection.SUPERSEDED, NOON), timeline.steps().getLast().dropped());
    }

    @Test
    void defaultPlan_end_notReplacedByItself() {
        var timeline = run(List.of(held(PUBLIC, ProvisionCause.DEFAULT)), List.of(manual(TransitionRules.Kind.END, null, null, NOON)), policy(PUBLIC));
        assertEquals("Public default from 11:00", describe(timeline));
        assertNotNull(timeline.steps().getFirst().dropped());
    }

    @Test
    void otherLadderAndAddons_unchanged() {
        var addon = new ProvisionSpan(new UUID(9, 1), new UUID(9, 2), null, null, ProvisionCause.GRANT, new UUID(9, 3), null, NOON.minusSeconds(60), null);
        var other = new ProvisionSpan(new UUID(9, 4), new UUID(9, 5), new UUID(9, 6), new UUID(9, 7), ProvisionCause.MANUAL, null, null, NOON.minusSeconds(60), null);
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(NOON);
        var timeline = run(List.of(addon, other, trial), List.of(end(trial, NOON)), policy(PUBLIC));
        assertEquals(List.of(addon, other), timeline.spans().subList(0, 2));
        assertEquals(4, timeline.spans().size());
    }

    @Test
    void anyDueMoves_onePlanPerLadderAtAnyInstant() {
        var trial = held(STANDARD, ProvisionCause.TRIAL).until(NOON);
        var due = List.of(end(trial, NOON), manual(TransitionRules.Kind.UPGRADE, PUBLIC, STANDARD, NOON.plusSeconds(1)), manual(TransitionRules.Kind.UPGRADE, STANDARD, FLEXIBLE, NOON.plusSeconds(2)),
                manual(TransitionRules.Kind.DOWNGRADE, FLEXIBLE, PUBLIC, NOON.plusSeconds(3)), manual(TransitionRules.Kind.END, null, null, NOON.plusSeconds(4)));
        var spans = run(List.of(trial), due, policy(PUBLIC)).spans();
        for (long second = -10; second < 10; second++) {
            var at = NOON.plusSeconds(second);
            assertEquals(1, spans.stream().filter(span -> span.holds(at)).count(), at.toString());
        }
    }

    private static PoolProjection run(List<ProvisionSpan> stored, List<ScheduledTransition> due, @Nullable DefaultGrant... defaults) {
        var policies = defaults == null ? List.<DefaultGrant>of() : java.util.Arrays.stream(defaults).filter(Objects::nonNull).toList();
        return PoolProjection.of(stored, due, new CatalogHistory(Map.of(LADDER.id(), LADDER), policies));
    }

    private static ScheduledTransition end(ProvisionSpan plan, Instant at) {
        return ScheduledTransition.of(LADDER.id(), TransitionRules.Kind.END, plan.tierId(), null, plan.cause(), plan.grantId(), at);
    }

    private static ScheduledTransition manual(TransitionRules.Kind kind, @Nullable Tier from, @Nullable Tier to, Instant at) {
        return ScheduledTransition.of(LADDER.id(), kind, from == null ? null : from.id(), to == null ? null : to.id(), ProvisionCause.MANUAL, null, at);
    }

    private static String describe(PoolProjection timeline) {
        return timeline.spans().stream().map(PoolProjectionTest::describe).collect(Collectors.joining(", "));
    }

    private static String describe(ProvisionSpan held) {
        var start = held.startsAt().toString().substring(11, 16);
        var end = held.endsAt() == null ? null : held.endsAt().toString().substring(11, 16);
        var when = end == null ? "from " + start : start.equals("11:00") ? "until " + end : start + " to " + end;
        return TierFixture.name(Objects.requireNonNull(held.tierId())) + " " + held.cause().word() + " " + when;
    }
}
