package org.guildhall.billing.connections;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.billing.connections.ConnectionStore.Row;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Require;
import org.guildhall.platform.Platform;
import org.jspecify.annotations.Nullable;

/** The connections, for the other parts of the room. */
public final class Connections {

    private final ConnectionStore store = new ConnectionStore();
    private final Platform platform;
    private final Keys keys;

    public Connections(Platform platform, Keys keys) {
        this.platform = platform;
        this.keys = keys;
    }

    /**
     * A connection.
     *
     * @param accountReference the account at the provider; null for any
     * @param hasApiKey true if the provider can be asked
     * @param impliedTax the tax of invoices whose provider states none; null for none
     * @param secrets the signing secrets that are valid now, in clear; empty if none was set
     * @param now the present instant by the database's clock
     */
    public record Connected(
            UUID id, String provider, @Nullable String accountReference, boolean livemode, boolean hasApiKey, @Nullable ImpliedTax impliedTax,
            List<String> secrets, Instant now) {}

    /** The tax in what is paid. @param rateBasisPoints 1000 for 10 % @param inclusive true if the lines of invoices are shown with it */
    public record ImpliedTax(int rateBasisPoints, boolean inclusive, String name) {}

    /** Gets a signal in the transaction that sets the API key of a connection. */
    @FunctionalInterface
    public interface KeyChanges {
        void keySet(Tx tx, UUID connectionId);
    }

    /** A connection that can be asked. @param name as in the API @param apiKey in clear */
    public record Asked(Connected connection, String name, String apiKey) {}

    /** The tenant of a connection; null if there is no such connection. */
    public @Nullable UUID tenant(UUID id) {
        return platform.tenantOfConnection(id);
    }

    /** A connection; null if there is none, or it is disabled. */
    public @Nullable Connected active(Tx tx, UUID id) {
        var row = store.get(tx, id);
        return row == null || !row.state().equals("active") ? null : active(row);
    }

    /** True if there is such a connection. */
    public boolean exists(Tx tx, UUID id) {
        return store.get(tx, id) != null;
    }

    /** A connection in any state. */
    public Connected any(Tx tx, UUID id) {
        return active(Require.found(store.get(tx, id)));
    }

    /** A connection with its API key; null if it is disabled or has none. */
    public @Nullable Asked asked(Tx tx, UUID id) {
        var row = store.get(tx, id);
        if (row == null || !row.state().equals("active") || row.apiKey() == null) {
            return null;
        }
        var key = keys.openSecret(row.apiKey(), ConnectionsHandler.apiKeyOwner(id));
        return key == null ? null : new Asked(active(row), row.name(), key);
    }

    /** The next connections that can be asked, by their ids. */
    public List<UUID> askedAfter(Tx tx, UUID after, int most) {
        return store.askedAfter(tx, after, most);
    }

    /** The open task about objects that couldn't be fetched; null if there is none. */
    public @Nullable UUID fetchTask(Tx tx, UUID id) {
        return store.fetchTask(tx, id);
    }

    /** Sets the open task about objects that couldn't be fetched; null for none. */
    public void setFetchTask(Tx tx, UUID id, @Nullable UUID taskId) {
        store.setFetchTask(tx, id, taskId);
    }

    private Connected active(Row row) {
        var secrets = new ArrayList<String>();
        open(row.id(), row.secret(), secrets);
        open(row.id(), row.previousSecretUntil() == null ? null : row.previousSecret(), secrets);
        var tax = row.impliedTax();
        return new Connected(
                row.id(), row.provider(), row.accountReference(), row.livemode(), row.apiKey() != null,
                tax == null ? null : new ImpliedTax(tax.rateBasisPoints(), tax.behavior().equals("inclusive"), tax.name()), List.copyOf(secrets), row.now());
    }

    private void open(UUID id, byte @Nullable [] sealed, List<String> secrets) {
        var secret = sealed == null ? null : keys.openSecret(sealed, new ConnectionId(id).toString());
        if (secret != null) {
            secrets.add(secret);
        }
    }

    /** Counts a delivery that was refused because of its signature. */
    public void countRefused(Tx tx, UUID id) {
        store.countRefused(tx, id);
    }

    /**
     * Binds the operations of this part.
     *
     * @param publicUrl the address of this server for providers
     * @param keyChanges gets new API keys, and connections that are enabled again
     */
    public void bind(Api api, String publicUrl, KeyChanges keyChanges) {
        new ConnectionsHandler(store, platform, keys, publicUrl, keyChanges).bind(api.routes());
    }
}
