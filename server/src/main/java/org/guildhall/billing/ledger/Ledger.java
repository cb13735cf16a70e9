package org.guildhall.billing.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.model.LedgerTransactionId;
import org.guildhall.billing.ledger.LedgerStore.Insert;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.guildhall.billing.ledger.rules.LedgerAccountKey;
import org.guildhall.billing.ledger.rules.LedgerDifference;
import org.guildhall.billing.ledger.rules.LedgerTarget;
import org.guildhall.billing.ledger.rules.PostedTransaction;
import org.guildhall.billing.ledger.rules.Posting;
import org.guildhall.billing.ledger.rules.UnbalancedSource;
import org.guildhall.billing.payments.RefundTaxes;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Api;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/** The ledger, for the other parts of the room. */
public final class Ledger {

    private final LedgerStore store = new LedgerStore();
    private final LedgerFactsStore facts = new LedgerFactsStore();
    private final RefundTaxes refundTaxes = new RefundTaxes();

    /** The kinds of changed objects that transactions follow from. */
    private static final Set<String> SETTLED = Set.of("invoice", "payment", "refund", "dispute", "payout", "credit", "account");

    /**
     * Posts what the ledger lacks for the changed objects, and reverses what it has too much. Takes the ledger's locks, which come after those of the
     * mirror: the caller locks no more objects of the mirror in this transaction. The refunds tell the taxes that are posted.
     *
     * @param changes has the changed objects, and gets the posted transactions
     * @param deliveryId the delivery that is processed; null for a job
     * @throws UnbalancedSource if an invoice doesn't add up
     */
    public void settle(Tx tx, Changes changes, @Nullable UUID deliveryId) {
        var changed = changes.all().stream().filter(change -> SETTLED.contains(change.entityType())).map(Changes.Change::id).toList();
        if (changed.isEmpty()) {
            return;
        }
        var batch = new Batch();
        var known = facts.lockAndRead(batch, changed);
        var posted = store.posted(batch);
        batch.send(tx);
        var target = LedgerTarget.of(known.get(), posted.get());
        post(tx, changes, deliveryId, known.get(), posted.get(), target);
        if (!target.refundTaxes().isEmpty()) {
            refundTaxes.save(tx, changes, target.refundTaxes());
        }
    }

    /** Settles objects with these facts. @return the number of posted transactions */
    int settle(Tx tx, Changes changes, @Nullable UUID deliveryId, LedgerFacts facts) {
        var batch = new Batch();
        this.facts.find(batch, facts.entities().stream().map(MirroredObject::id).toList());
        var posted = store.posted(batch);
        batch.send(tx);
        return post(tx, changes, deliveryId, facts, posted.get(), LedgerTarget.of(facts, posted.get()));
    }

    private int post(
            Tx tx, Changes changes, @Nullable UUID deliveryId, LedgerFacts facts, List<PostedTransaction> posted, LedgerTarget target) {
        var difference = LedgerDifference.of(target, posted, facts.changedAt());
        if (difference.isEmpty()) {
            return 0;
        }
        var keys = new LinkedHashSet<LedgerAccountKey>();
        difference.forEach(each -> addKeys(keys, each.transaction().postings()));
        var batch = new Batch();
        var known = store.accounts(batch, keys);
        var now = batch.now();
        batch.send(tx);
        var accounts = accounts(tx, keys, known.get());
        var owners = facts.accounts();
        var inserts = difference.stream()
                .map(each -> new Insert(Ids.next(), each, owners.get(each.transaction().entity().id()), deliveryId, now.get())).toList();
        store.insert(tx, inserts, accounts);
        for (var insert : inserts) {
            changes.created(new LedgerTransactionId(insert.id()), LedgerViews.toApi(insert, accounts));
        }
        return inserts.size();
    }

    /** The ids of ledger accounts. Those that don't exist yet are added. */
    private Map<LedgerAccountKey, UUID> accounts(Tx tx, Set<LedgerAccountKey> keys, Map<LedgerAccountKey, UUID> known) {
        var missing = new ArrayList<>(keys);
        missing.removeAll(known.keySet());
        var accounts = new HashMap<>(known);
        if (!missing.isEmpty()) {
            store.insertAccounts(tx, missing);
            var batch = new Batch();
            var added = store.accounts(batch, missing);
            batch.send(tx);
            accounts.putAll(added.get());
        }
        return accounts;
    }

    private static void addKeys(Set<LedgerAccountKey> keys, List<Posting> postings) {
        for (var posting : postings) {
            keys.add(posting.debit());
            keys.add(posting.credit());
        }
    }

    /** Binds the operations of this part. */
    public void bind(Api api) {
        var reads = new LedgerReadStore();
        new LedgerAccountsHandler(reads).bind(api.routes());
        new LedgerTransactionsHandler(reads).bind(api.routes());
    }
}
