package org.guildhall.billing.ledger;

import static org.guildhall.schema.billing.Tables.LEDGER_ACCOUNTS;
import static org.guildhall.schema.billing.Tables.LEDGER_POSTINGS;
import static org.guildhall.schema.billing.Tables.LEDGER_TRANSACTIONS;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.guildhall.billing.ledger.rules.LedgerAccountKey;
import org.guildhall.billing.ledger.rules.LedgerChart;
import org.guildhall.billing.ledger.rules.LedgerDifference;
import org.guildhall.billing.ledger.rules.PostedTransaction;
import org.guildhall.billing.ledger.rules.Posting;
import org.guildhall.billing.ledger.rules.TransactionKind;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads what is posted for some objects, and posts transactions. Only rows are added. */
final class LedgerStore {

    /** A posting of a stored transaction, with the members of its transaction. */
    private record PostedRow(PostedTransaction head, Posting posting) {}

    /** A transaction to insert. */
    record Insert(UUID id, LedgerDifference.NewTransaction transaction, @Nullable UUID accountId, @Nullable UUID deliveryId, Instant recordedAt) {}

    private record StoredAccount(LedgerAccountKey key, UUID id) {}

    private static final org.guildhall.schema.billing.tables.LedgerTransactions REVERSAL = LEDGER_TRANSACTIONS.as("reversal");
    private static final org.guildhall.schema.billing.tables.LedgerAccounts DEBIT = LEDGER_ACCOUNTS.as("debit");
    private static final org.guildhall.schema.billing.tables.LedgerAccounts CREDIT = LEDGER_ACCOUNTS.as("credit");
    private static final Field<UUID> DEBIT_OWNER = DSL.coalesce(DEBIT.ACCOUNT_ID, DEBIT.CONNECTION_ID).as("debit_owner");
    private static final Field<UUID> CREDIT_OWNER = DSL.coalesce(CREDIT.ACCOUNT_ID, CREDIT.CONNECTION_ID).as("credit_owner");
    private static final Field<String> DEBIT_KIND = DEBIT.KIND.as("debit_kind");
    private static final Field<String> CREDIT_KIND = CREDIT.KIND.as("credit_kind");
    private static final Field<Instant> REVERSED_AT = REVERSAL.EFFECTIVE_AT.as("reversed_at");

    private static final PreparedQuery<PostedRow> POSTED = PreparedQuery.of(
            select(LEDGER_TRANSACTIONS.ID, LEDGER_TRANSACTIONS.ENTITY_TYPE, LEDGER_TRANSACTIONS.ENTITY_ID, LEDGER_TRANSACTIONS.ASPECT,
                            LEDGER_TRANSACTIONS.KIND, LEDGER_TRANSACTIONS.GENERATION, LEDGER_TRANSACTIONS.EFFECTIVE_AT, REVERSED_AT, DEBIT_KIND,
                            DEBIT_OWNER, CREDIT_KIND, CREDIT_OWNER, LEDGER_POSTINGS.CURRENCY, LEDGER_POSTINGS.AMOUNT_MINOR)
                    .from(LEDGER_TRANSACTIONS)
                    .join(LEDGER_POSTINGS)
                    .on(LEDGER_POSTINGS.TENANT_ID.eq(LEDGER_TRANSACTIONS.TENANT_ID))
                    .and(LEDGER_POSTINGS.TRANSACTION_ID.eq(LEDGER_TRANSACTIONS.ID))
                    .join(DEBIT).on(DEBIT.TENANT_ID.eq(LEDGER_POSTINGS.TENANT_ID)).and(DEBIT.ID.eq(LEDGER_POSTINGS.DEBIT_ACCOUNT_ID))
                    .join(CREDIT).on(CREDIT.TENANT_ID.eq(LEDGER_POSTINGS.TENANT_ID)).and(CREDIT.ID.eq(LEDGER_POSTINGS.CREDIT_ACCOUNT_ID))
                    .leftJoin(REVERSAL)
                    .on(REVERSAL.TENANT_ID.eq(LEDGER_TRANSACTIONS.TENANT_ID))
                    .and(REVERSAL.REVERSES_ID.eq(LEDGER_TRANSACTIONS.ID))
                    .where(LedgerFactsStore.isSettledTogether(LEDGER_TRANSACTIONS.ENTITY_ID))
                    .and(LEDGER_TRANSACTIONS.REVERSES_ID.isNull())
                    .orderBy(LEDGER_TRANSACTIONS.ID, LEDGER_POSTINGS.POSITION),
            LedgerStore::posted);
    /** Each wanted account is looked up by the index of all owners, which has no entry for "is not distinct from"; "offset 0" keeps it from reading all. */
    private static final PreparedQuery<StoredAccount> ACCOUNTS = PreparedQuery.of(
            select(LEDGER_ACCOUNTS.ID, LEDGER_ACCOUNTS.KIND, LEDGER_ACCOUNTS.ACCOUNT_ID, LEDGER_ACCOUNTS.CONNECTION_ID, LEDGER_ACCOUNTS.CURRENCY)
                    .from(LEDGER_ACCOUNTS)
                    .where(DSL.condition("""
                            billing.ledger_accounts.id = any(array(
                              select found.id
                              from jsonb_to_recordset({0}) as w (kind text, currency text, account_id uuid, connection_id uuid)
                              cross join lateral (
                                select a.id from billing.ledger_accounts a
                                where a.account_id = w.account_id and a.connection_id is null and a.kind = w.kind and a.currency = w.currency
                                union all
                                select a.id from billing.ledger_accounts a
                                where a.account_id is null and a.connection_id = w.connection_id and a.kind = w.kind and a.currency = w.currency
                                union all
                                select a.id from billing.ledger_accounts a
                                where w.account_id is null and w.connection_id is null
                                  and a.account_id is null and a.connection_id is null and a.kind = w.kind and a.currency = w.currency
                                offset 0) found))""",
                            DSL.param("wanted", SQLDataType.JSONB))),
            cells -> new StoredAccount(
                    LedgerAccountKey.of(
                            LedgerChart.of(cells.get(LEDGER_ACCOUNTS.KIND)), owner(cells), cells.get(LEDGER_ACCOUNTS.CURRENCY)),
                    cells.get(LEDGER_ACCOUNTS.ID)));

    /** The order is the same in all transactions, so that two of them don't wait for each other. */
    private static final PreparedUpdate INSERT_ACCOUNTS = PreparedUpdate.of(DSL.query("""
            insert into billing.ledger_accounts (id, kind, currency, account_id, connection_id)
            select r.id, r.kind, r.currency, r.account_id, r.connection_id
            from jsonb_populate_recordset(null::billing.ledger_accounts, {0}) as r
            order by r.account_id, r.connection_id, r.kind, r.currency
            on conflict (tenant_id, account_id, connection_id, kind, currency) do nothing""", DSL.param("rows", SQLDataType.JSONB)));
    private static final PreparedUpdate INSERT_TRANSACTIONS = PreparedUpdate.of(DSL.query("""
            insert into billing.ledger_transactions
              (id, key, kind, entity_type, entity_id, aspect, generation, account_id, delivery_id, reverses_id, effective_at, recorded_at)
            select r.id, r.key, r.kind, r.entity_type, r.entity_id, r.aspect, r.generation, r.account_id, r.delivery_id, r.reverses_id,
              r.effective_at, r.recorded_at
            from jsonb_populate_recordset(null::billing.ledger_transactions, {0}) as r""", DSL.param("rows", SQLDataType.JSONB)));
    private static final PreparedUpdate INSERT_POSTINGS = PreparedUpdate.of(DSL.query("""
            insert into billing.ledger_postings (transaction_id, position, debit_account_id, credit_account_id, currency, amount_minor)
            select r.transaction_id, r.position, r.debit_account_id, r.credit_account_id, r.currency, r.amount_minor
            from jsonb_populate_recordset(null::billing.ledger_postings, {0}) as r""", DSL.param("rows", SQLDataType.JSONB)));

    /** Adds the read of the transactions that aren't reversals, of the objects that the batch has found. */
    Supplier<List<PostedTransaction>> posted(Batch batch) {
        var rows = batch.all(POSTED);
        return () -> joined(rows.get());
    }

    /** Adds the read of the ids of ledger accounts, as far as they exist. */
    Supplier<Map<LedgerAccountKey, UUID>> accounts(Batch batch, Collection<LedgerAccountKey> keys) {
        var found = batch.all(ACCOUNTS, Columns.rows(keys.stream().map(key -> account(null, key)).toList()));
        return () -> {
            Map<LedgerAccountKey, UUID> ids = new LinkedHashMap<>();
            found.get().forEach(account -> ids.put(account.key(), account.id()));
            return ids;
        };
    }

    /** Adds ledger accounts that don't exist yet; one that another transaction adds at the same time stays. */
    void insertAccounts(Tx tx, Collection<LedgerAccountKey> keys) {
        INSERT_ACCOUNTS.later(tx, Columns.rows(keys.stream().map(key -> account(Ids.next(), key)).toList()));
    }

    /** Posts transactions, with the transaction's next statement. */
    void insert(Tx tx, List<Insert> inserts, Map<LedgerAccountKey, UUID> accounts) {
        INSERT_TRANSACTIONS.later(tx, Columns.rows(inserts.stream().map(LedgerStore::transaction).toList()));
        var postings = new ArrayList<Map<String, String>>();
        for (var insert : inserts) {
            int position = 0;
            for (var posting : insert.transaction().transaction().postings()) {
                postings.add(JsonRows.row(
                        "transaction_id", insert.id(), "position", position++, "debit_account_id", accounts.get(posting.debit()),
                        "credit_account_id", accounts.get(posting.credit()), "currency", posting.currency(), "amount_minor", posting.amountMinor()));
            }
        }
        INSERT_POSTINGS.later(tx, Columns.rows(postings));
    }

    private static Map<String, String> transaction(Insert insert) {
        var posted = insert.transaction();
        var transaction = posted.transaction();
        return JsonRows.row(
                "id", insert.id(), "key", posted.key(), "kind", transaction.kind().value(), "entity_type", transaction.entity().type().value(),
                "entity_id", transaction.entity().id(), "aspect", transaction.aspect(), "generation", posted.generation(),
                "account_id", insert.accountId(), "delivery_id", insert.deliveryId(), "reverses_id", posted.reversesId(),
                "effective_at", transaction.effectiveAt(), "recorded_at", insert.recordedAt());
    }

    private static Map<String, String> account(@Nullable UUID id, LedgerAccountKey key) {
        boolean connection = key.kind().scope() == LedgerChart.Scope.CONNECTION;
        return JsonRows.row(
                "id", id, "kind", key.kind().value(), "currency", key.currency(), "account_id", connection ? null : key.ownerId(),
                "connection_id", connection ? key.ownerId() : null);
    }

    private static @Nullable UUID owner(RowReader cells) {
        var account = cells.get(LEDGER_ACCOUNTS.ACCOUNT_ID);
        return account == null ? cells.get(LEDGER_ACCOUNTS.CONNECTION_ID) : account;
    }

    private static PostedRow posted(RowReader cells) {
        var currency = cells.get(LEDGER_POSTINGS.CURRENCY);
        var head = new PostedTransaction(
                cells.get(LEDGER_TRANSACTIONS.ID),
                new MirroredObject(MirroredObject.Type.of(cells.get(LEDGER_TRANSACTIONS.ENTITY_TYPE)), cells.get(LEDGER_TRANSACTIONS.ENTITY_ID)),
                cells.get(LEDGER_TRANSACTIONS.ASPECT), TransactionKind.of(cells.get(LEDGER_TRANSACTIONS.KIND)),
                cells.get(LEDGER_TRANSACTIONS.GENERATION), cells.get(LEDGER_TRANSACTIONS.EFFECTIVE_AT), List.of(), cells.get(REVERSED_AT));
        return new PostedRow(head, new Posting(
                LedgerAccountKey.of(LedgerChart.of(cells.get(DEBIT_KIND)), cells.get(DEBIT_OWNER), currency),
                LedgerAccountKey.of(LedgerChart.of(cells.get(CREDIT_KIND)), cells.get(CREDIT_OWNER), currency),
                cells.get(LEDGER_POSTINGS.AMOUNT_MINOR)));
    }

    private static List<PostedTransaction> joined(List<PostedRow> rows) {
        Map<UUID, PostedTransaction> heads = new LinkedHashMap<>();
        Map<UUID, List<Posting>> postings = new LinkedHashMap<>();
        for (var row : rows) {
            heads.putIfAbsent(row.head().id(), row.head());
            postings.computeIfAbsent(row.head().id(), id -> new ArrayList<>()).add(row.posting());
        }
        return heads.values().stream().map(head -> head.with(postings.get(head.id())))
                .sorted(Comparator.comparing(PostedTransaction::id)).toList();
    }
}
