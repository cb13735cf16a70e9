package org.guildhall.billing.connections;

import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.billing.ConnectionsApi;
import org.guildhall.api.model.Connection;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.ConnectionPatch;
import org.guildhall.api.model.ConnectionSecret;
import org.guildhall.api.model.ConnectionState;
import org.guildhall.api.model.ListConnectionsQuery;
import org.guildhall.api.model.NewConnection;
import org.guildhall.api.model.PaymentProvider;
import org.guildhall.billing.connections.ConnectionStore.Filter;
import org.guildhall.billing.connections.ConnectionStore.New;
import org.guildhall.billing.connections.ConnectionStore.Row;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Ids;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.platform.Platform;

/** Connections: {@code /billing/connections}. No answer contains a secret. */
final class ConnectionsHandler implements ConnectionsApi<Call> {

    private static final String BASE = "/api/v1/billing/connections/";

    private final ConnectionStore connections;
    private final Platform platform;
    private final Keys keys;
    private final String publicUrl;

    /** @param publicUrl the address of this server for providers */
    ConnectionsHandler(ConnectionStore connections, Platform platform, Keys keys, String publicUrl) {
        this.connections = connections;
        this.platform = platform;
        this.keys = keys;
        this.publicUrl = publicUrl;
    }

    @Override
    public Reply<Connection> createConnection(Call call, NewConnection body) {
        var id = Ids.next();
        var secret = body.secret() == null ? null : seal(id, body.secret());
        var connection = toApi(connections.insert(call.tx(), id, new New(
                body.externalId(), body.name(), body.provider().value(), body.accountReference(), body.livemode(), secret)));
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
        var current = new ConnectionPatch(before.externalId(), before.name());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        return changed(call, before, connections.update(call.tx(), before.id(), wanted.externalId(), wanted.name()));
    }

    @Override
    public Reply<Connection> rotateConnectionSecret(Call call, ConnectionId connectionId, ConnectionSecret body) {
        var before = lock(call, connectionId);
        int seconds = body.previousValidSeconds() == null ? 0 : body.previousValidSeconds();
        var previous = seconds == 0 ? null : before.secret();
        return changed(call, before, connections.rotate(call.tx(), before.id(), seal(before.id(), body.secret()), previous, seconds));
    }

    @Override
    public Reply<Connection> disableConnection(Call call, ConnectionId connectionId) {
        return move(call, connectionId, "active", "disabled");
    }

    @Override
    public Reply<Connection> enableConnection(Call call, ConnectionId connectionId) {
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

    private Connection toApi(Row row) {
        var id = new ConnectionId(row.id());
        return new Connection(
                id, row.externalId(), row.name(), PaymentProvider.fromValue(row.provider()), row.accountReference(), row.livemode(),
                ConnectionState.fromValue(row.state()), publicUrl + "/api/v1/billing/webhooks/" + id, row.secret() != null, row.secretRotatedAt(),
                row.previousSecretUntil(), row.refusedDeliveries(), row.lastRefusedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
