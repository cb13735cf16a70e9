package org.guildhall.billing.ledger;

import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CREDITS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.billing.ledger.facts.BalanceFacts;
import org.guildhall.billing.ledger.facts.CreditNoteFacts.RefundPart;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.DisputeFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts.Instants;
import org.guildhall.billing.ledger.facts.InvoiceFacts.InvoiceLine;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.facts.MoneyMovement.Fee;
import org.guildhall.billing.ledger.facts.MoneyMovement;
import org.guildhall.billing.ledger.facts.PaymentFacts.Application;
import org.guildhall.billing.ledger.facts.PaymentFacts;
import org.guildhall.billing.ledger.facts.PayoutFacts;
import org.guildhall.billing.ledger.facts.RefundFacts;
import org.guildhall.billing.payments.MovementColumnStore;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Reads what the ledger needs of mirrored objects. Changed objects come with all that they are settled together with: a payment with its invoices,
 * refunds and disputes, an invoice with its payments and credit notes. Stubs are left out: nothing is known of them.
 */
final class LedgerFactsStore {

    private static final JsonReader<List<InvoiceLine>> LINES = JsonReader.ofList(InvoiceLine.class);
    private static final JsonReader<List<RefundPart>> PARTS = JsonReader.ofList(RefundPart.class);
    private static final JsonReader<List<Application>> APPLICATIONS = JsonReader.ofList(Application.class);
    private static final Field<JSONB> INVOICE_LINES = DSL.field("""
            (select coalesce(jsonb_agg(jsonb_build_object('amount_minor', l.amount_minor, 'discount_minor', l.discount_minor,
                'inclusive_tax_minor', l.amount_minor - l.discount_minor - l.net_minor) order by l.position), '[]')
             from billing.invoice_lines l
             where l.tenant_id = billing.invoices.tenant_id and l.invoice_id = billing.invoices.id)""", SQLDataType.JSONB).as("lines");
    /** A provider that names the invoice only means the whole payment. The invoice that a payment is for counts until the provider says what it pays. */
    private static final Field<JSONB> PAID_INVOICES = DSL.field("""
            (select coalesce(jsonb_agg(jsonb_build_object('invoice_id', i.invoice_id,
                'amount_minor', coalesce(i.amount_minor, billing.payments.captured_minor), 'at', i.applied_at) order by i.invoice_id), (
                    select jsonb_agg(jsonb_build_object('invoice_id', o.id, 'amount_minor', billing.payments.captured_minor,
                        'at', coalesce(billing.payments.paid_at, billing.payments.provider_at)))
                    from billing.invoices o
                    where o.tenant_id = billing.payments.tenant_id and o.connection_id = billing.payments.connection_id
                      and o.reference_prefix = billing.payments.invoice_prefix), '[]')
             from billing.invoice_payments i
             where i.tenant_id = billing.payments.tenant_id and i.payment_id = billing.payments.id)""", SQLDataType.JSONB).as("paid_invoices");

    /**
     * Two events can change objects that have no row in common, such as an invoice and a refund of its payment. They wait for one another by the
     * accounts of all objects that are settled together; an object without an account takes the lock of its connection.
     */
    private static final PreparedQuery<Integer> LOCK = PreparedQuery.ofValue(select(DSL.field("""
            (select count(pg_advisory_xact_lock(hashtextextended(keys.key::text, 15)))::integer
             from (select coalesce(o.account_id, o.connection_id) as key
                   from billing.settled_together({0}) as together(id)
                   cross join lateral (
                       select account_id, connection_id from billing.invoices where id = together.id
                       union all select account_id, connection_id from billing.payments where id = together.id
                       union all select id, connection_id from billing.accounts where id = together.id
                       offset 0) o
                   group by 1 order by 1) keys)""", SQLDataType.INTEGER, ids())));
    /** The ids are found once, after the lock, and kept in a setting of the transaction. */
    private static final PreparedQuery<String> FIND_TOGETHER = PreparedQuery.ofValue(select(DSL.field(
            "set_config('app.settled_together', array(select billing.settled_together({0}))::text, true)", SQLDataType.VARCHAR, ids())));
    private static final Field<UUID> TOGETHER_ID = DSL.field("together.id", SQLDataType.UUID);
    private static final PreparedQuery<InvoiceFacts> INVOICES_TOGETHER = together(
            select(INVOICES.ID, INVOICES.CONNECTION_ID, INVOICES.ACCOUNT_ID, INVOICES.CURRENCY, INVOICES.STATE, INVOICES.LINES_COMPLETE,
                            INVOICE_LINES, INVOICES.TAX_MINOR, INVOICES.TOTAL_MINOR, INVOICES.REMAINING_MINOR, INVOICES.PAID_MINOR, INVOICES.PAID_OUT_OF_BAND,
                            INVOICES.OVERPAID_MINOR, INVOICES.STARTING_BALANCE_MINOR, INVOICES.ENDING_BALANCE_MINOR, INVOICES.ISSUED_AT, INVOICES.PAID_AT,
                            INVOICES.WRITTEN_OFF_AT, INVOICES.PROVIDER_AT)
                    .from(INVOICES)
                    .where(INVOICES.ID.eq(TOGETHER_ID))
                    .and(INVOICES.STATE.ne(inline("stub")))
                    .offset(inline(0)),
            LedgerFactsStore::invoice);
    private static final PreparedQuery<PaymentFacts> PAYMENTS_TOGETHER = together(
            select(PAYMENTS.ID, PAYMENTS.CONNECTION_ID, PAYMENTS.ACCOUNT_ID, PAYMENTS.CURRENCY, PAYMENTS.STATE, PAYMENTS.CAPTURED_MINOR,
                            PAYMENTS.PAID_AT, PAID_INVOICES, MovementColumnStore.OF_PAYMENT, PAYMENTS.PROVIDER_AT)
                    .from(PAYMENTS)
                    .where(PAYMENTS.ID.eq(TOGETHER_ID))
                    .and(PAYMENTS.STATE.ne(inline("stub")))
                    .offset(inline(0)),
            LedgerFactsStore::payment);
    private static final PreparedQuery<RefundFacts> REFUNDS_TOGETHER = together(
            select(REFUNDS.ID, REFUNDS.PAYMENT_ID, REFUNDS.CONNECTION_ID, PAYMENTS.ACCOUNT_ID, REFUNDS.CURRENCY, REFUNDS.STATE,
                            REFUNDS.AMOUNT_MINOR, REFUNDS.ISSUED_AT, REFUNDS.SETTLED_AT, REFUNDS.PROVIDER_AT)
                    .from(REFUNDS)
                    .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(REFUNDS.TENANT_ID)).and(PAYMENTS.ID.eq(REFUNDS.PAYMENT_ID))
                    .where(REFUNDS.ID.eq(TOGETHER_ID))
                    .offset(inline(0)),
            LedgerFactsStore::refund);

    private static final PreparedQuery<DisputeFacts> DISPUTES_TOGETHER = together(
            select(DISPUTES.ID, DISPUTES.PAYMENT_ID, DISPUTES.CONNECTION_ID, PAYMENTS.ACCOUNT_ID, DISPUTES.CURRENCY, DISPUTES.STATE,
                            DISPUTES.DECIDED_AT, DISPUTES.MOVEMENTS, DISPUTES.PROVIDER_AT)
                    .from(DISPUTES)
                    .join(PAYMENTS).on(PAYMENTS.TENANT_ID.eq(DISPUTES.TENANT_ID)).and(PAYMENTS.ID.eq(DISPUTES.PAYMENT_ID))
                    .where(DISPUTES.ID.eq(TOGETHER_ID))
                    .offset(inline(0)),
            LedgerFactsStore::dispute);
    private static final PreparedQuery<PayoutFacts> PAYOUTS_TOGETHER = together(
            select(PAYOUTS.ID, PAYOUTS.CONNECTION_ID, PAYOUTS.CURRENCY, PAYOUTS.STATE, PAYOUTS.AMOUNT_MINOR, PAYOUTS.FEE_MINOR, PAYOUTS.FEE_TAX_MINOR,
                            PAYOUTS.ARRIVES_AT, PAYOUTS.PROVIDER_AT)
                    .from(PAYOUTS)
                    .where(PAYOUTS.ID.eq(TOGETHER_ID))
                    .offset(inline(0)),
            LedgerFactsStore::payout);
    /** A refund that isn't mirrored yet explains nothing: the note's own id stands in for its id. */
    private static final Field<JSONB> REFUND_PARTS = DSL.field("""
            (select coalesce(jsonb_agg(jsonb_build_object('refund_id', coalesce(r.id, billing.credits.id), 'amount_minor', p.amount_minor)), '[]')
             from jsonb_to_recordset(billing.credits.refunds) as p (reference text, amount_minor bigint)
             left join billing.refunds r on r.tenant_id = billing.credits.tenant_id and r.connection_id = billing.credits.connection_id
                 and r.provider_reference = p.reference)""", SQLDataType.JSONB).as("refund_parts");
    private static final PreparedQuery<CreditNoteFacts> CREDITS_TOGETHER = together(
            select(CREDITS.ID, CREDITS.ACCOUNT_ID, CREDITS.INVOICE_ID, CREDITS.CURRENCY, CREDITS.TAX_MINOR, CREDITS.STATE,
                            CREDITS.REDUCES_INVOICE_MINOR, CREDITS.TO_BALANCE_MINOR, CREDITS.OUT_OF_BAND_MINOR, REFUND_PARTS, CREDITS.ISSUED_AT,
                            CREDITS.PROVIDER_AT)
                    .from(CREDITS)
                    .where(CREDITS.ID.eq(TOGETHER_ID))
                    .offset(inline(0)),
            LedgerFactsStore::credit);

    /**
     * What moved a balance until its instant, the instant itself included: the provider tells the balance after what has moved it. A voided invoice gave
     * back what it had taken.
     */
    private static final Field<Long> MOVED_MINOR = DSL.field("""
            (select coalesce(sum(m.amount_minor), 0)::bigint
             from (select i.starting_balance_minor - i.ending_balance_minor as amount_minor
                   from billing.invoices i
                   where i.tenant_id = billing.accounts.tenant_id and i.account_id = billing.accounts.id and i.currency = billing.accounts.currency
                     and coalesce(i.issued_at, i.provider_at) <= billing.accounts.provider_at
                     and (i.state in ('open', 'paid', 'uncollectible')
                       or i.state = 'void' and coalesce(i.voided_at, i.provider_at) > billing.accounts.provider_at)
                   union all
                   select i.overpaid_minor
                   from billing.invoices i
                   where i.tenant_id = billing.accounts.tenant_id and i.account_id = billing.accounts.id and i.currency = billing.accounts.currency
                     and i.state in ('open', 'paid', 'uncollectible')
                     and coalesce(i.paid_at, i.provider_at) <= billing.accounts.provider_at
                   union all
                   select c.to_balance_minor
                   from billing.credits c
                   where c.tenant_id = billing.accounts.tenant_id and c.account_id = billing.accounts.id and c.currency = billing.accounts.currency
                     and c.state = 'issued' and c.issued_at <= billing.accounts.provider_at) m)""", SQLDataType.BIGINT).as("moved_minor");
    private static final PreparedQuery<BalanceFacts> BALANCES_TOGETHER = together(
            select(ACCOUNTS.ID, ACCOUNTS.CURRENCY, ACCOUNTS.BALANCE_MINOR, MOVED_MINOR, ACCOUNTS.PROVIDER_AT)
                    .from(ACCOUNTS)
                    .where(ACCOUNTS.ID.eq(TOGETHER_ID))
                    .and(ACCOUNTS.BALANCE_MINOR.isNotNull())
                    .offset(inline(0)),
            LedgerFactsStore::balance);

    /**
     * A query of those among the objects that the batch has found. Each of them is looked up by its id, which "offset 0" ensures: the planner knows how
     * many objects a tenant has on average, and would read all of them if these are few, although this tenant may have a million.
     *
     * @param ofId selects the object with the id {@link #TOGETHER_ID}
     */
    private static <T> PreparedQuery<T> together(Select<?> ofId, Function<RowReader, T> row) {
        return PreparedQuery.of(DSL.resultQuery("""
                select found.*
                from unnest(current_setting('app.settled_together')::uuid[]) as together(id)
                cross join lateral ({0}) as found
                order by found.id""", ofId), ofId.getSelect(), row);
    }

    private static Field<UUID[]> ids() {
        return DSL.param("ids", SQLDataType.UUID.getArrayDataType());
    }

    /** True for the objects that the batch has found. */
    static Condition isSettledTogether(Field<UUID> id) {
        return DSL.condition("{0} = any(current_setting('app.settled_together')::uuid[])", id);
    }

    /** Adds the search for the objects that are settled together with some changed ones; the statements after it use its result. */
    void find(Batch batch, Collection<UUID> changed) {
        batch.single(FIND_TOGETHER, changed);
    }

    /** Adds the lock of the changed objects, and the reads of the facts after it. */
    Supplier<LedgerFacts> lockAndRead(Batch batch, Collection<UUID> changed) {
        batch.single(LOCK, changed);
        find(batch, changed);
        var invoices = batch.all(INVOICES_TOGETHER);
        var payments = batch.all(PAYMENTS_TOGETHER);
        var refunds = batch.all(REFUNDS_TOGETHER);
        var disputes = batch.all(DISPUTES_TOGETHER);
        var payouts = batch.all(PAYOUTS_TOGETHER);
        var balances = batch.all(BALANCES_TOGETHER);
        var credits = batch.all(CREDITS_TOGETHER);
        return () -> new LedgerFacts(
                invoices.get(), payments.get(), refunds.get(), disputes.get(), payouts.get(), balances.get(), credits.get());
    }

    private static InvoiceFacts invoice(RowReader cells) {
        var starting = cells.get(INVOICES.STARTING_BALANCE_MINOR);
        var ending = cells.get(INVOICES.ENDING_BALANCE_MINOR);
        // The provider's balance is negative if the account has credit, so it grows by what an invoice takes of it.
        long paid = cells.get(INVOICES.PAID_MINOR);
        var overpaid = cells.get(INVOICES.OVERPAID_MINOR);
        long applied = ending == null ? 0 : Math.subtractExact(ending, starting);
        return new InvoiceFacts(
                cells.get(INVOICES.ID), cells.get(INVOICES.CONNECTION_ID), cells.get(INVOICES.ACCOUNT_ID), cells.get(INVOICES.CURRENCY),
                cells.get(INVOICES.STATE), cells.get(INVOICES.LINES_COMPLETE), LINES.read(cells.get(INVOICE_LINES)),
                cells.get(INVOICES.TAX_MINOR), null, cells.get(INVOICES.TOTAL_MINOR), cells.get(INVOICES.REMAINING_MINOR),
                paid, cells.get(INVOICES.PAID_OUT_OF_BAND) ? paid : 0, overpaid == null ? 0 : overpaid, applied,
                new Instants(
                        cells.get(INVOICES.ISSUED_AT), cells.get(INVOICES.PAID_AT), cells.get(INVOICES.WRITTEN_OFF_AT),
                        cells.get(INVOICES.PROVIDER_AT)));
    }

    private static PaymentFacts payment(RowReader cells) {
        return new PaymentFacts(
                cells.get(PAYMENTS.ID), cells.get(PAYMENTS.CONNECTION_ID), cells.get(PAYMENTS.ACCOUNT_ID), cells.get(PAYMENTS.CURRENCY),
                cells.get(PAYMENTS.STATE), cells.get(PAYMENTS.CAPTURED_MINOR), cells.get(PAYMENTS.PAID_AT),
                APPLICATIONS.read(cells.get(PAID_INVOICES)), movements(cells.get(MovementColumnStore.OF_PAYMENT)), cells.get(PAYMENTS.PROVIDER_AT));
    }

    /** A provider that doesn't tell when the money of a refund left has taken it from its balance when the refund was made. */
    private static RefundFacts refund(RowReader cells) {
        var settledAt = cells.get(REFUNDS.SETTLED_AT);
        return new RefundFacts(
                cells.get(REFUNDS.ID), cells.get(REFUNDS.PAYMENT_ID), cells.get(REFUNDS.CONNECTION_ID), cells.get(PAYMENTS.ACCOUNT_ID),
                cells.get(REFUNDS.CURRENCY), cells.get(REFUNDS.STATE), cells.get(REFUNDS.AMOUNT_MINOR),
                settledAt == null ? cells.get(REFUNDS.ISSUED_AT) : settledAt, List.of(), cells.get(REFUNDS.PROVIDER_AT));
    }

    private static DisputeFacts dispute(RowReader cells) {
        return new DisputeFacts(
                cells.get(DISPUTES.ID), cells.get(DISPUTES.PAYMENT_ID), cells.get(DISPUTES.CONNECTION_ID), cells.get(PAYMENTS.ACCOUNT_ID),
                cells.get(DISPUTES.CURRENCY), cells.get(DISPUTES.STATE), cells.get(DISPUTES.DECIDED_AT), movements(cells.get(DISPUTES.MOVEMENTS)),
                cells.get(DISPUTES.PROVIDER_AT));
    }

    private static PayoutFacts payout(RowReader cells) {
        return new PayoutFacts(
                cells.get(PAYOUTS.ID), cells.get(PAYOUTS.CONNECTION_ID), cells.get(PAYOUTS.CURRENCY), cells.get(PAYOUTS.STATE),
                cells.get(PAYOUTS.AMOUNT_MINOR), cells.get(PAYOUTS.FEE_MINOR), cells.get(PAYOUTS.FEE_TAX_MINOR), cells.get(PAYOUTS.ARRIVES_AT), cells.get(PAYOUTS.PROVIDER_AT));
    }

    private static BalanceFacts balance(RowReader cells) {
        return new BalanceFacts(
                cells.get(ACCOUNTS.ID), cells.get(ACCOUNTS.CURRENCY), -cells.get(ACCOUNTS.BALANCE_MINOR), cells.get(MOVED_MINOR),
                cells.get(ACCOUNTS.PROVIDER_AT));
    }

    private static CreditNoteFacts credit(RowReader cells) {
        return new CreditNoteFacts(
                cells.get(CREDITS.ID), cells.get(CREDITS.ACCOUNT_ID), cells.get(CREDITS.INVOICE_ID), cells.get(CREDITS.CURRENCY),
                cells.get(CREDITS.TAX_MINOR), cells.get(CREDITS.STATE).equals("issued"), cells.get(CREDITS.REDUCES_INVOICE_MINOR),
                cells.get(CREDITS.TO_BALANCE_MINOR), cells.get(CREDITS.OUT_OF_BAND_MINOR), PARTS.read(cells.get(REFUND_PARTS)),
                cells.get(CREDITS.ISSUED_AT), cells.get(CREDITS.PROVIDER_AT));
    }

    private static List<MoneyMovement> movements(JSONB stored) {
        return MovementColumnStore.read(stored).stream()
                .map(movement -> new MoneyMovement(
                        movement.reference(), movement.amountMinor(), movement.settledMinor(), movement.settledCurrency(),
                        List.of(new Fee(false, movement.feeMinor()), new Fee(true, movement.feeTaxMinor())), movement.at()))
                .toList();
    }
}
