package org.guildhall.core.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.TaskLease;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLockTarget;

/** Tasks on queues of their own, over the database of a server whose own queue doesn't run. They mostly wait, so they run at the same time. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock(value = TaskQueueTest.CLOCK, mode = ResourceAccessMode.READ, target = ResourceLockTarget.CHILDREN)
class TaskQueueTest {

    static final String CLOCK = "the clock of the server without a scheduler";
    private static final Duration WAIT_MAX = Duration.ofSeconds(60);

    private final Db db = TestServer.withoutScheduler().db();
    private final UUID tenant = TestServer.withoutScheduler().tenant().id();
    private final String name = "test-" + UUID.randomUUID();
    private final List<TaskQueue> nodes = Collections.synchronizedList(new ArrayList<>());
    private final AtomicBoolean active = new AtomicBoolean(true);
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void stop() {
        nodes.forEach(TaskQueue::close);
    }

    /** Runs the task once. */
    private interface Run {
        @Nullable Instant run(TaskLease lease, BooleanSupplier stopping);
    }

    private TaskQueue node(TaskQueue.Policy policy, Run run) {
        return node(policy, run, lease -> {});
    }

    private TaskQueue node(TaskQueue.Policy policy, Run run, java.util.function.Consumer<TaskLease> givenUp) {
        var node = new TaskQueue(db, 2, id -> active.get());
        node.on(name, policy, new TaskQueue.Job() {
            @Override
            public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
                runs.incrementAndGet();
                return run.run(lease, stopping);
            }

            @Override
            public void giveUp(TaskLease lease) {
                givenUp.accept(lease);
            }
        });
        nodes.add(node);
        node.start();
        return node;
    }

    private void enqueue(TaskQueue node, UUID id) {
        db.upkeep(tenant, tx -> {
            node.enqueue(tx, name, id);
            return null;
        });
    }

    private void until(BooleanSupplier holds) {
        long end = System.nanoTime() + WAIT_MAX.toNanos();
        while (!holds.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "the condition wasn't met within " + WAIT_MAX);
            try {
                Thread.sleep(20);
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        }
    }

    private int rows() {
        return db.unguarded(connection -> {
            try (var statement = connection.prepareStatement("select count(*) from platform.scheduled_tasks where task_name = ?")) {
                statement.setString(1, name);
                try (var row = statement.executeQuery()) {
                    row.next();
                    return row.getInt(1);
                }
            }
        });
    }

    private void sql(String sql) {
        db.unguarded(connection -> {
            try (var statement = connection.prepareStatement(sql)) {
                statement.setString(1, name);
                return statement.executeUpdate();
            }
        });
    }

    @Test
    void requestedTask_runsOnce_thenIsDeleted() {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        var id = UUID.randomUUID();
        enqueue(node, id);
        until(() -> rows() == 0);
        assertEquals(1, runs.get());
    }

    @Test
    void task_ofRolledBackTransaction_neverRuns() {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        assertThrows(IllegalStateException.class, () -> db.upkeep(tenant, tx -> {
            node.enqueue(tx, name, UUID.randomUUID());
            throw new IllegalStateException("the change failed");
        }));
        assertEquals(0, rows());
    }

    @Test
    void requestDuringARun_causesOneMoreRun() throws InterruptedException {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> {
            begun.countDown();
            await(go);
            return null;
        });
        var id = UUID.randomUUID();
        enqueue(node, id);
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        enqueue(node, id);
        enqueue(node, id);
        go.countDown();
        until(() -> rows() == 0);
        assertEquals(2, runs.get());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    @Test
    @ResourceLock(CLOCK)
    void taskAtAnInstant_waits_earlierRequestWins() throws SQLException {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        var id = UUID.randomUUID();
        db.upkeep(tenant, tx -> {
            node.enqueueAt(tx, name, id, tx.now().plus(Duration.ofDays(1)));
            return null;
        });
        var at = db.clock().now().plus(Duration.ofHours(1));
        db.upkeep(tenant, tx -> {
            node.enqueueAt(tx, name, id, at);
            node.enqueueAt(tx, name, id, at.plus(Duration.ofDays(2)));
            return null;
        });
        enqueue(node, UUID.randomUUID());
        until(() -> rows() == 1);
        assertEquals(1, runs.get(), "only the task without an instant has run");
        try (var _ = new TestClock(TestServer.withoutScheduler(), at)) {
            until(() -> rows() == 0);
        }
        assertEquals(2, runs.get());
    }

    @Test
    void runThatReturnsAnInstant_continuesThen() {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> runs.get() < 3 ? db.clock().now() : null);
        enqueue(node, UUID.randomUUID());
        until(() -> rows() == 0);
        assertEquals(3, runs.get());
    }

    @Test
    void failingTask_isRetried_thenGivenUp() {
        var givenUp = new AtomicInteger();
        var policy = new TaskQueue.Policy(3, Duration.ofMillis(10), Duration.ofMillis(20), TaskQueue.Priority.NORMAL, false);
        var node = node(policy, (lease, stopping) -> {
            throw new IllegalStateException("fails");
        }, lease -> givenUp.incrementAndGet());
        enqueue(node, UUID.randomUUID());
        until(() -> rows() == 0);
        assertEquals(3, runs.get());
        assertEquals(1, givenUp.get());
    }

    @Test
    void virtualMachineError_endsNeitherThreadNorTask() {
        var node = node(new TaskQueue.Policy(3, Duration.ofMillis(10), Duration.ofMillis(20), TaskQueue.Priority.NORMAL, false), (lease, stopping) -> {
            if (runs.get() == 1) {
                throw new StackOverflowError();
            }
            return null;
        });
        enqueue(node, UUID.randomUUID());
        until(() -> rows() == 0);
        assertEquals(2, runs.get());
        assertTrue(node.runs());
    }

    @Test
    void taskOfSuspendedTenant_isPaused_thenResumed() {
        active.set(false);
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        enqueue(node, UUID.randomUUID());
        until(() -> count("paused") == 1);
        assertEquals(0, runs.get());
        active.set(true);
        db.upkeep(tenant, tx -> {
            TaskQueue.wake(tx, tenant);
            return null;
        });
        until(() -> rows() == 0);
        assertEquals(1, runs.get());
    }

    private int count(String condition) {
        return db.unguarded(connection -> {
            try (var statement = connection.prepareStatement("select count(*) from platform.scheduled_tasks where task_name = ? and " + condition)) {
                statement.setString(1, name);
                try (var row = statement.executeQuery()) {
                    row.next();
                    return row.getInt(1);
                }
            }
        });
    }

    @Test
    void nodeWithoutItsLease_commitsNothing() {
        var jobs = new JobTransactions(db);
        var lost = new AtomicBoolean();
        var first = new AtomicBoolean(true);
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> {
            if (!first.getAndSet(false)) {
                return null;
            }
            // This simulates a pause of the node: another one has picked the task.
            sql("update platform.scheduled_tasks set version = version + 1, picked_by = 'another node' where task_name = ?");
            assertThrows(TaskLease.Lost.class, () -> jobs.upkeep(lease, tx -> null));
            lost.set(true);
            throw new TaskLease.Lost(lease);
        });
        enqueue(node, UUID.randomUUID());
        until(lost::get);
        assertEquals(1, rows(), "the row belongs to the other node");
        sql("delete from platform.scheduled_tasks where task_name = ?");
    }

    @Test
    void taskOfDeadNode_isTakenOverWithin30Seconds() {
        var id = UUID.randomUUID();
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        db.upkeep(tenant, tx -> {
            node.enqueueAt(tx, name, id, tx.now().plus(Duration.ofDays(1)));
            return null;
        });
        // The row as a node leaves it that was killed a moment ago.
        sql("update platform.scheduled_tasks set execution_time = now(), picked = true, picked_by = 'dead node', last_heartbeat = now(), version = version + 1 where task_name = ?");
        long begun = System.nanoTime();
        until(() -> rows() == 0);
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(32), "taken over after " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        assertEquals(1, runs.get());
    }

    @Test
    void task_withTwoNodes_runsOnce() {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        for (int task = 0; task < 100; task++) {
            enqueue(node, UUID.randomUUID());
        }
        until(() -> rows() == 0);
        assertEquals(100, runs.get());
    }

    @Test
    void requestForUnknownTask_isRefused() {
        var node = node(TaskQueue.Policy.USUAL, (lease, stopping) -> null);
        assertThrows(IllegalStateException.class, () -> db.upkeep(tenant, tx -> {
            node.enqueue(tx, "nobody-does-this", UUID.randomUUID());
            return null;
        }));
    }
}
