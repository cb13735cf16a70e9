package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderAttempt;
import org.guildhall.billing.events.ProviderCoupon;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.events.ProviderDispute;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.events.ProviderInvoicePayment;
import org.guildhall.billing.events.ProviderMandate;
import org.guildhall.billing.events.ProviderObject;
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

    /** The outcome of an event that is applied, though the mirrored content can be the newer one. */
    public static final String TIE = "tie";
    /** The outcome of an event that isn't applied, though it can be newer than the mirrored content. */
    public static final String UNORDERED = "unordered";

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
    private final MirrorVersionStore versions = new MirrorVersionStore();
    private final DisputeStore disputes = new DisputeStore();
    private final DisputeMirror disputeMirror;
    private final PayoutStore payouts = new PayoutStore();
    private final PayoutMirror payoutMirror = new PayoutMirror(payouts);
    private final CreditStore credits = new CreditStore();
    private final CreditMirror creditMirror;
    private final CouponMappingStore coupons = new CouponMappingStore();
    private final CouponMappingViews couponViews;
    private final CouponMappingMirror couponMirror;
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
        this.couponViews = new CouponMappingViews(catalog);
        this.couponMirror = new CouponMappingMirror(coupons, couponViews);
        this.disputeMirror = new DisputeMirror(paymentMirror, disputes);
    }

    /**
     * The origin of some content.
     *
     * @param deliveryId null for a fetch
     * @param position its place in the provider's order
     * @param apiVersion the version of the provider's API; null if it is unknown
     * @param isRepeated true if the event is processed again, by a retry or a replay
     * @param version the version that the mirrored object had when the fetch began, 0 if there was none; null to apply it to any
     */
    public record Origin(
            @Nullable UUID deliveryId, Position position, @Nullable String apiVersion, boolean isRepeated, @Nullable Long version) {

        /** The origin of stored content. */
        Origin(@Nullable UUID deliveryId, Position position, @Nullable String apiVersion) {
            this(deliveryId, position, apiVersion, false, null);
        }

        /** The origin that an event is. */
        public Origin(UUID deliveryId, Instant at, int rank, String eventReference, @Nullable String apiVersion, boolean isRepeated) {
            this(deliveryId, new Position(at, rank, eventReference), apiVersion, isRepeated, null);
        }

        /** The origin that a fetch is. @param at the instant of the provider's answer by its clock */
        public static Origin fetched(Instant at, int rank, @Nullable String apiVersion, @Nullable Long version) {
            return new Origin(null, new Position(at, rank, null), apiVersion, false, version);
        }

        /** This origin, whatever the mirrored object was when the fetch began. */
        public Origin ofAnyVersion() {
            return new Origin(deliveryId, position, apiVersion, isRepeated, null);
        }

        /** @throws ChangedSinceFetch if the mirrored object has changed since the fetch began */
        void requireVersion(boolean isNew, long current) {
            if (version != null && version != (isNew ? 0 : current)) {
                throw new ChangedSinceFetch();
            }
        }
    }

    /** An event has changed the object while it was being fetched, so the answer can be older than the mirror. */
    public static final class ChangedSinceFetch extends RuntimeException {

        private static final long serialVersionUID = 1;

        ChangedSinceFetch() {
            super("the object has changed since the fetch began");
        }
    }

    /**
     * The effect of an object.
     *
     * @param outcome applied, stale, no_change, or one of the constants of this class
     * @param organizationId the organization whose plans can follow; null for none
     * @param subscriptionId the changed subscription; null for none
     */
    public record Applied(String outcome, @Nullable UUID organizationId, @Nullable UUID subscriptionId) {

        static Applied of(String outcome) {
            return new Applied(outcome, null, null);
        }
    }

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

    /**
     * Applies an object, unless the mirror is newer. Unknown objects that it refers to are made as stubs.
     *
     * @param changes gets the object and the new stubs
     */
    public Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderObject object, Origin origin) {
        return switch (object) {
            case ProviderAccount account -> accountMirror.apply(tx, changes, connectionId, account, origin);
            case ProviderMandate mandate -> Applied.of(accountMirror.apply(tx, changes, connectionId, mandate));
            case ProviderSubscription subscription -> subscriptionMirror.apply(tx, changes, connectionId, subscription, origin);
            case ProviderInvoice invoice -> Applied.of(invoiceMirror.apply(tx, changes, connectionId, invoice, origin));
            case ProviderPayment payment -> Applied.of(paymentMirror.apply(tx, changes, connectionId, payment, origin));
            case ProviderAttempt attempt -> Applied.of(paymentMirror.apply(tx, changes, connectionId, attempt, origin));
            case ProviderInvoicePayment part -> Applied.of(paymentMirror.apply(tx, changes, connectionId, part));
            case ProviderRefund refund -> Applied.of(refundMirror.apply(tx, changes, connectionId, refund, origin));
            case ProviderDispute dispute -> Applied.of(disputeMirror.apply(tx, changes, connectionId, dispute, origin));
            case ProviderPayout payout -> Applied.of(payoutMirror.apply(tx, changes, connectionId, payout, origin));
            case ProviderCoupon coupon -> Applied.of(couponMirror.apply(tx, changes, connectionId, coupon, origin));
            case ProviderCredit credit -> Applied.of(creditMirror.apply(tx, changes, connectionId, credit, origin));
        };
    }

    /** The next accounts without a link whose metadata names an organization, by their ids. */
    public List<UUID> namingAfter(Tx tx, UUID after, int most) {
        return accounts.namingAfter(tx, after, most).stream().map(AccountStore.Row::id).toList();
    }

    /** Links an account to the organization that its metadata names. @return the organization; null if nothing is to be linked */
    public @Nullable UUID linkNamed(Tx tx, Changes changes, UUID accountId) {
        return accountMirror.linkNamed(tx, changes, accountId);
    }

    /**
     * An account that can pay.
     *
     * @param reference the provider's id
     * @param organizationId null if it isn't linked
     * @param email null if the provider has told none
     */
    public record Payer(
            UUID id, UUID connectionId, String reference, @Nullable UUID organizationId, boolean isDeleted, @Nullable String email) {}

    /** An account that has paid. @param linkedTo the organization that it was linked to now; null for none */
    public record Paid(UUID accountId, @Nullable UUID linkedTo) {}

    /** An account; null if there is none. */
    public @Nullable Payer payer(Tx tx, UUID accountId) {
        return payer(accounts.get(tx, accountId));
    }

    /** The newest active account of an organization at a connection; null if there is none. */
    public @Nullable Payer payerOf(Tx tx, UUID organizationId, UUID connectionId) {
        return payer(accounts.paying(tx, organizationId, connectionId));
    }

    private static @Nullable Payer payer(AccountStore.@Nullable Row row) {
        return row == null ? null : new Payer(row.id(), row.connectionId(), row.reference(), row.organizationId(), row.isDeleted(), row.email());
    }

    /**
     * Links the customer of a completed checkout session to the organization of the session, unless it has a link. An unknown account is made as a stub.
     *
     * @param changes gets the account
     */
    public Paid paid(Tx tx, Changes changes, UUID connectionId, String reference, @Nullable UUID organizationId) {
        return accountMirror.paid(tx, changes, connectionId, reference, organizationId);
    }

    /** The version of an object; 0 if the mirror doesn't have it. @param kind account, subscription, invoice, payment, refund, dispute, payout or coupon_mapping */
    public long version(Tx tx, String kind, UUID connectionId, String reference) {
        return versions.get(tx, kind, connectionId, reference);
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
        new CouponMappingsHandler(coupons, couponViews).bind(api.routes());
        api.expansions().offer("account", "acc", (tx, ids) -> accounts.getAll(tx, ids).stream()
                .map(MirrorViews::toApi)
                .collect(Collectors.toMap(account -> account.id().toString(), Function.identity())));
        api.expansions().offer("payment", "pay", (tx, ids) -> payments.getAll(tx, ids).stream()
                .map(PaymentViews::toApi)
                .collect(Collectors.toMap(payment -> payment.id().toString(), Function.identity())));
    }
}
