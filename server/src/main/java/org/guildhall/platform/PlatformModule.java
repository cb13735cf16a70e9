package org.guildhall.platform;

import java.util.function.BooleanSupplier;
import org.guildhall.api.Operation;
import org.guildhall.api.Reply;
import org.guildhall.core.auth.Credentials;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Document;
import org.guildhall.core.http.RateLimits;
import org.guildhall.core.http.Spec;

/** Wires the platform room: health, who calls, and everything that every other room stands on. */
public final class PlatformModule {

    private final CredentialStore credentials;

    /**
     * What readiness asks beside the database.
     *
     * @param migrations whether the schema is the one of this build, or later
     * @param workers whether scheduled work runs, or isn't this node's
     * @param stopping whether the server is about to stop
     */
    public record Readiness(BooleanSupplier migrations, BooleanSupplier workers, BooleanSupplier stopping) {}

    public PlatformModule(Db db) {
        this.credentials = new CredentialStore(db);
    }

    /** Where tokens are looked up. */
    public Credentials credentials() {
        return credentials;
    }

    /** Whether any token of any tenant lists the origin. */
    public boolean listsOrigin(String origin) {
        return credentials.listsOrigin(origin);
    }

    /** Binds the room's operations. */
    public void bind(Api api, Db db, Spec spec, RateLimits limits, String buildVersion, Readiness readiness) {
        var routes = api.routes();
        routes.bind(Operation.GET_OPEN_API_JSON, (call, in) -> new Reply<>(200, new Document(spec.json(), "application/json"), 0, null));
        routes.bind(Operation.GET_OPEN_API_YAML, (call, in) -> new Reply<>(200, new Document(spec.yaml(), "application/yaml"), 0, null));
        new HealthHandler(
                        new HealthHandler.Checks(db::answers, readiness.migrations(), readiness.workers(), readiness.stopping()),
                        buildVersion,
                        spec.version())
                .bind(routes);
        new AuthHandler(limits).bind(routes);
    }
}
