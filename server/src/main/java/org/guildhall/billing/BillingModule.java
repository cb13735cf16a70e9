package org.guildhall.billing;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.guildhall.billing.accounts.Accounts;
import org.guildhall.billing.accounts.LinkChanges;
import org.guildhall.billing.checkout.Checkout;
import org.guildhall.billing.connections.Connections;
import org.guildhall.billing.coupons.CouponMappings;
import org.guildhall.billing.deliveries.Deliveries;
import org.guildhall.billing.dunning.Dunning;
import org.guildhall.billing.events.Providers;
import org.guildhall.billing.fetches.Fetches;
import org.guildhall.billing.gocardless.GoCardlessProvider;
import org.guildhall.billing.invoices.Invoices;
import org.guildhall.billing.ledger.Ledger;
import org.guildhall.billing.mirror.Mirroring;
import org.guildhall.billing.mirror.ObjectMirror;
import org.guildhall.billing.payments.Payments;
import org.guildhall.billing.paystack.PaystackProvider;
import org.guildhall.billing.plans.MetadataBackfillJob;
import org.guildhall.billing.plans.PlanSettlement;
import org.guildhall.billing.plans.SettlementJob;
import org.guildhall.billing.reconciliation.Reconciliation;
import org.guildhall.billing.recovery.PaymentRecovery;
import org.guildhall.billing.stripe.StripeProvider;
import org.guildhall.billing.subscriptions.Subscriptions;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.Runtime;
import org.guildhall.tasks.Tasks;

/** Wires the billing room from its parts. */
public final class BillingModule {

    private final String publicUrl;
    private final Platform platform;
    private final Connections connections;
    private final Accounts accounts;
    private final Subscriptions subscriptions;
    private final Invoices invoices;
    private final Payments payments;
    private final CouponMappings coupons;
    private final PlanSettlement plans;
    private final Ledger ledger = new Ledger();
    private final Dunning dunning;
    private final Checkout checkout;
    private final Deliveries deliveries;
    private final Fetches fetches;
    private final Reconciliation reconciliation;

    /**
     * @param db the connections of requests
     * @param jobs the connections of jobs
     * @param providers the state of the providers, for dunning
     * @param publicUrl the address of this server for providers
     * @param urls the addresses of the providers' APIs
     */
    public BillingModule(
            Db db, Db jobs, TaskQueue queue, Keys keys, Platform platform, Runtime runtime, Tasks tasks, Tasks.ProviderStates providers,
            String publicUrl, ProviderUrls urls) {
        this.publicUrl = publicUrl;
        this.platform = platform;
        this.connections = new Connections(platform, keys);
        this.fetches = new Fetches(queue);
        var all = new Providers(List.of(new StripeProvider(urls.stripe()), new GoCardlessProvider(urls.gocardless()),
                new PaystackProvider(urls.paystack())));
        var catalog = new Catalog();
        this.accounts = new Accounts(runtime);
        this.subscriptions = new Subscriptions(accounts, catalog);
        this.invoices = new Invoices(accounts, catalog);
        this.payments = new Payments(accounts, invoices);
        this.coupons = new CouponMappings(catalog);
        var mirror = new Mirroring(Stream.of(accounts.mirrors(), subscriptions.mirrors(), invoices.mirrors(), payments.mirrors(), coupons.mirrors())
                .<ObjectMirror<?>>flatMap(List::stream).toList());
        this.plans = new PlanSettlement(subscriptions, runtime, tasks);
        this.dunning = new Dunning(plans, tasks, providers);
        this.checkout = new Checkout(connections, accounts, subscriptions, runtime, all);
        this.deliveries = new Deliveries(
                db, jobs, queue, keys, connections, all, mirror, ledger, plans, new PaymentRecovery(tasks), dunning, fetches, checkout,
                subscriptions, payments);
        this.reconciliation = new Reconciliation(
                jobs, queue, connections, all, fetches, mirror, deliveries.effects(), tasks);
    }

    /** The addresses of the providers' APIs, without a slash at their ends. */
    public record ProviderUrls(String stripe, String gocardless, String paystack) {

        /** The addresses for real money. */
        public static final ProviderUrls LIVE = new ProviderUrls("https://api.stripe.com", GoCardlessProvider.LIVE, PaystackProvider.LIVE);
    }

    /** Registers the room's background work. */
    public void schedule() {
        deliveries.schedule();
        reconciliation.schedule();
    }

    /** The jobs that this room offers. */
    public List<Tasks.Job> jobs() {
        var all = new ArrayList<>(deliveries.jobs(platform));
        all.add(new SettlementJob(plans).offered());
        all.add(new MetadataBackfillJob(accounts, plans).offered());
        all.add(reconciliation.offered(platform));
        all.add(dunning.offered());
        all.add(checkout.offered());
        return all;
    }

    /** Binds the room's operations. */
    public void bind(Api api) {
        connections.bind(api, publicUrl, fetches::resume);
        accounts.bind(api, new LinkedPlans(plans));
        subscriptions.bind(api);
        invoices.bind(api);
        payments.bind(api);
        coupons.bind(api);
        ledger.bind(api);
        dunning.bind(api);
        checkout.bind(api);
        deliveries.bind(api);
        reconciliation.bind(api);
    }

    /** Settles the plans of an organization when an operator links an account or ends its link. */
    private record LinkedPlans(PlanSettlement plans) implements LinkChanges {

        @Override
        public void linked(Tx tx, Changes changes, Actor actor, UUID organizationId) {
            plans.settle(tx, changes, actor, organizationId);
        }

        @Override
        public void unlinked(Tx tx, Changes changes, Actor actor, UUID organizationId, UUID accountId) {
            plans.settleWithout(tx, changes, actor, organizationId, accountId);
        }
    }
}
