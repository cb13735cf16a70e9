package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.messages.MessageStore.Row;

/** Requests the background work of messages: one task for each message that waits. */
final class Outbox {

    /** Sends one message. */
    static final String SEND = "send-message";
    /** Requests {@link #SEND} for the queued messages of a transport that is active again. */
    static final String RELEASE = "release-messages";
    /** Erases the subjects and bodies of a tenant's messages whose time has come. */
    static final String ERASE = "erase-messages";

    /** How long subject and body of a message are kept after its end. */
    static final Duration BODY_KEPT = Duration.ofDays(90);

    private final TaskQueue queue;

    Outbox(TaskQueue queue) {
        this.queue = queue;
    }

    /** Requests the next attempt of a queued message. */
    void request(Tx tx, Row queued) {
        var at = queued.nextAttemptAt();
        if (at == null) {
            throw new IllegalStateException("message " + queued.id() + " is " + queued.state());
        }
        queue.enqueueAt(tx, SEND, queued.id(), DispatchRules.earlier(at, queued.expiresAt()));
    }

    /** Requests an attempt at once. */
    void request(Tx tx, UUID messageId) {
        queue.enqueue(tx, SEND, messageId);
    }

    /** Requests the messages that wait for a transport. */
    void release(Tx tx, UUID transportId) {
        queue.enqueue(tx, RELEASE, transportId);
    }

    /** Requests the erasure of a message that ended at an instant. */
    void ended(Tx tx, Instant at) {
        queue.enqueueAt(tx, ERASE, tx.tenant(), at.plus(BODY_KEPT));
    }
}
