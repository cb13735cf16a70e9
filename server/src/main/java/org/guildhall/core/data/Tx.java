package org.guildhall.core.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * Access to one tenant's rows within a unit of work. It offers a store all that it needs, and no way to leave the tenant.
 *
 * <p>Passed explicitly, as the first argument. It ends with its unit of work.
 */
public final class Tx {

    /** The statements that wait to be sent together. */
    private static final int WAITING_MAX = 100;

    private final UUID tenant;
    private final TenantConnection guard;
    private final Clock clock;
    private @Nullable DSLContext sql;
    /** By task and instance, in their order, so that transactions that request the same tasks don't wait for each other in a circle. */
    private final @Nullable SortedMap<String, TaskRequest> tasks;
    private boolean light;

    /** @param tasks gets the requested tasks; null for a unit of work that doesn't commit */
    Tx(UUID tenant, TenantConnection guard, Clock clock, @Nullable SortedMap<String, TaskRequest> tasks) {
        this.tenant = tenant;
        this.guard = guard;
        this.clock = clock;
        this.tasks = tasks;
    }

    /** A jOOQ context for statements with texts of their own. Stores use {@code core.sql} instead; tests look at rows with it. */
    public DSLContext sql() {
        if (sql == null) {
            sql = DSL.using(Db.jooq().derive(new DefaultConnectionProvider(guard)));
        }
        return sql;
    }

    /** Sends a statement now, together with those that were given to {@link #sendLater}. */
    public void send(BoundStatement statement) {
        send(List.of(statement));
    }

    /** Sends statements in one round trip, in this order, after those that were given to {@link #sendLater}. */
    public void send(List<? extends BoundStatement> statements) {
        try {
            guard.send(statements);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Sends reads in one round trip. All of them see the same committed state. Only for work without a transaction. */
    public void sendAtOneInstant(List<? extends BoundStatement> reads) {
        try {
            guard.sendAtOneInstant(reads);
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }

    /** Sends a statement together with the next one, at the latest with the commit. */
    public void sendLater(BoundStatement statement) {
        if (tasks == null) {
            throw new IllegalStateException("work that doesn't commit changes nothing: " + statement.text());
        }
        guard.sendLater(statement);
        if (guard.waiting() == WAITING_MAX) {
            send(List.of());
        }
    }

    /** Makes large reads fail, so that they run again once memory for a large answer is reserved. */
    public void light() {
        light = true;
    }

    /**
     * Requests a run of a task after the commit. The request is written with the commit's own statements, in their round trip.
     *
     * @param at the instant of the database's clock to run at; null for at once
     */
    public void request(String task, UUID id, @Nullable Instant at, int priority) {
        if (tasks == null) {
            throw new IllegalStateException(task + " is requested by work that doesn't commit");
        }
        var request = new TaskRequest(task, tenant, id, at, priority);
        tasks.merge(task + " " + request.instance(), request, TaskRequest::earlier);
    }

    /** The requested tasks. */
    Collection<TaskRequest> tasks() {
        return tasks == null ? List.of() : tasks.values();
    }

    /** True if large reads fail. */
    public boolean isLight() {
        return light;
    }

    /** Access for reads once a transaction is over: each statement is a transaction of its own, and none holds locks. */
    public Tx afterwards() {
        return new Tx(tenant, guard.reading(), clock, null);
    }

    TenantConnection guard() {
        return guard;
    }

    /** The tenant whose rows are visible. */
    public UUID tenant() {
        return tenant;
    }

    /** The database's time, by the offset measured last; no round trip. Statements use {@code platform.app_now()} instead. */
    public Instant now() {
        return clock.now();
    }

    /**
     * Checks that the caller's credentials are current, for work that has sent no statement.
     *
     * @throws StaleCredentials if they have changed
     */
    public void requireCurrent() {
        if (guard.waiting() > 0) {
            send(List.of());
        } else if (!guard.wasSent()) {
            try (var statement = guard.prepareStatement("select 1")) {
                statement.execute();
            } catch (SQLException failed) {
                throw Failures.translate(failed);
            }
        }
    }

    /** True if a statement was sent: the first one has checked that the caller's credentials are current. */
    public boolean isCurrent() {
        return guard.wasSent();
    }

    /** Measures the clock's offset by the database's time at the start of this transaction. */
    void measured(Instant databaseTime) {
        clock.measured(databaseTime);
    }

    /**
     * Works in another tenant within the same transaction. Only the platform room may use it, to manage a tenant. It costs two more round
     * trips.
     */
    public <T> T within(UUID other, Function<Tx, T> work) {
        enter(other);
        T result;
        try {
            result = work.apply(new Tx(other, guard, clock, tasks));
        } catch (RuntimeException failed) {
            leave(failed);
            throw failed;
        }
        enter(tenant);
        return result;
    }

    /** Returns to the own tenant, so that code that catches the failure can't continue in the other one. Fails after an SQL error. */
    private void leave(RuntimeException failed) {
        try {
            enter(tenant);
        } catch (RuntimeException aborted) {
            failed.addSuppressed(aborted);
        }
    }

    private void enter(UUID other) {
        try (var statement = guard.prepareStatement("select set_config('app.tenant', ?, true)")) {
            statement.setString(1, other.toString());
            statement.execute();
        } catch (SQLException failed) {
            throw Failures.translate(failed);
        }
    }
}
