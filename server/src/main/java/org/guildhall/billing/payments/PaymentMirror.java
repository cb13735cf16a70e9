package org.guildhall.billing.payments;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.invoices.Invoices;
import org.guildhall.billing.mirror.Applied;
import org.guildhall.billing.mirror.MirrorRules;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Position;
import org.guildhall.billing.mirror.Verdict;
import org.guildhall.billing.payments.PaymentRules.Intent;
import org.guildhall.billing.payments.PaymentStore.Content;
import org.guildhall.billing.payments.PaymentStore.Locked;
import org.guildhall.billing.payments.PaymentStore.Row;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Applies events to payments and their attempts. Account, invoice and payment are locked in this order. */
final class PaymentMirror {

    private static final Comparator<Position> ORDER =
            Comparator.comparing(Position::at).thenComparing(Position::rank).thenComparing(Position::eventReference, Comparator.nullsLast(Comparator.naturalOrder()));

    private final Accounts accounts;
    private final Invoices invoices;
    private final PaymentStore payments;
    private final PaymentAttemptStore attempts;

    PaymentMirror(Accounts accounts, Invoices invoices, PaymentStore payments, PaymentAttemptStore attempts) {
        this.accounts = accounts;
        this.invoices = invoices;
        this.payments = payments;
        this.attempts = attempts;
    }

    /** The locked rows that content refers to. @param invoiceId null if it names no invoice */
    private record Target(@Nullable UUID accountId, @Nullable UUID invoiceId, Locked payment) {

        Row row() {
            return payment.row();
        }
    }

    private Target lock(
            Tx tx, Changes changes, UUID connectionId, @Nullable String account, @Nullable String invoice, String payment) {
        var lockedAccount = account == null ? null : accounts.lock(tx, connectionId, account);
        if (lockedAccount != null) {
            lockedAccount.record(changes);
        }
        var invoiceId = invoice == null ? null : invoices.lock(tx, changes, connectionId, invoice);
        return new Target(lockedAccount == null ? null : lockedAccount.id(), invoiceId, payments.lockOrStub(tx, connectionId, payment));
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderPayment payment, Origin origin) {
        var target = lock(tx, changes, connectionId, payment.accountReference(), payment.invoiceReference(), payment.reference());
        origin.requireVersion(target.payment().isNew(), target.row().version());
        var before = target.row().content();
        var verdict = MirrorRules.verdict(before == null ? null : before.intentPosition(), false, origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        var intent = new Intent(payment.state(), payment.receivedMinor(), payment.failure(), since(before, payment, origin));
        var all = attempts.ofPayment(tx, target.row().id()).stream().map(PaymentAttemptStore.Stored::attempt).toList();
        var content = new Content(
                payment.status(), accountId(target, before), payment.currency(), payment.amountMinor(), PaymentRules.progress(intent, all), intent,
                origin.position(), payment.payoutReference(), payment.metadata(), newest(before, origin));
        if (payment.invoicePrefix() != null) {
            payments.setInvoicePrefix(tx, target.row().id(), payment.invoicePrefix());
        } else {
            isFor(tx, target, payment.invoiceReference());
        }
        save(tx, changes, target, content, payment.state().equals("succeeded") ? origin.position().at() : null);
        return Applied.of(verdict);
    }

    /** The instant from which the payment is in its state. A fetch doesn't tell it, so it stays if the state does. */
    private static Instant since(@Nullable Content before, ProviderPayment payment, Origin origin) {
        var known = before == null ? null : before.intent();
        return origin.position().isFetched() && known != null && known.state().equals(payment.state()) ? known.at() : origin.position().at();
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderAttempt attempt, Origin origin) {
        var target = lock(tx, changes, connectionId, attempt.accountReference(), attempt.invoiceReference(), attempt.paymentReference());
        origin.requireVersion(target.payment().isNew(), target.row().version());
        var before = target.row().content();
        var others = new ArrayList<ProviderAttempt>();
        Position known = null;
        for (var stored : attempts.ofPayment(tx, target.row().id())) {
            if (stored.attempt().reference().equals(attempt.reference())) {
                known = stored.position();
            } else {
                others.add(stored.attempt());
            }
        }
        var verdict = MirrorRules.verdict(known, false, origin);
        if (!verdict.applies()) {
            return Applied.of(verdict);
        }
        attempts.save(tx, connectionId, target.row().id(), attempt, origin);
        isFor(tx, target, attempt.invoiceReference());
        others.add(attempt);
        var intent = before == null ? null : before.intent();
        var last = others.stream().max(Comparator.comparing(ProviderAttempt::attemptedAt).thenComparing(ProviderAttempt::reference)).orElse(attempt);
        var content = new Content(
                before == null || intent == null ? last.status() : before.providerStatus(), accountId(target, before),
                before == null || intent == null ? last.currency() : before.currency(),
                before == null || intent == null ? last.amountMinor() : before.amountMinor(), PaymentRules.progress(intent, others), intent,
                before == null ? null : before.intentPosition(), before == null ? null : before.payoutReference(),
                before == null ? Map.of() : before.metadata(), newest(before, origin));
        save(tx, changes, target, content, attempt.capturedMinor() > 0 ? attempt.attemptedAt() : null);
        return Applied.of(verdict);
    }

    /** A payment that fails pays no invoice, but is for one. */
    private void isFor(Tx tx, Target target, @Nullable String invoice) {
        if (invoice != null) {
            payments.setInvoicePrefix(tx, target.row().id(), ProviderPayment.invoicePrefix(invoice));
        }
    }

    /** Records that a payment pays a part of an invoice; it never takes that back. */
    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderInvoicePayment part) {
        var target = lock(tx, changes, connectionId, null, part.invoiceReference(), part.paymentReference());
        var invoiceId = Objects.requireNonNull(target.invoiceId());
        if (payments.link(tx, target.row().id(), invoiceId, part.amountMinor(), part.appliedAt()) || target.payment().isNew()) {
            record(changes, target, Objects.requireNonNull(payments.get(tx, target.row().id())));
            return Applied.of(Verdict.NEWER);
        }
        return Applied.of(Verdict.SAME_EVENT);
    }

    /** The payment with a provider's id; an unknown one is made as a stub. */
    UUID lockOrStub(Tx tx, Changes changes, UUID connectionId, String reference) {
        var locked = payments.lockOrStub(tx, connectionId, reference);
        if (locked.isNew()) {
            var stub = PaymentViews.toApi(locked.row());
            changes.created(stub.id(), stub);
        }
        return locked.row().id();
    }

    /** @param paidAt the instant from which the named invoice is paid; null if it isn't */
    private void save(Tx tx, Changes changes, Target target, Content content, @Nullable Instant paidAt) {
        if (target.invoiceId() != null && paidAt != null) {
            payments.link(tx, target.row().id(), target.invoiceId(), null, paidAt);
        }
        record(changes, target, payments.apply(tx, target.row().id(), content));
    }

    private static void record(Changes changes, Target target, Row after) {
        var shown = PaymentViews.toApi(after);
        if (target.payment().isNew()) {
            changes.created(shown.id(), shown);
        } else {
            changes.changed(shown.id(), PaymentViews.toApi(target.row()), shown);
        }
    }

    private static @Nullable UUID accountId(Target target, @Nullable Content before) {
        return target.accountId() != null || before == null ? target.accountId() : before.accountId();
    }

    private static Origin newest(@Nullable Content before, Origin origin) {
        return before == null ? origin : List.of(before.origin(), origin).stream().max(Comparator.comparing(Origin::position, ORDER)).orElseThrow();
    }
}
