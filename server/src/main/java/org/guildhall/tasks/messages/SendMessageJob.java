package org.guildhall.tasks.messages;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.TenantId;
import org.guildhall.api.model.TransportId;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.JobTransactions.Events;
import org.guildhall.core.audit.JobTransactions.Source;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.data.Tx;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.tasks.messages.DispatchRules.Decision;
import org.guildhall.tasks.messages.DispatchRules.Restraint;
import org.guildhall.tasks.messages.DispatchRules.Situation;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.guildhall.tasks.messages.OutboxStore.Ended;
import org.guildhall.tasks.messages.OutboxStore.Turn;
import org.guildhall.tasks.messages.SendResult.Outcome;
import org.guildhall.tasks.suppressions.Suppressions;
import org.jspecify.annotations.Nullable;

/**
 * Sends one message. An attempt has three steps: a transaction that claims the message under a lease and commits; the exchange with the mail
 * server, outside any transaction; a transaction that stores the result. If the node dies in between, the message becomes {@code unknown} when
 * the lease is over, and isn't sent again by itself.
 */
final class SendMessageJob implements TaskQueue.Job {

    /** The time for one exchange with the mail server. */
    private static final Duration EXCHANGE_MAX = Duration.ofSeconds(40);
    /** Longer than an exchange and the transactions beside it. */
    static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration CONTENDED = Duration.ofSeconds(1);

    private final JobTransactions transactions;
    private final Outbox outbox;
    private final OutboxStore store = new OutboxStore();
    private final Suppressions suppressions = new Suppressions();
    private final RestraintStore restraints = new RestraintStore();
    private final MessageViews views;
    private final UnsubscribeLinks links;
    private final Keys keys;
    private final BiFunction<Tx, UUID, @Nullable String> addresses;
    private final TransportSignals signals;
    private final MessageSender smtp;
    private final HttpSender http;

    /** @param addresses gives the e-mail address of a person; null if there is none */
    SendMessageJob(
            JobTransactions transactions, Outbox outbox, MessageViews views, UnsubscribeLinks links, Keys keys, BiFunction<Tx, UUID, @Nullable String> addresses,
            TransportSignals signals, MessageSender smtp, HttpSender http) {
        this.transactions = transactions;
        this.outbox = outbox;
        this.views = views;
        this.links = links;
        this.keys = keys;
        this.addresses = addresses;
        this.signals = signals;
        this.smtp = smtp;
        this.http = http;
    }

    /** What follows from a claim: an attempt, or a wait. */
    private sealed interface Claim {

        /** Send it now. @param claimedNanos this node's clock before the claim */
        record Attempt(UUID tenant, Row message, TransportStore.Row transport, boolean isTest, Instant at, long claimedNanos) implements Claim {}

        /** Nothing to send now. @param until null if the message needs no further run */
        record Wait(@Nullable Instant until) implements Claim {}
    }

    @Override
    public @Nullable Instant run(TaskLease lease, BooleanSupplier stopping) {
        long began = System.nanoTime();
        return switch (transactions.runAll(lease, (tx, events) -> claim(tx, events, lease.id(), began))) {
            case Claim.Wait wait -> wait.until();
            case Claim.Attempt attempt -> {
                var result = send(attempt);
                // Stored even if another node has taken the task over: only this node knows what happened.
                yield transactions.runAll(lease.tenant(), (tx, events) -> store(tx, events, attempt, result));
            }
        };
    }

    private Claim claim(Tx tx, Events events, UUID id, long began) {
        var turn = store.lock(tx, id);
        if (turn == null) {
            return new Claim.Wait(tx.now().plus(CONTENDED));
        }
        var message = turn.message();
        var transport = turn.transport();
        boolean waits = turn.storedState().equals("queued") || turn.storedState().equals("held");
        var recipient = waits ? recipient(tx, message) : null;
        var restraint = recipient == null
                ? Restraint.NONE
                : restraints.lock(tx, turn.holdRules(), message.category(), recipient, message.personId(), turn.now());
        var decision = DispatchRules.decide(new Situation(
                turn.storedState(), message.leaseUntil(), message.nextAttemptAt(), message.expiresAt(), message.eventAt(), restraint, message.slotAt(), waits && signals.hold(tx, transport), transport.nextSlotAt(), transport.ratePerMinute(), turn.now()));
        return switch (decision) {
            case Decision.Nothing() -> new Claim.Wait(null);
            case Decision.Wait(var until) -> new Claim.Wait(until);
            case Decision.Park(var until) -> new Claim.Wait(until);
            case Decision.Hold(var reason, var until) -> {
                record(events, "message.held", message, store.hold(tx, id, reason, until));
                yield new Claim.Wait(until);
            }
            case Decision.Expire(var why) -> {
                var at = why == null && message.expiresAt() != null ? message.expiresAt() : turn.now();
                record(events, "message.expired", message, store.expire(tx, id, at, why));
                outbox.ended(tx, turn.now());
                yield new Claim.Wait(null);
            }
            case Decision.Suppress(var suppressionId) -> {
                record(events, "message.suppressed", message, store.suppress(tx, id, suppressionId, turn.now()));
                outbox.ended(tx, turn.now());
                yield new Claim.Wait(null);
            }
            case Decision.Lose() -> {
                var lost = SendResult.of(Outcome.UNKNOWN, null, "The node stopped during the attempt.");
                record(events, "message.unknown", message, store.finish(tx, id, "unknown", null, message.updatedAt(), turn.now(), lost));
                outbox.ended(tx, turn.now());
                yield new Claim.Wait(null);
            }
            case Decision.Reserve(var slotAt, var nextSlotAt) -> {
                store.reserve(tx, id, slotAt);
                store.takeSlot(tx, transport.id(), nextSlotAt);
                yield new Claim.Wait(DispatchRules.earlier(slotAt, message.expiresAt()));
            }
            case Decision.Send(var nextSlotAt) -> start(tx, turn, recipient, nextSlotAt, began);
        };
    }

    private @Nullable String recipient(Tx tx, Row message) {
        return message.personId() == null ? message.address() : addresses.apply(tx, message.personId());
    }

    private Claim start(Tx tx, Turn turn, @Nullable String recipient, Instant nextSlotAt, long began) {
        var message = turn.message();
        store.takeSlot(tx, turn.transport().id(), nextSlotAt);
        return new Claim.Attempt(
                tx.tenant(), store.start(tx, message.id(), recipient, turn.now(), turn.now().plus(LEASE)), turn.transport(), turn.isTest(), turn.now(), began);
    }

    private SendResult send(Claim.Attempt attempt) {
        var message = attempt.message();
        if (message.sentTo() == null || message.subject() == null || message.body() == null) {
            return SendResult.of(Outcome.REFUSED, "no_address", "The person has no e-mail address, or doesn't exist any more.");
        }
        long left = EXCHANGE_MAX.toNanos() - (System.nanoTime() - attempt.claimedNanos());
        if (left <= 0) {
            // A node that was frozen in between must not send under a lease that may be over.
            return SendResult.of(Outcome.DEFERRED, "timeout", "The node had no time left for the attempt.");
        }
        var transport = attempt.transport();
        var mail = new MessageSender.Mail(
                attempt.at(), message.emailMessageId(), transport.senderAddress(), transport.senderName(), message.sentTo(), message.subject(),
                message.body(), message.format().equals("html"), links.of(attempt.tenant(), message));
        return attempt.isTest() ? StandInSender.accepted() : exchange(attempt.tenant(), transport, message, mail, Duration.ofNanos(left));
    }

    /** The exchange with the mail server or the endpoint. */
    private SendResult exchange(UUID tenant, TransportStore.Row transport, Row message, MessageSender.Mail mail, Duration within) {
        var server = transport.server();
        var endpoint = transport.endpoint();
        var sealed = endpoint != null ? endpoint.secret() : server == null ? null : server.password();
        var secret = sealed == null ? null : keys.openSecret(sealed, new TransportId(transport.id()).toString());
        if (sealed != null && secret == null) {
            return SendResult.of(Outcome.DEFERRED, "login_refused", "The stored secret can't be read with the keys of this server.");
        }
        if (endpoint != null && secret != null) {
            return http.send(
                    new HttpSender.Endpoint(endpoint.url(), secret), new TenantId(tenant).toString(), new MessageId(message.id()).toString(), message.category(),
                    mail, within);
        }
        var mailServer = Objects.requireNonNull(server);
        return smtp.send(new MessageSender.Server(mailServer.host(), mailServer.port(), mailServer.tls(), mailServer.user(), secret), mail, within);
    }

    private @Nullable Instant store(Tx tx, Events events, Claim.Attempt attempt, SendResult result) {
        var ended = store.lockAttempt(tx, attempt.message().id(), attempt.message().attempt());
        if (ended == null) {
            return null;
        }
        var next = result.outcome() == Outcome.DEFERRED ? nextAttempt(ended, result) : null;
        var state = next != null ? "queued" : result.outcome() == Outcome.DEFERRED || result.outcome() == Outcome.REFUSED ? "failed" : result.outcome().value();
        var before = ended.message();
        var after = store.finish(tx, before.id(), state, next, attempt.at(), ended.now(), result);
        record(events, next == null ? "message." + state : "message.deferred", before, after);
        if (before.sentTo() != null && result.isHardBounce()) {
            suppressions.bounced(tx, events, Outbox.SEND, before.sentTo(), before.id());
        }
        if (next != null) {
            return DispatchRules.earlier(next, before.expiresAt());
        }
        outbox.ended(tx, ended.now());
        return null;
    }

    private static @Nullable Instant nextAttempt(Ended ended, SendResult result) {
        var wait = RetryBackoff.after(ended.message().tries(), ThreadLocalRandom.current().nextDouble());
        return wait == null ? null : ended.now().plus(result.retryAfter() == null ? wait : result.retryAfter());
    }

    private void record(Events events, String action, Row before, Row after) {
        events.begin(new Source(action, "access", Outbox.SEND, Actor.JOB, null, null))
                .changed(new MessageId(before.id()), views.toApi(before), views.toApi(after));
    }

    @Override
    public void giveUp(TaskLease lease) {
        throw new IllegalStateException("messages are never given up");
    }
}
