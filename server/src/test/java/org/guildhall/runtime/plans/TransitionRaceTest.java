package org.guildhall.runtime.plans;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.guildhall.Config;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.core.Race;
import org.guildhall.core.data.DbConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
* Many callers move the same few organizations over two nodes, while trials end, scheduled moves come due and the job runs. At the
* end the transitions, provisions, grants and audit events agree. {@code -Dguildhall.race.seconds=30} lets it run for longer.
 */
class TransitionRaceTest {

    private static final int THREADS = 64;
    private static final int ORGANIZATIONS = 10;
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("guildhall.race.seconds", 8));

    /** The outcomes that a call may have while others move at the same time. */
    private static final Set<String> EXPECTED =
            Set.of("200", "201", "409 invalid_state", "409 ladder_conflict", "409 conflict", "422 validation_failed");

    private final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentLinkedDeque<String>> grants = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentLinkedDeque<String>> scheduled = new ConcurrentHashMap<>();

    @Test
    void parallelMoves_eachLadder_onePlanOneHistory() throws Exception {
        var organizations = new ArrayList<String>();
        for (int at = 0; at < ORGANIZATIONS; at++) {
            organizations.add(plans.organization());
        }
        var products = List.of(plans.product(plans.standard), plans.product(plans.flexible));
        long deadlocks = deadlocks();
        try (var first = TestServer.withoutScheduler().node(TransitionRaceTest::patient);
                var second = TestServer.withoutScheduler().node(TransitionRaceTest::patient)) {
            race(organizations, products, List.of(plans.http.on(first), plans.http.on(second)));
        }

        System.getLogger("race").log(System.Logger.Level.INFO, "{0} s: {1}, deadlocks in the database: {2}", LENGTH.toSeconds(),
                new TreeMap<>(outcomes), deadlocks() - deadlocks);
        assertEquals(Set.of(), outcomes.keySet().stream().filter(outcome -> !EXPECTED.contains(outcome)).collect(Collectors.toSet()));
        assertTrue(outcomes.get("201").sum() > 100, () -> "hardly anything moved: " + outcomes);

        plans.later(Duration.ofDays(2));
        plans.settle();
        assertNoOverlap();
        assertTransitionsMatchProvisions();
        assertGrantsEndWithTheirProvisions();
        assertEveryMoveIsAudited();
    }

    /** Waits up to 10 seconds for a connection: there are twice as many callers as connections, and only the rules may refuse a call. */
    private static Config patient(Config settings) {
        var database = settings.database();
        return TestServer.reached(settings, new DbConfig(
                database.url(), database.user(), database.password(), database.poolSize(), database.jobPoolSize(), Duration.ofSeconds(10)));
    }

    private void race(List<String> organizations, List<String> products, List<Http> nodes) throws Exception {
        var end = System.nanoTime() + LENGTH.toNanos();
        Race.run(THREADS + 1, thread -> {
            var random = new Random(thread);
            while (System.nanoTime() < end) {
                if (thread == THREADS) {
                    plans.settle();
                    LockSupport.parkNanos(100_000_000);
                } else {
                    move(nodes.get(thread % nodes.size()), organizations.get(random.nextInt(ORGANIZATIONS)), products, random);
                }
            }
            return thread;
        });
    }

    private void move(Http node, String organization, List<String> products, Random random) {
        var moves = PlanFixture.BASE + "/organizations/" + organization + "/transitions";
        var tier = List.of(plans.publicTier, plans.standard, plans.flexible).get(random.nextInt(3));
        var reply = switch (random.nextInt(13)) {
            case 0, 1, 2 -> node.post(moves, "{\"kind\": \"upgrade\", \"target_tier_id\": \"" + tier + "\"}");
            case 3, 4 -> node.post(moves, "{\"kind\": \"downgrade\", \"target_tier_id\": \"" + tier + "\"}");
            case 5 -> node.post(moves, "{\"kind\": \"end\"}");
            case 6 -> noted(scheduled, organization, node.post(moves, "{\"kind\": \"%s\", \"target_tier_id\": \"%s\", \"effective_at\": \"%s\"}"
                    .formatted(random.nextBoolean() ? "upgrade" : "downgrade", tier, soon(random))));
            case 7, 8 -> noted(grants, organization, node.post(PlanFixture.BASE + "/grants", grant(organization, products.get(random.nextInt(2)), random)));
            case 9 -> node.post(moves, "{\"kind\": \"renew\", \"target_tier_id\": \"" + tier + "\"}");
            case 10, 11 -> prolong(node, organization, products, random);
            default -> undo(node, organization, random);
        };
        if (reply != null) {
            outcomes.computeIfAbsent(reply.outcome(), outcome -> new LongAdder()).increment();
        }
    }

    /** Extends a grant, gives it another end, or renews it. */
    private @Nullable Reply prolong(Http node, String organization, List<String> products, Random random) {
        var ids = grants.get(organization);
        var id = ids == null ? null : ids.peekLast();
        if (id == null) {
            return null;
        }
        return switch (random.nextInt(4)) {
            case 0 -> node.post(PlanFixture.BASE + "/grants/" + id + "/extend", "{\"duration\": \"PT1S\"}");
            case 1 -> node.patch(PlanFixture.BASE + "/grants/" + id, "{\"ends_at\": \"" + soon(random) + "\"}");
            default -> noted(grants, organization, node.post(PlanFixture.BASE + "/grants",
                    "{\"organization_id\": \"%s\", \"product_id\": \"%s\", \"renews_grant_id\": \"%s\", \"duration\": \"PT2S\"%s}".formatted(
                            organization, products.get(random.nextInt(2)), id, random.nextBoolean() ? "" : startingAtTheEnd(node, id))));
        };
    }

    private static String startingAtTheEnd(Http node, String grant) {
        var end = node.get(PlanFixture.BASE + "/grants/" + grant).expect(200).json().get("ends_at");
        return end.isNull() ? "" : ", \"starts_at\": \"" + end.asText() + "\"";
    }

    private static String grant(String organization, String product, Random random) {
        var end = random.nextInt(3) == 0 ? "" : ", \"kind\": \"trial\", \"ends_at\": \"" + soon(random) + "\"";
        var start = end.isEmpty() && random.nextBoolean() ? ", \"starts_at\": \"" + soon(random) + "\"" : "";
        return "{\"organization_id\": \"%s\", \"product_id\": \"%s\"%s}".formatted(organization, product, end + start);
    }

    private @Nullable Reply undo(Http node, String organization, Random random) {
        boolean revokes = random.nextInt(3) > 0;
        var ids = (revokes ? grants : scheduled).get(organization);
        var id = ids == null ? null : ids.pollLast();
        return id == null ? null : node.post(PlanFixture.BASE + (revokes ? "/grants/" + id + "/revoke" : "/transitions/" + id + "/cancel"), "{}");
    }

    private static Reply noted(Map<String, ConcurrentLinkedDeque<String>> ids, String organization, Reply made) {
        if (made.status() == 201) {
            ids.computeIfAbsent(organization, any -> new ConcurrentLinkedDeque<>()).add(Objects.requireNonNull(made.at("/id")));
        }
        return made;
    }

    /** Returns an instant that is mostly within the race, so that it comes due while others move. */
    private static String soon(Random random) {
        return Instant.now().plusMillis(200 + random.nextInt(2_000)).truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private void assertNoOverlap() throws SQLException {
        none("two plans of one pool and ladder at the same instant", """
                select a.id from runtime.provisions a
                join runtime.provisions b on (b.tenant_id, b.pool_id, b.ladder_id) = (a.tenant_id, a.pool_id, a.ladder_id) and a.id < b.id
                where a.tenant_id = ? and tstzrange(a.starts_at, a.ends_at) && tstzrange(b.starts_at, b.ends_at)""");
    }

    private void assertTransitionsMatchProvisions() throws SQLException {
        none("something is still due", "select id from runtime.transitions where tenant_id = ? and state = 'scheduled'");
        none("a plan that began without a transition, or otherwise than it says", """
                select p.id from runtime.provisions p
                where tenant_id = ? and ladder_id is not null and 1 <> (
                    select count(*) from runtime.transitions t
                    where (t.tenant_id, t.to_provision_id, t.pool_id, t.ladder_id, t.to_tier_id, t.effective_at, t.cause, t.state)
                        = (p.tenant_id, p.id, p.pool_id, p.ladder_id, p.tier_id, p.starts_at, p.cause, 'done'))""");
        none("a plan that ended without a transition, or otherwise than it says", """
                select p.id from runtime.provisions p
                where tenant_id = ? and ladder_id is not null and (ends_at is not null)::int <> (
                    select count(*) from runtime.transitions t
                    where (t.tenant_id, t.from_provision_id, t.pool_id, t.ladder_id, t.from_tier_id, t.effective_at, t.state)
                        = (p.tenant_id, p.id, p.pool_id, p.ladder_id, p.tier_id, p.ends_at, 'done'))""");
        none("a transition that begins where the one before didn't lead", """
                select id from (select id, from_provision_id, lag(to_provision_id) over (partition by pool_id, ladder_id order by effective_at) as before
                                from runtime.transitions where tenant_id = ? and state = 'done') t
                where from_provision_id is distinct from before""");
        none("a kind that disagrees with what it did", """
                select m.id from runtime.transitions m
                left join catalog.tiers f on (f.tenant_id, f.id) = (m.tenant_id, m.from_tier_id)
                left join catalog.tiers t on (t.tenant_id, t.id) = (m.tenant_id, m.to_tier_id)
                where m.tenant_id = ? and m.state = 'done' and not case m.kind
                    when 'initiate' then f.id is null and t.id is not null
                    when 'upgrade' then t.rank > f.rank
                    when 'downgrade' then t.rank < f.rank
                    when 'renew' then t.id = f.id
                    else f.id is not null end""");
        none("a transition that is neither done nor canceled, or has a trace without being done", """
                select id from runtime.transitions
                where tenant_id = ? and state = 'canceled' and (from_provision_id is not null or to_provision_id is not null)""");
    }

    private void assertGrantsEndWithTheirProvisions() throws SQLException {
        none("a grant that isn't over when its plan is, or the other way round", """
                select g.id from runtime.grants g join runtime.provisions p on (p.tenant_id, p.grant_id) = (g.tenant_id, g.id)
                where g.tenant_id = ? and p.ends_at is distinct from g.ended_at""");
        none("a grant without what it gave, or with more", """
                select g.id from runtime.grants g
                where g.tenant_id = ? and (case when g.ended_at <= g.starts_at then 0 else 1 end) <> (select count(*) from runtime.provisions p where (p.tenant_id, p.grant_id) = (g.tenant_id, g.id))""");
    }

    private void assertEveryMoveIsAudited() throws SQLException {
        for (var table : List.of("transitions", "provisions", "grants")) {
            none("a change of " + table + " that no event tells", """
                    select t.id from runtime.%s t
                    where t.tenant_id = ? and not exists (
                        select from platform.audit_entities e where (e.tenant_id, e.entity_id) = (t.tenant_id, t.id))""".formatted(table));
        }
    }

    private void none(String scheduled, String query) throws SQLException {
        assertEquals(List.of(), plans.tenant.found(query, plans.tenant.id()), scheduled);
    }

    private long deadlocks() throws SQLException {
        return Long.parseLong(plans.tenant.found("select deadlocks::text from pg_stat_database where datname = current_database()").getFirst());
    }
}
