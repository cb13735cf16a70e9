package org.guildhall.billing.ledger;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.model.LedgerTransactionId;
import org.guildhall.billing.ledger.LedgerDifference.NewTransaction;
import org.guildhall.billing.ledger.LedgerStore.Insert;
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

    /**
     * Posts what the ledger lacks for the changed objects, and reverses what it has too much. The caller holds the lock of their account, so two
     * transactions never settle one object at the same time.
     *
     * @param changes has the changed objects, and gets the posted transactions
     * @param deliveryId the delivery that is processed; null for a job
     * @throws UnbalancedSource if an invoice doesn't add up
     */
    public void settle(Tx tx, Changes changes, @Nullable UUID deliveryId) {
        var invoices = changes.all().stream().filter(change -> change.entityType().equals("invoice")).map(Changes.Change::id).toList();
        if (!invoices.isEmpty()) {
            settle(tx, changes, deliveryId, facts.get(tx, invoices));
        }
    }

    /** Settles objects with these facts. @return the number of posted transactions */
    int settle(Tx tx, Changes changes, @Nullable UUID deliveryId, LedgerFacts facts) {
        var target = LedgerTarget.of(facts);
        if (facts.entities().isEmpty()) {
            return 0;
        }
        var keys = new LinkedHashSet<LedgerAccountKey>();
        target.list().forEach(transaction -> addKeys(keys, transaction.postings()));
        var batch = new Batch();
        var posted = store.posted(batch, facts.entities().stream().map(MirroredObject::id).toList());
        var known = store.accounts(batch, keys);
        var now = batch.now();
        batch.send(tx);
        var difference = LedgerDifference.of(target, posted.get(), facts.changedAt());
        if (difference.isEmpty()) {
            return 0;
        }
        var accounts = accounts(tx, difference, known.get());
        var owners = facts.accounts();
        var inserts = difference.stream()
                .map(each -> new Insert(Ids.next(), each, owners.get(each.transaction().entity().id()), deliveryId, now.get())).toList();
        store.insert(tx, inserts, accounts);
        for (var insert : inserts) {
            changes.created(new LedgerTransactionId(insert.id()), LedgerViews.toApi(insert, accounts));
        }
        return inserts.size();
    }

    /** The ids of all ledger accounts of the difference. Those that are new are added; a reversal can have some that the target hasn't. */
    private Map<LedgerAccountKey, UUID> accounts(Tx tx, List<NewTransaction> difference, Map<LedgerAccountKey, UUID> known) {
        var all = new LinkedHashSet<LedgerAccountKey>();
        difference.forEach(each -> addKeys(all, each.transaction().postings()));
        var missing = new ArrayList<>(all);
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

    private static void addKeys(LinkedHashSet<LedgerAccountKey> keys, List<Posting> postings) {
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
