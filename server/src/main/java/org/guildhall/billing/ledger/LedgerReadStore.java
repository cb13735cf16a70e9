package org.guildhall.billing.ledger;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.LEDGER_ACCOUNTS;
import static org.guildhall.schema.billing.Tables.LEDGER_ENTRIES;
import static org.guildhall.schema.billing.Tables.LEDGER_TRANSACTIONS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.ledger.facts.MirroredObject;
import org.guildhall.billing.ledger.rules.LedgerChart;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.ShapedQuery;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Ledger accounts with their balances, and posted transactions with their entries. */
final class LedgerReadStore {

    /** A ledger account. @param balanceMinor on its normal side */
    record AccountRow(
            UUID id, LedgerChart kind, String currency, @Nullable UUID connectionId, @Nullable UUID accountId, long balanceMinor,
            Instant createdAt) {}

    /** A posted transaction. */
    record TransactionRow(
            UUID id, String kind, String key, MirroredObject entity, @Nullable UUID accountId, @Nullable UUID deliveryId, Instant effectiveAt,
            Instant recordedAt, @Nullable UUID reversesId, @Nullable UUID reversedById, List<EntryRow> entries) {}

    /** The sum of a transaction's postings on one side of a ledger account. */
    record EntryRow(UUID ledgerAccountId, String kind, String side, long amountMinor, String currency) {}

    /** The balance of a ledger account. @param balanceMinor on its normal side */
    record BalanceRow(UUID ledgerAccountId, LedgerChart kind, String currency, long balanceMinor) {}

    /** The filters of the list of ledger accounts; null for an absent one. */
    record AccountFilter(@Nullable String kind, @Nullable String currency, @Nullable UUID accountId, @Nullable UUID connectionId) {}

    /** The filters of the list of transactions; null for an absent one. */
    record TransactionFilter(@Nullable UUID accountId, @Nullable String kind, @Nullable UUID entityId, TimeWindow effective, TimeWindow recorded) {}

    /** The balances of an account. @param at the greatest effective instant; null for all @param recordedAt the greatest recorded one */
    record BalanceFilter(UUID accountId, @Nullable Instant at, @Nullable Instant recordedAt) {}

    private static final Field<BigDecimal> SUM = DSL.sum(LEDGER_ENTRIES.SIGNED_MINOR);
    private static final Field<BigDecimal> BALANCE = DSL.coalesce(
            field(select(SUM)
                    .from(LEDGER_ENTRIES)
                    .where(LEDGER_ENTRIES.TENANT_ID.eq(LEDGER_ACCOUNTS.TENANT_ID))
                    .and(LEDGER_ENTRIES.LEDGER_ACCOUNT_ID.eq(LEDGER_ACCOUNTS.ID))),
            inline(BigDecimal.ZERO)).as("balance");
    private static final List<Field<?>> ACCOUNT_COLUMNS = List.of(
            LEDGER_ACCOUNTS.ID, LEDGER_ACCOUNTS.KIND, LEDGER_ACCOUNTS.CURRENCY, LEDGER_ACCOUNTS.CONNECTION_ID, LEDGER_ACCOUNTS.ACCOUNT_ID,
            LEDGER_ACCOUNTS.CREATED_AT, BALANCE);
    private static final org.guildhall.schema.billing.tables.LedgerTransactions REVERSAL = LEDGER_TRANSACTIONS.as("reversal");
    private static final Field<UUID> REVERSED_BY = field(select(REVERSAL.ID)
            .from(REVERSAL)
            .where(REVERSAL.TENANT_ID.eq(LEDGER_TRANSACTIONS.TENANT_ID))
            .and(REVERSAL.REVERSES_ID.eq(LEDGER_TRANSACTIONS.ID))).as("reversed_by_id");
    private static final Field<JSONB> ENTRIES = DSL.field("""
            (select jsonb_agg(jsonb_build_object('ledger_account_id', e.ledger_account_id, 'kind', a.kind, 'side', e.side,
                'amount_minor', e.amount_minor, 'currency', a.currency) order by e.side desc, a.kind, a.currency, a.id)
             from (select ledger_account_id, side, sum(amount_minor) as amount_minor
                   from billing.ledger_entries
                   where tenant_id = billing.ledger_transactions.tenant_id and transaction_id = billing.ledger_transactions.id
                   group by ledger_account_id, side) e
             join billing.ledger_accounts a on a.tenant_id = billing.ledger_transactions.tenant_id and a.id = e.ledger_account_id)""",
            SQLDataType.JSONB).as("entries");
    private static final JsonReader<List<EntryRow>> ENTRY_ROWS = JsonReader.ofList(EntryRow.class);
    private static final List<Field<?>> TRANSACTION_COLUMNS = List.of(
            LEDGER_TRANSACTIONS.ID, LEDGER_TRANSACTIONS.KIND, LEDGER_TRANSACTIONS.KEY, LEDGER_TRANSACTIONS.ENTITY_TYPE, LEDGER_TRANSACTIONS.ENTITY_ID,
            LEDGER_TRANSACTIONS.ACCOUNT_ID, LEDGER_TRANSACTIONS.DELIVERY_ID, LEDGER_TRANSACTIONS.EFFECTIVE_AT, LEDGER_TRANSACTIONS.RECORDED_AT,
            LEDGER_TRANSACTIONS.REVERSES_ID, REVERSED_BY, ENTRIES);

    private static final PreparedQuery<AccountRow> GET_ACCOUNT = PreparedQuery.of(
            select(ACCOUNT_COLUMNS).from(LEDGER_ACCOUNTS).where(LEDGER_ACCOUNTS.ID.eq(param(LEDGER_ACCOUNTS.ID))), LedgerReadStore::account);
    private static final ListQuery<AccountFilter, AccountRow> LIST_ACCOUNTS = ListQuery.of(
            Map.of("created_at", LEDGER_ACCOUNTS.CREATED_AT),
            LEDGER_ACCOUNTS.ID,
            by -> select(ACCOUNT_COLUMNS)
                    .from(LEDGER_ACCOUNTS)
                    .where(by.oneOf(LEDGER_ACCOUNTS.KIND, AccountFilter::kind))
                    .and(by.is(LEDGER_ACCOUNTS.CURRENCY, AccountFilter::currency))
                    .and(by.is(LEDGER_ACCOUNTS.ACCOUNT_ID, AccountFilter::accountId))
                    .and(by.is(LEDGER_ACCOUNTS.CONNECTION_ID, AccountFilter::connectionId)),
            LedgerReadStore::account);
    private static final PreparedQuery<TransactionRow> GET_TRANSACTION = PreparedQuery.of(
            select(TRANSACTION_COLUMNS).from(LEDGER_TRANSACTIONS).where(LEDGER_TRANSACTIONS.ID.eq(param(LEDGER_TRANSACTIONS.ID))),
            LedgerReadStore::transaction);
    private static final ListQuery<TransactionFilter, TransactionRow> LIST_TRANSACTIONS = ListQuery.of(
            Map.of("effective_at", LEDGER_TRANSACTIONS.EFFECTIVE_AT, "recorded_at", LEDGER_TRANSACTIONS.RECORDED_AT),
            LEDGER_TRANSACTIONS.ID,
            by -> select(TRANSACTION_COLUMNS)
                    .from(LEDGER_TRANSACTIONS)
                    .where(by.is(LEDGER_TRANSACTIONS.ACCOUNT_ID, TransactionFilter::accountId))
                    .and(by.oneOf(LEDGER_TRANSACTIONS.KIND, TransactionFilter::kind))
                    .and(by.is(LEDGER_TRANSACTIONS.ENTITY_ID, TransactionFilter::entityId))
                    .and(by.within(LEDGER_TRANSACTIONS.EFFECTIVE_AT, TransactionFilter::effective))
                    .and(by.within(LEDGER_TRANSACTIONS.RECORDED_AT, TransactionFilter::recorded)),
            LedgerReadStore::transaction);
    private static final PreparedQuery<Integer> ACCOUNT_EXISTS = PreparedQuery.ofValue(
            selectOne().from(ACCOUNTS).where(ACCOUNTS.ID.eq(param(ACCOUNTS.ID))));
    private static final ShapedQuery<BalanceFilter, BalanceRow> BALANCES = ShapedQuery.of(
            by -> select(LEDGER_ACCOUNTS.ID, LEDGER_ACCOUNTS.KIND, LEDGER_ACCOUNTS.CURRENCY, SUM)
                    .from(LEDGER_ACCOUNTS)
                    .join(LEDGER_ENTRIES)
                    .on(LEDGER_ENTRIES.TENANT_ID.eq(LEDGER_ACCOUNTS.TENANT_ID))
                    .and(LEDGER_ENTRIES.LEDGER_ACCOUNT_ID.eq(LEDGER_ACCOUNTS.ID))
                    .join(LEDGER_TRANSACTIONS)
                    .on(LEDGER_TRANSACTIONS.TENANT_ID.eq(LEDGER_ENTRIES.TENANT_ID))
                    .and(LEDGER_TRANSACTIONS.ID.eq(LEDGER_ENTRIES.TRANSACTION_ID))
                    .where(LEDGER_ACCOUNTS.ACCOUNT_ID.eq(by.value(SQLDataType.UUID, BalanceFilter::accountId)))
                    .and(by.when(SQLDataType.INSTANT, BalanceFilter::at, LEDGER_TRANSACTIONS.EFFECTIVE_AT::le))
                    .and(by.when(SQLDataType.INSTANT, BalanceFilter::recordedAt, LEDGER_TRANSACTIONS.RECORDED_AT::le))
                    .groupBy(LEDGER_ACCOUNTS.ID, LEDGER_ACCOUNTS.KIND, LEDGER_ACCOUNTS.CURRENCY)
                    .orderBy(LEDGER_ACCOUNTS.KIND, LEDGER_ACCOUNTS.CURRENCY),
            LedgerReadStore::balance);

    @Nullable AccountRow getAccount(Tx tx, UUID id) {
        return GET_ACCOUNT.one(tx, id);
    }

    Page<AccountRow> listAccounts(Tx tx, PageRequest page, AccountFilter filter) {
        return LIST_ACCOUNTS.page(tx, page, filter);
    }

    @Nullable TransactionRow getTransaction(Tx tx, UUID id) {
        return GET_TRANSACTION.one(tx, id);
    }

    Page<TransactionRow> listTransactions(Tx tx, PageRequest page, TransactionFilter filter) {
        return LIST_TRANSACTIONS.page(tx, page, filter);
    }

    /** The balances of the ledger accounts of an account that have an entry within the filter. */
    List<BalanceRow> getBalances(Tx tx, BalanceFilter filter) {
        return BALANCES.all(tx, filter);
    }

    /** True if there is such an account at a payment provider. */
    boolean accountExists(Tx tx, UUID accountId) {
        return ACCOUNT_EXISTS.exists(tx, accountId);
    }

    private static long balance(LedgerChart kind, BigDecimal debitsMinusCredits) {
        long signed = debitsMinusCredits.longValueExact();
        return kind.normalSide() == LedgerChart.Side.DEBIT ? signed : -signed;
    }

    private static BalanceRow balance(RowReader cells) {
        var kind = LedgerChart.of(cells.get(LEDGER_ACCOUNTS.KIND));
        return new BalanceRow(cells.get(LEDGER_ACCOUNTS.ID), kind, cells.get(LEDGER_ACCOUNTS.CURRENCY), balance(kind, cells.get(SUM)));
    }

    private static AccountRow account(RowReader cells) {
        var kind = LedgerChart.of(cells.get(LEDGER_ACCOUNTS.KIND));
        return new AccountRow(
                cells.get(LEDGER_ACCOUNTS.ID), kind, cells.get(LEDGER_ACCOUNTS.CURRENCY), cells.get(LEDGER_ACCOUNTS.CONNECTION_ID),
                cells.get(LEDGER_ACCOUNTS.ACCOUNT_ID), balance(kind, cells.get(BALANCE)), cells.get(LEDGER_ACCOUNTS.CREATED_AT));
    }

    private static TransactionRow transaction(RowReader cells) {
        return new TransactionRow(
                cells.get(LEDGER_TRANSACTIONS.ID), cells.get(LEDGER_TRANSACTIONS.KIND), cells.get(LEDGER_TRANSACTIONS.KEY),
                new MirroredObject(MirroredObject.Type.of(cells.get(LEDGER_TRANSACTIONS.ENTITY_TYPE)), cells.get(LEDGER_TRANSACTIONS.ENTITY_ID)),
                cells.get(LEDGER_TRANSACTIONS.ACCOUNT_ID), cells.get(LEDGER_TRANSACTIONS.DELIVERY_ID), cells.get(LEDGER_TRANSACTIONS.EFFECTIVE_AT),
                cells.get(LEDGER_TRANSACTIONS.RECORDED_AT), cells.get(LEDGER_TRANSACTIONS.REVERSES_ID), cells.get(REVERSED_BY),
                ENTRY_ROWS.read(cells.get(ENTRIES)));
    }
}
