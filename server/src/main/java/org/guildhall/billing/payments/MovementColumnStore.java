package org.guildhall.billing.payments;

import java.util.List;
import org.guildhall.billing.events.ProviderMovement;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.JsonRows;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** The form in which columns keep movements of a provider's balance. The ledger reads them, too. */
public final class MovementColumnStore {

    /** The movements of a payment, of which each attempt has one. */
    public static final Field<JSONB> OF_PAYMENT = DSL.field("""
            (select coalesce(jsonb_agg(a.movement -> 0 order by a.id), '[]')
             from billing.payment_attempts a
             where a.tenant_id = billing.payments.tenant_id and a.payment_id = billing.payments.id and a.movement is not null)""",
            SQLDataType.JSONB).as("movements");

    private static final JsonReader<List<ProviderMovement>> MOVEMENTS = JsonReader.ofList(ProviderMovement.class);

    private MovementColumnStore() {}

    static JSONB json(List<ProviderMovement> movements) {
        return Columns.rows(movements.stream().map(movement -> JsonRows.row(
                "reference", movement.reference(), "amount_minor", movement.amountMinor(), "settled_minor", movement.settledMinor(),
                "settled_currency", movement.settledCurrency(), "fee_minor", movement.feeMinor(), "fee_tax_minor", movement.feeTaxMinor(),
                "at", movement.at())).toList());
    }

    /** The movements of a column. */
    public static List<ProviderMovement> read(JSONB stored) {
        return MOVEMENTS.read(stored);
    }
}
