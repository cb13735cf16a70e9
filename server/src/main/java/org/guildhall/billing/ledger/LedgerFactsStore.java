package org.guildhall.billing.ledger;

import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.guildhall.billing.ledger.InvoiceFacts.Instants;
import org.guildhall.billing.ledger.InvoiceFacts.InvoiceLine;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Reads what the ledger needs of mirrored objects. Stubs are left out: nothing is known of them. */
final class LedgerFactsStore {

    private static final JsonReader<List<InvoiceLine>> LINES = JsonReader.ofList(InvoiceLine.class);
    private static final Field<JSONB> INVOICE_LINES = DSL.field("""
            (select coalesce(jsonb_agg(jsonb_build_object('amount_minor', l.amount_minor, 'discount_minor', l.discount_minor,
                'inclusive_tax_minor', l.amount_minor - l.discount_minor - l.net_minor) order by l.position), '[]')
             from billing.invoice_lines l
             where l.tenant_id = billing.invoices.tenant_id and l.invoice_id = billing.invoices.id)""", SQLDataType.JSONB).as("lines");

    private static final PreparedQuery<InvoiceFacts> INVOICES_BY_ID = PreparedQuery.of(
            select(INVOICES.ID, INVOICES.CONNECTION_ID, INVOICES.ACCOUNT_ID, INVOICES.CURRENCY, INVOICES.STATE, INVOICES.LINES_COMPLETE,
                            INVOICE_LINES, INVOICES.TAX_MINOR, INVOICES.TOTAL_MINOR, INVOICES.REMAINING_MINOR, INVOICES.PAID_MINOR,
                            INVOICES.STARTING_BALANCE_MINOR, INVOICES.ENDING_BALANCE_MINOR, INVOICES.ISSUED_AT, INVOICES.PAID_AT,
                            INVOICES.WRITTEN_OFF_AT, INVOICES.PROVIDER_AT)
                    .from(INVOICES)
                    .where(INVOICES.ID.eq(any(Columns.params("ids", SQLDataType.UUID))))
                    .and(INVOICES.STATE.ne(inline("stub")))
                    .orderBy(INVOICES.ID),
            LedgerFactsStore::invoice);

    /** The facts of some invoices. */
    LedgerFacts get(Tx tx, Collection<UUID> invoices) {
        return new LedgerFacts(INVOICES_BY_ID.all(tx, invoices), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private static InvoiceFacts invoice(RowReader cells) {
        var starting = cells.get(INVOICES.STARTING_BALANCE_MINOR);
        var ending = cells.get(INVOICES.ENDING_BALANCE_MINOR);
        // The provider's balance is negative if the account has credit, so it grows by what an invoice takes of it.
        long applied = ending == null ? 0 : Math.subtractExact(ending, starting);
        return new InvoiceFacts(
                cells.get(INVOICES.ID), cells.get(INVOICES.CONNECTION_ID), cells.get(INVOICES.ACCOUNT_ID), cells.get(INVOICES.CURRENCY),
                cells.get(INVOICES.STATE), cells.get(INVOICES.LINES_COMPLETE), LINES.read(cells.get(INVOICE_LINES)),
                cells.get(INVOICES.TAX_MINOR), null, cells.get(INVOICES.TOTAL_MINOR), cells.get(INVOICES.REMAINING_MINOR),
                cells.get(INVOICES.PAID_MINOR), 0, 0, applied,
                new Instants(
                        cells.get(INVOICES.ISSUED_AT), cells.get(INVOICES.PAID_AT), cells.get(INVOICES.WRITTEN_OFF_AT),
                        cells.get(INVOICES.PROVIDER_AT)));
    }
}
