package org.guildhall.tasks.messages;

import java.time.Duration;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.preferences.Preferences;
import org.guildhall.tasks.suppressions.Suppressions;
import org.guildhall.tasks.templates.Templates;
import org.jspecify.annotations.Nullable;

/** Wires the part {@code messages}: transports, messages and their sending. */
public final class MessagesModule {

    /** The longest wait for one answer of a mail server. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(20);

    private final MessageStore messages = new MessageStore();
    private final TransportStore transports = new TransportStore();
    private final JobTransactions transactions;
    private final TaskQueue queue;
    private final Keys keys;
    private final EntityIds entities;
    private final BiFunction<Tx, UUID, @Nullable String> addresses;
    private final Outbound outgoing;
    private final Db db;
    private final UnsubscribeLinks links;
    private final MessageViews views;
    private final Outbox outbox;

    /**
     * @param jobs the database for background work
     * @param addresses gives the e-mail address of a person; null if there is none
     * @param outgoing the ways to call mail servers and endpoints
     * @param publicUrl the address of this server for recipients
     */
    public MessagesModule(
            Db jobs, TaskQueue queue, Keys keys, EntityIds entities, BiFunction<Tx, UUID, @Nullable String> addresses, Outbound outgoing,
            String publicUrl) {
        this.transactions = new JobTransactions(jobs);
        this.queue = queue;
        this.keys = keys;
        this.entities = entities;
        this.addresses = addresses;
        this.outgoing = outgoing;
        this.db = jobs;
        this.links = new UnsubscribeLinks(keys, publicUrl);
        this.views = new MessageViews(entities);
        this.outbox = new Outbox(queue);
    }

    /** Queues messages for other rooms. */
    public RoomMessages roomMessages() {
        return new RoomMessages(messages, transports, views, outbox);
    }

    /** Requests the messages that wait for a signal whose status has changed. */
    public void signalChanged(Tx tx, UUID signalId) {
        TransportSignals.release(tx, transports, outbox, signalId);
    }

    /** Registers the background work of this part. @param blocked true if a signal is blocked now */
    public void schedule(BiPredicate<Tx, UUID> blocked) {
        var smtp = new SmtpSender(outgoing.addresses(), ANSWER_MAX);
        var http = new HttpSender(outgoing.http(), outgoing.addresses());
        queue.on(Outbox.SEND, TaskQueue.Policy.DUE, new SendMessageJob(transactions, outbox, views, links, keys, addresses, new TransportSignals(blocked), smtp, http));
        queue.on(Outbox.RELEASE, TaskQueue.Policy.DUE, new ReleaseMessagesJob(transactions, outbox));
        queue.on(Outbox.ERASE, TaskQueue.Policy.DUE, new EraseMessagesJob(transactions));
    }

    /** Binds the operations of this part and declares its constraints. @param blocked true if a signal is blocked now */
    public void bind(Api api, BiPredicate<Tx, UUID> blocked) {
        new Templates().bind(api);
        new Preferences().bind(api);
        new TransportsHandler(transports, keys, outbox).bind(api.routes());
        new MessagesHandler(messages, new MessageDrafts(transports, entities), views, entities, outbox, addresses, new TransportSignals(blocked)).bind(api.routes());
        new MessageReceiptsHandler(transactions, messages, transports, views, outbox, keys).bind(api.routes());
        new Suppressions().bind(api, db, keys);
        api.constraints()
                .on("transports_one_default", Problem.CONFLICT, "/is_default", "Another transport was made the default at the same time.")
                .on("messages_person", Problem.VALIDATION_FAILED, "/to/person_id", "There is no such person.")
                .on("transports_signal", Problem.VALIDATION_FAILED, "/signal_id", "There is no such signal.");
    }
}
