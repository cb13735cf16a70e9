package org.guildhall.core.data;

import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * The tenant's side of one unit of work: what a store needs to read or change rows, and nothing that lets it leave its tenant.
 *
 * <p>Passed on explicitly, as the first argument. It ends with the unit of work that made it.
 */
public final class Tx {

    private final UUID tenant;
    private final TenantConnection guard;
    private final Clock clock;
    private @Nullable DSLContext sql;
    private boolean light;

    Tx(UUID tenant, TenantConnection guard, Clock clock) {
        this.tenant = tenant;
        this.guard = guard;
        this.clock = clock;
    }

    /** The statements of a store. Each one is a round trip. */
    public DSLContext sql() {
        if (sql == null) {
            sql = DSL.using(Db.JOOQ.derive(new DefaultConnectionProvider(guard)));
        }
        return sql;
    }

    /** Lets what is read as a whole fail with {@link HeavyAnswer} where it is large. */
    public void light() {
        light = true;
    }

    boolean isLight() {
        return light;
    }

    TenantConnection guard() {
        return guard;
    }

    /** Whose rows are visible. */
    public UUID tenant() {
        return tenant;
    }

    /** The database's time, by the offset measured last; costs no round trip. Statements say {@code platform.app_now()} instead. */
    public Instant now() {
        return clock.now();
    }

    /**
     * Makes sure that the credentials which this work stands on are the present ones, for work that asked the database nothing.
     *
     * @throws StaleCredentials if they have changed
     */
    public void requireCurrent() {
        if (!guard.wasSent()) {
            try (var statement = guard.prepareStatement("select 1")) {
                statement.execute();
            } catch (SQLException failed) {
                throw Failures.translate(failed);
            }
        }
    }

    /** Takes what the database said for now at the start of this transaction. */
    void measured(Instant databaseTime) {
        clock.measured(databaseTime);
    }

    /**
     * Works in another tenant, in the same transaction. Only the platform room may, for what it does to a tenant from outside.
     * Two more round trips.
     */
    public <T> T within(UUID other, Function<Tx, T> work) {
        enter(other);
        T result;
        try {
            result = work.apply(new Tx(other, guard, clock));
        } catch (RuntimeException failed) {
            leave(failed);
            throw failed;
        }
        enter(tenant);
        return result;
    }

    /** Whoever catches the failure must not go on in the other tenant. After an SQL error nothing can go on in this transaction anyway. */
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
