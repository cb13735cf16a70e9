package org.guildhall.tasks.messages;

import java.util.UUID;
import java.util.function.BiPredicate;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;

/** The signals of transports. A blocked one holds the messages back, and its change releases them. */
final class TransportSignals {

    private final BiPredicate<Tx, UUID> blocked;

    /** @param blocked true if a signal is blocked now */
    TransportSignals(BiPredicate<Tx, UUID> blocked) {
        this.blocked = blocked;
    }

    /** True if messages wait for the transport: it is paused, or its signal is blocked. */
    boolean hold(Tx tx, TransportStore.Row transport) {
        return transport.isPaused() || transport.signalId() != null && blocked.test(tx, transport.signalId());
    }

    /** Requests the messages that wait for the transports of a signal, since its status has changed. */
    static void release(Tx tx, TransportStore transports, Outbox outbox, UUID signalId) {
        var batch = new Batch();
        var of = transports.ofSignal(batch, signalId);
        batch.send(tx);
        of.get().forEach(id -> outbox.release(tx, id));
    }
}
