package org.guildhall.billing.payments;

import java.util.Map;
import java.util.UUID;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Keeps the taxes of refunds, as the ledger tells them. Only the ledger does, under its locks; the rows of the refunds themselves aren't changed. */
public final class RefundTaxes {

    private final RefundStore refunds = new RefundStore();

    /** Keeps the taxes of some refunds, and records the refunds whose tax is another one than before. */
    public void save(Tx tx, Changes changes, Map<UUID, RefundTax> taxes) {
        var before = refunds.getAll(tx, taxes.keySet()).stream().filter(row -> !row.tax().equals(taxes.get(row.id()))).toList();
        for (var row : before) {
            var tax = taxes.get(row.id());
            refunds.setTax(tx, row.id(), tax);
            var shown = PaymentViews.toApi(row.with(tax));
            changes.changed(shown.id(), PaymentViews.toApi(row), shown);
        }
    }
}
