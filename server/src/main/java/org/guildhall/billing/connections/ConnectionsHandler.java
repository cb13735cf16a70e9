package org.guildhall.billing.connections;

import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.ConnectionsApi;
import org.guildhall.api.model.Connection;
import org.guildhall.api.model.ConnectionApiKey;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.ConnectionPatch;
import org.guildhall.api.model.ConnectionSecret;
import org.guildhall.api.model.ConnectionSettings;
import org.guildhall.api.model.ConnectionState;
import org.guildhall.api.model.ImpliedTax;
import org.guildhall.api.model.InvoiceTaxBehavior;
import org.guildhall.api.model.ListConnectionsQuery;
import org.guildhall.api.model.NewConnection;
import org.guildhall.api.model.NewConnectionSettings;
import org.guildhall.api.model.NewImpliedTax;
import org.guildhall.api.model.PaymentProvider;
import org.guildhall.billing.connections.ConnectionStore.Filter;
import org.guildhall.billing.connections.ConnectionStore.New;
import org.guildhall.billing.connections.ConnectionStore.Row;
import org.guildhall.billing.connections.ConnectionStore.Tax;
import org.guildhall.billing.connections.Connections.KeyChanges;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.platform.Platform;
import org.jspecify.annotations.Nullable;

/** Connections: {@code /billing/connections}. No answer contains a secret. */
final class ConnectionsHandler implements ConnectionsApi<Call> {

    private static final String BASE = "/api/v1/billing/connections/";

    private final ConnectionStore connections;
    private final Platform platform;
    private final Keys keys;
    private final String publicUrl;
    private final KeyChanges keyChanges;

    /**
     * @param publicUrl the address of this server for providers
     * @param keyChanges gets new API keys, and connections that are enabled again
     */
    ConnectionsHandler(ConnectionStore connections, Platform platform, Keys keys, String publicUrl, KeyChanges keyChanges) {
        this.connections = connections;
        this.platform = platform;
        this.keys = keys;
        this.publicUrl = publicUrl;
        this.keyChanges = keyChanges;
    }

    @Override
    public Reply<Connection> createConnection(Call call, NewConnection body) {
        var id = Ids.next();
        var secret = body.secret() == null ? null : seal(id, body.secret());
        var connection = toApi(connections.insert(call.tx(), id, new New(
                body.externalId(), body.name(), body.provider().value(), body.accountReference(), body.livemode(), secret,
                body.apiKey() == null ? null : sealApiKey(id, body.provider().value(), body.livemode(), body.apiKey()), tax(body.settings()))));
        platform.openConnectionDoor(call.tx(), id);
        call.created(connection.id(), connection);
        return Reply.created(BASE + connection.id(), connection);
    }

    @Override
    public Reply<Page<Connection>> listConnections(Call call, ListConnectionsQuery query) {
        var filter = new Filter(
                query.externalId(), query.provider() == null ? null : query.provider().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(connections.list(call.tx(), call.page(), filter).map(this::toApi));
    }

    @Override
    public Reply<Connection> getConnection(Call call, ConnectionId connectionId) {
        return Reply.ok(toApi(Require.found(connections.get(call.tx(), connectionId.value()))));
    }

    @Override
    public Reply<Connection> updateConnection(Call call, ConnectionId connectionId, Patch<ConnectionPatch> patch) {
        var before = lock(call, connectionId);
        var current = new ConnectionPatch(before.externalId(), before.name(), new NewConnectionSettings(given(before.impliedTax())));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        return changed(call, before, connections.update(
                call.tx(), before.id(), wanted.externalId(), wanted.name(), tax(wanted.settings())));
    }

    @Override
    public Reply<Connection> rotateConnectionSecret(Call call, ConnectionId connectionId, ConnectionSecret body) {
        var before = lock(call, connectionId);
        int seconds = body.previousValidSeconds() == null ? 0 : body.previousValidSeconds();
        var previous = seconds == 0 ? null : before.secret();
        return changed(call, before, connections.rotate(call.tx(), before.id(), seal(before.id(), body.secret()), previous, seconds));
    }

    @Override
    public Reply<Connection> setConnectionApiKey(Call call, ConnectionId connectionId, ConnectionApiKey body) {
        var before = lock(call, connectionId);
        var sealed = body.apiKey() == null ? null : sealApiKey(before.id(), before.provider(), before.livemode(), body.apiKey());
        if (sealed != null) {
            keyChanges.keySet(call.tx(), before.id());
        }
        return changed(call, before, connections.setApiKey(call.tx(), before.id(), sealed));
    }

    @Override
    public Reply<Connection> disableConnection(Call call, ConnectionId connectionId) {
        return move(call, connectionId, "active", "disabled");
    }

    @Override
    public Reply<Connection> enableConnection(Call call, ConnectionId connectionId) {
        keyChanges.keySet(call.tx(), connectionId.value());
        return move(call, connectionId, "disabled", "active");
    }

    private Reply<Connection> move(Call call, ConnectionId id, String from, String to) {
        var before = lock(call, id);
        if (!before.state().equals(from)) {
            throw Problem.INVALID_STATE.because("The connection is " + before.state() + ".");
        }
        return changed(call, before, connections.changeState(call.tx(), before.id(), to));
    }

    private Row lock(Call call, ConnectionId id) {
        var row = Require.found(connections.lock(call.tx(), id.value()));
        call.expect(row.version());
        return row;
    }

    private Reply<Connection> changed(Call call, Row before, Row after) {
        var connection = toApi(after);
        call.changed(connection.id(), toApi(before), connection);
        return Reply.ok(connection);
    }

    private byte[] seal(UUID id, String secret) {
        return keys.sealSecret(secret, new ConnectionId(id).toString());
    }

    private static @Nullable Tax tax(@Nullable NewConnectionSettings settings) {
        var tax = settings == null ? null : settings.impliedTax();
        return tax == null ? null : new Tax(tax.rateBp(), tax.behavior().value(), tax.name());
    }

    private static @Nullable NewImpliedTax given(@Nullable Tax tax) {
        return tax == null ? null : new NewImpliedTax(tax.rateBasisPoints(), InvoiceTaxBehavior.fromValue(tax.behavior()), tax.name());
    }

    private static @Nullable ImpliedTax toApi(@Nullable Tax tax) {
        return tax == null ? null : new ImpliedTax(tax.rateBasisPoints(), InvoiceTaxBehavior.fromValue(tax.behavior()), tax.name());
    }

    /** True if a key names the other mode. */
    private static boolean isOfOtherMode(String provider, boolean livemode, String apiKey) {
        if (provider.equals("gocardless")) {
            return apiKey.startsWith(livemode ? "sandbox_" : "live_");
        }
        return apiKey.startsWith(livemode ? "_test_" : "_live_", 2);
    }

    private byte[] sealApiKey(UUID id, String provider, boolean livemode, String apiKey) {
        // With a key of the other mode the provider would lack every object.
        if (isOfOtherMode(provider, livemode, apiKey)) {
            var detail = "`api_key` is a key of the " + (livemode ? "test" : "live") + " mode; the connection takes the other mode.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/api_key", "other_mode", detail));
        }
        return keys.sealSecret(apiKey, apiKeyOwner(id));
    }

    /** The owner of a sealed API key, which can't be read as a signing secret. */
    static String apiKeyOwner(UUID id) {
        return new ConnectionId(id) + " api_key";
    }

    private Connection toApi(Row row) {
        var id = new ConnectionId(row.id());
        return new Connection(
                id, row.externalId(), row.name(), PaymentProvider.fromValue(row.provider()), row.accountReference(), row.livemode(),
                ConnectionState.fromValue(row.state()), publicUrl + "/api/v1/billing/webhooks/" + id, row.secret() != null, row.secretRotatedAt(),
                row.previousSecretUntil(), row.apiKey() != null, row.apiKeySetAt(),
                new ConnectionSettings(toApi(row.impliedTax())), row.refusedDeliveries(),
                row.lastRefusedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
