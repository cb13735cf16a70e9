package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.billing.events.AccountFacts;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.mirror.MirrorRules.Position;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.runtime.Runtime;
import org.jspecify.annotations.Nullable;

/** The mirror, for the other parts of the room. */
public final class Mirroring {

    private final AccountStore accounts = new AccountStore();
    private final InvoiceStore invoices = new InvoiceStore();
    private final InvoiceLineStore lines = new InvoiceLineStore();
    private final PaymentStore payments = new PaymentStore();
    private final RefundStore refunds = new RefundStore();
    private final AccountMirror accountMirror;
    private final InvoiceMirror invoiceMirror;
    private final PaymentMirror paymentMirror;
    private final RefundMirror refundMirror;
    private final Runtime runtime;

    public Mirroring(Runtime runtime) {
        this.runtime = runtime;
        this.accountMirror = new AccountMirror(accounts, runtime);
        this.invoiceMirror = new InvoiceMirror(accounts, invoices, lines);
        this.paymentMirror = new PaymentMirror(accounts, invoices, payments, new PaymentAttemptStore());
        this.refundMirror = new RefundMirror(paymentMirror, refunds);
    }

    /**
     * The origin of some content.
     *
     * @param position its place in the provider's order
     * @param apiVersion the version of the provider's API; null if it is unknown
     */
    public record Origin(UUID deliveryId, Position position, @Nullable String apiVersion) {

        public Origin(UUID deliveryId, Instant at, int rank, String eventReference, @Nullable String apiVersion) {
            this(deliveryId, new Position(at, rank, eventReference), apiVersion);
        }
    }

    /**
     * Applies the content of an account, unless the mirror is newer.
     *
     * @param changes gets the account
     * @return applied, stale or no_change
     */
    public String apply(Tx tx, Changes changes, UUID connectionId, AccountFacts facts, Origin origin) {
        return accountMirror.apply(tx, changes, connectionId, facts, origin);
    }

    /**
     * Applies the content of an invoice, unless the mirror is newer. Its account is made as a stub if it is unknown.
     *
     * @param changes gets the invoice, and the account if it is new
     * @return applied, stale or no_change
     */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderInvoice invoice, Origin origin) {
        return invoiceMirror.apply(tx, changes, connectionId, invoice, origin);
    }

    /**
     * Applies the content of a payment, unless the mirror is newer. Unknown accounts and invoices are made as stubs.
     *
     * @param changes gets the payment and the new stubs
     * @return applied, stale or no_change
     */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderPayment payment, Origin origin) {
        return paymentMirror.apply(tx, changes, connectionId, payment, origin);
    }

    /** Applies an attempt of a payment, as {@link #apply(Tx, Changes, UUID, ProviderPayment, Origin)}. */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderAttempt attempt, Origin origin) {
        return paymentMirror.apply(tx, changes, connectionId, attempt, origin);
    }

    /**
     * Records that a payment pays a part of an invoice.
     *
     * @param part null if the provider names no payment
     * @return applied or no_change
     */
    public String apply(Tx tx, Changes changes, UUID connectionId, @Nullable ProviderInvoicePayment part) {
        return part == null ? MirrorRules.Verdict.SAME_EVENT.outcome() : paymentMirror.apply(tx, changes, connectionId, part);
    }

    /** Applies the content of a refund, as {@link #apply(Tx, Changes, UUID, ProviderPayment, Origin)}. */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderRefund refund, Origin origin) {
        return refundMirror.apply(tx, changes, connectionId, refund, origin);
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new AccountsHandler(accounts, runtime).bind(api.routes());
        new InvoicesHandler(invoices, lines).bind(api.routes());
        new PaymentsHandler(payments).bind(api.routes());
        new RefundsHandler(refunds).bind(api.routes());
    }
}
