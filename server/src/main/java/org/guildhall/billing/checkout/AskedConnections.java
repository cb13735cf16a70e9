package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.billing.accounts.Payer;
import org.guildhall.billing.connections.Connections.Connected;
import org.guildhall.billing.connections.Connections;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;

/** The checks of a connection that a caller wants to be asked, and of its accounts. */
record AskedConnections(Connections connections) {

    /** Refuses a connection of a resource that can't be asked any more. */
    void require(Tx tx, UUID id) {
        var connection = connections.active(tx, id);
        if (connection == null || !connection.hasApiKey()) {
            throw Problem.INVALID_STATE.because("The connection is disabled or has no API key.");
        }
    }

    /** The connection, if it can be asked. @param pointer the member that names it */
    Connected require(Tx tx, UUID id, String pointer) {
        if (!connections.exists(tx, id)) {
            var detail = "There is no such connection.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(pointer, "unknown_reference", detail));
        }
        var connection = connections.active(tx, id);
        if (connection == null) {
            throw Problem.INVALID_STATE.at(pointer, "The connection is disabled.");
        }
        if (!connection.hasApiKey()) {
            throw Problem.INVALID_STATE.at(pointer, "The connection has no API key. Set one with `set-api-key`.");
        }
        return connection;
    }

    /** Refuses an account that can't pay at a connection. */
    static Payer requirePayer(Payer payer, UUID connection, String pointer) {
        if (!payer.connectionId().equals(connection)) {
            var detail = "The account belongs to another connection.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer(pointer, "other_connection", detail));
        }
        if (payer.isDeleted()) {
            throw Problem.INVALID_STATE.at(pointer, "The account is deleted at the provider.");
        }
        return payer;
    }
}
