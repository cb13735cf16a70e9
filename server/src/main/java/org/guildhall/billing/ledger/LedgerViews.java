package org.guildhall.billing.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.model.AccountId;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.LedgerAccount;
import org.guildhall.api.model.LedgerAccountId;
import org.guildhall.api.model.LedgerAccountKind;
import org.guildhall.api.model.LedgerAmount;
import org.guildhall.api.model.LedgerBalance;
import org.guildhall.api.model.LedgerEntityType;
import org.guildhall.api.model.LedgerEntry;
import org.guildhall.api.model.LedgerSide;
import org.guildhall.api.model.LedgerTransaction;
import org.guildhall.api.model.LedgerTransactionId;
import org.guildhall.api.model.LedgerTransactionKind;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.ledger.LedgerReadStore.AccountRow;
import org.guildhall.billing.ledger.LedgerReadStore.BalanceRow;
import org.guildhall.billing.ledger.LedgerReadStore.EntryRow;
import org.guildhall.billing.ledger.LedgerReadStore.TransactionRow;
import org.guildhall.billing.ledger.LedgerStore.Insert;
import org.guildhall.billing.ledger.rules.LedgerAccountKey;
import org.guildhall.billing.ledger.rules.LedgerChart;
import org.guildhall.billing.ledger.rules.Posting;
import org.jspecify.annotations.Nullable;

/** Turns rows of the ledger into their API form. */
final class LedgerViews {

    /** Records that never change have this version. */
    private static final long VERSION = 1;

    private record Place(LedgerAccountKey key, LedgerChart.Side side) {}

    private LedgerViews() {}

    static LedgerAccount toApi(AccountRow row) {
        return new LedgerAccount(
                new LedgerAccountId(row.id()), LedgerAccountKind.fromValue(row.kind().value()), side(row.kind()), row.currency(),
                row.connectionId() == null ? null : new ConnectionId(row.connectionId()), account(row.accountId()),
                new LedgerAmount(row.balanceMinor(), row.currency()), row.createdAt(), VERSION);
    }

    static LedgerBalance toApi(BalanceRow row) {
        return new LedgerBalance(
                new LedgerAccountId(row.ledgerAccountId()), LedgerAccountKind.fromValue(row.kind().value()), side(row.kind()),
                new LedgerAmount(row.balanceMinor(), row.currency()));
    }

    static LedgerTransaction toApi(TransactionRow row) {
        return new LedgerTransaction(
                new LedgerTransactionId(row.id()), LedgerTransactionKind.fromValue(row.kind()), row.key(),
                LedgerEntityType.fromValue(row.entity().type().value()), row.entity().text(),
                account(row.accountId()),
                row.deliveryId() == null ? null : new WebhookDeliveryId(row.deliveryId()),
                row.effectiveAt(), row.recordedAt(), row.reversesId() == null ? null : new LedgerTransactionId(row.reversesId()),
                row.reversedById() == null ? null : new LedgerTransactionId(row.reversedById()),
                row.entries().stream().map(LedgerViews::toApi).toList(), VERSION);
    }

    /** A transaction that is posted now, as it will be read. */
    static LedgerTransaction toApi(Insert insert, Map<LedgerAccountKey, UUID> accounts) {
        var posted = insert.transaction();
        var transaction = posted.transaction();
        return toApi(new TransactionRow(
                insert.id(), transaction.kind().value(), posted.key(), transaction.entity(), insert.accountId(), insert.deliveryId(),
                transaction.effectiveAt(), insert.recordedAt(), posted.reversesId(), null, entries(transaction.postings(), accounts)));
    }

    /** Sums the postings per side and ledger account, debits first. */
    private static List<EntryRow> entries(List<Posting> postings, Map<LedgerAccountKey, UUID> accounts) {
        Map<Place, Long> sums = new LinkedHashMap<>();
        for (var posting : postings) {
            sums.merge(new Place(posting.debit(), LedgerChart.Side.DEBIT), posting.amountMinor(), Math::addExact);
            sums.merge(new Place(posting.credit(), LedgerChart.Side.CREDIT), posting.amountMinor(), Math::addExact);
        }
        var entries = new ArrayList<EntryRow>();
        sums.forEach((place, amount) -> entries.add(new EntryRow(
                accounts.get(place.key()), place.key().kind().value(), place.side().value(), amount, place.key().currency())));
        entries.sort(Comparator.comparing(EntryRow::side).reversed().thenComparing(EntryRow::kind).thenComparing(EntryRow::currency)
                .thenComparing(entry -> entry.ledgerAccountId().toString()));
        return entries;
    }

    private static LedgerEntry toApi(EntryRow row) {
        return new LedgerEntry(
                new LedgerAccountId(row.ledgerAccountId()), LedgerAccountKind.fromValue(row.kind()), LedgerSide.fromValue(row.side()),
                new LedgerAmount(row.amountMinor(), row.currency()));
    }

    private static @Nullable AccountId account(@Nullable UUID id) {
        return id == null ? null : new AccountId(id);
    }

    private static LedgerSide side(LedgerChart kind) {
        return LedgerSide.fromValue(kind.normalSide().value());
    }
}
