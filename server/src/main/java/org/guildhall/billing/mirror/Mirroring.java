package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderPayment;
import org.guildhall.billing.events.ProviderPayout;
import org.guildhall.billing.events.ProviderRefund;
import org.guildhall.billing.events.ProviderSubscription;
import org.guildhall.billing.mirror.MirrorRules.Position;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
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
    private final PaymentAttemptStore attempts = new PaymentAttemptStore();
    private final RefundStore refunds = new RefundStore();
    private final AccountMirror accountMirror;
    private final SubscriptionStore subscriptions = new SubscriptionStore();
    private final MirroredSubscriptions mirrored;
    private final SubscriptionMirror subscriptionMirror;
    private final InvoiceMirror invoiceMirror;
    private final PaymentMirror paymentMirror;
    private final RefundMirror refundMirror;
    private final DisputeStore disputes = new DisputeStore();
    private final DisputeMirror disputeMirror;
    private final PayoutStore payouts = new PayoutStore();
    private final PayoutMirror payoutMirror = new PayoutMirror(payouts);
    private final CreditStore credits = new CreditStore();
    private final CreditMirror creditMirror;
    private final Runtime runtime;
    private final Catalog catalog;

    public Mirroring(Runtime runtime, Catalog catalog) {
        this.runtime = runtime;
        this.catalog = catalog;
        this.accountMirror = new AccountMirror(accounts, runtime);
        this.mirrored = new MirroredSubscriptions(subscriptions, catalog);
        this.subscriptionMirror = new SubscriptionMirror(accountMirror, subscriptions, mirrored);
        this.invoiceMirror = new InvoiceMirror(accounts, invoices, lines);
        this.paymentMirror = new PaymentMirror(accounts, invoices, payments, attempts);
        this.refundMirror = new RefundMirror(paymentMirror, refunds);
        this.creditMirror = new CreditMirror(accountMirror, invoices, credits);
        this.disputeMirror = new DisputeMirror(paymentMirror, disputes);
    }

    /**
     * The origin of some content.
     *
     * @param position its place in the provider's order
     * @param apiVersion the version of the provider's API; null if it is unknown
     * @param isRepeated true if the event is processed again, by a retry or a replay
     */
    public record Origin(UUID deliveryId, Position position, @Nullable String apiVersion, boolean isRepeated) {

        /** The origin of stored content. */
        Origin(UUID deliveryId, Position position, @Nullable String apiVersion) {
            this(deliveryId, position, apiVersion, false);
        }

        /** The origin that an event is. */
        public Origin(UUID deliveryId, Instant at, int rank, String eventReference, @Nullable String apiVersion, boolean isRepeated) {
            this(deliveryId, new Position(at, rank, eventReference), apiVersion, isRepeated);
        }
    }

    /**
     * The effect of an event of an account.
     *
     * @param outcome applied, stale or no_change
     * @param linkedTo the organization that the event has linked the account to; null for none
     */
    public record AppliedAccount(String outcome, @Nullable UUID linkedTo) {}

    /**
     * The effect of an event of a subscription.
     *
     * @param outcome applied, stale or no_change
     * @param organizationId the organization whose plans can follow; null for none
     * @param subscriptionId the changed subscription; null for none
     */
    public record AppliedSubscription(String outcome, @Nullable UUID organizationId, @Nullable UUID subscriptionId) {}

    /** Gets a signal when an operator links an account or ends its link. The part {@code plans} implements it. */
    public interface LinkChanges {

        void linked(Tx tx, Changes changes, Actor actor, UUID organizationId);

        /** Called after the link has ended. */
        void unlinked(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID accountId);
    }

    /** The subscriptions, for the parts that follow from them. */
    public MirroredSubscriptions subscriptions() {
        return mirrored;
    }

    /** Applies the content of a subscription, unless the mirror is newer. @param changes gets the subscription */
    public AppliedSubscription apply(Tx tx, Changes changes, UUID connectionId, ProviderSubscription facts, Origin origin) {
        return subscriptionMirror.apply(tx, changes, connectionId, facts, origin);
    }

    /** Applies the content of an account, unless the mirror is newer. @param changes gets the account */
    public AppliedAccount apply(Tx tx, Changes changes, UUID connectionId, ProviderAccount facts, Origin origin) {
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

    /** Applies the content of a dispute, as {@link #apply(Tx, Changes, UUID, ProviderPayment, Origin)}. */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderDispute dispute, Origin origin) {
        return disputeMirror.apply(tx, changes, connectionId, dispute, origin);
    }

    /** Applies the content of a payout, as {@link #apply(Tx, Changes, UUID, ProviderPayment, Origin)}. */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderPayout payout, Origin origin) {
        return payoutMirror.apply(tx, changes, connectionId, payout, origin);
    }

    /** Applies the content of a credit, as {@link #apply(Tx, Changes, UUID, ProviderPayment, Origin)}. */
    public String apply(Tx tx, Changes changes, UUID connectionId, ProviderCredit credit, Origin origin) {
        return creditMirror.apply(tx, changes, connectionId, credit, origin);
    }

    /** Binds the operations of this part. @param links gets changed links of accounts */
    public void bind(Api api, LinkChanges links) {
        new AccountsHandler(accounts, runtime, links).bind(api.routes());
        new SubscriptionsHandler(subscriptions, catalog).bind(api);
        new InvoicesHandler(invoices, lines).bind(api.routes());
        new PaymentsHandler(payments).bind(api.routes());
        new PaymentAttemptsHandler(attempts).bind(api.routes());
        new RefundsHandler(refunds).bind(api.routes());
        new DisputesHandler(disputes).bind(api.routes());
        new PayoutsHandler(payouts).bind(api.routes());
        new CreditsHandler(credits).bind(api.routes());
        api.expansions().offer("account", "acc", (tx, ids) -> accounts.getAll(tx, ids).stream()
                .map(MirrorViews::toApi)
                .collect(Collectors.toMap(account -> account.id().toString(), Function.identity())));
        api.expansions().offer("payment", "pay", (tx, ids) -> payments.getAll(tx, ids).stream()
                .map(PaymentViews::toApi)
                .collect(Collectors.toMap(payment -> payment.id().toString(), Function.identity())));
    }
}
