package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.billing.events.AccountFacts;
import org.guildhall.billing.events.ProviderInvoice;
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
    private final AccountMirror accountMirror;
    private final InvoiceMirror invoiceMirror;
    private final Runtime runtime;

    public Mirroring(Runtime runtime) {
        this.runtime = runtime;
        this.accountMirror = new AccountMirror(accounts, runtime);
        this.invoiceMirror = new InvoiceMirror(accounts, invoices, lines);
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

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new AccountsHandler(accounts, runtime).bind(api.routes());
        new InvoicesHandler(invoices, lines).bind(api.routes());
    }
}
