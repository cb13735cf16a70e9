package org.guildhall.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Health;
import org.guildhall.api.model.HealthStatus;
import org.guildhall.api.model.Readiness;
import org.guildhall.api.model.ReadinessCheck;
import org.guildhall.api.platform.HealthApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;

/** Liveness and readiness of the server: {@code /health} and {@code /health/ready}. */
final class HealthHandler implements HealthApi<Call> {

    private final Checks checks;
    private final String buildVersion;
    private final String specVersion;

    /** The checks of liveness and readiness. Each answers within about a second. */
    record Checks(
            BooleanSupplier database, BooleanSupplier migrations, BooleanSupplier workers, IntSupplier lateSeconds, BooleanSupplier stopping,
            Map<String, BooleanSupplier> threads) {}

    HealthHandler(Checks checks, String buildVersion, String specVersion) {
        this.checks = checks;
        this.buildVersion = buildVersion;
        this.specVersion = specVersion;
    }

    @Override
    public Reply<Health> getHealth(Call call) {
        var failing = deadThreads();
        if (!failing.isEmpty()) {
            throw Problem.UNAVAILABLE.because("A thread of the server has ended. Restart the server.").withAll(failing);
        }
        return Reply.plain(new Health(HealthStatus.OK, buildVersion, specVersion));
    }

    private List<Item> deadThreads() {
        if (checks.stopping.getAsBoolean()) {
            return List.of();
        }
        return checks.threads.entrySet().stream()
                .filter(thread -> !thread.getValue().getAsBoolean())
                .map(thread -> new Item(null, null, null, thread.getKey(), "The thread has ended."))
                .toList();
    }

    @Override
    public Reply<Readiness> getReadiness(Call call) {
        var failing = new ArrayList<Item>();
        if (checks.stopping.getAsBoolean()) {
            failing.add(new Item(null, null, null, "stopping", "The server is stopping."));
        }
        boolean database = checks.database.getAsBoolean();
        if (!database) {
            failing.add(new Item(null, null, null, "database", "The database doesn't answer this node."));
        }
        // The schema can only be checked with the database.
        if (database && !checks.migrations.getAsBoolean()) {
            failing.add(new Item(null, null, null, "migrations", "The database's schema is older than this build: run migrate."));
        }
        if (!checks.workers.getAsBoolean()) {
            failing.add(new Item(null, null, null, "workers", "Scheduled work has stopped on this node: restart the node."));
        }
        failing.addAll(deadThreads());
        if (!failing.isEmpty()) {
            throw Problem.UNAVAILABLE.because("The server is not ready.").withAll(failing).retryAfter(1);
        }
        return Reply.plain(new Readiness(HealthStatus.OK, buildVersion, specVersion, List.of(
                new ReadinessCheck("database", "answers"),
                new ReadinessCheck("migrations", "current"),
                new ReadinessCheck("workers", "running"),
                new ReadinessCheck("ticks", "the oldest tick of a job is " + checks.lateSeconds.getAsInt() + " s late"))));
    }
}
