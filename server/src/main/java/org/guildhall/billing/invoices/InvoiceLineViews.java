package org.guildhall.billing.invoices;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.InvoiceLine;
import org.guildhall.api.model.InvoiceLineId;
import org.guildhall.api.model.InvoiceLineTax;
import org.guildhall.api.model.InvoiceTaxBehavior;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.ProductId;
import org.guildhall.billing.invoices.InvoiceLineStore.Row;
import org.guildhall.catalog.Catalog.ReferencedProduct;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;
import org.jspecify.annotations.Nullable;

/** Turns the lines of invoices into their API form, with the prices and products that the catalog has now. */
final class InvoiceLineViews {

    private final Catalog catalog;

    InvoiceLineViews(Catalog catalog) {
        this.catalog = catalog;
    }

    /** The form of each of these lines, which are of one invoice. One round trip if any names a price or product. */
    Function<Row, InvoiceLine> toApi(Tx tx, List<Row> rows) {
        var references = rows.stream().flatMap(row -> Stream.of(row.line().priceReference(), row.line().productReference()))
                .filter(Objects::nonNull).collect(Collectors.toSet());
        var known = new HashMap<String, ReferencedProduct>();
        if (!references.isEmpty()) {
            catalog.referencedProducts(tx, rows.getFirst().provider(), references).forEach(one -> known.put(one.reference(), one));
        }
        return row -> toApi(row, known);
    }

    private static InvoiceLine toApi(Row row, Map<String, ReferencedProduct> known) {
        var line = row.line();
        var currency = row.currency();
        var byPrice = found(known, line.priceReference());
        var product = byPrice == null ? found(known, line.productReference()) : byPrice;
        return new InvoiceLine(
                new InvoiceLineId(row.id()), line.reference(), row.position(), line.description(), line.quantity(),
                new BilledAmount(line.amountMinor(), currency), new BilledAmount(line.discountMinor(), currency),
                new BilledAmount(line.netMinor(), currency),
                line.taxes().stream()
                        .map(tax -> new InvoiceLineTax(
                                tax.name(), tax.rate(), new BilledAmount(tax.amountMinor(), currency),
                                tax.inclusive() ? InvoiceTaxBehavior.INCLUSIVE : InvoiceTaxBehavior.EXCLUSIVE, tax.reason()))
                        .toList(),
                byPrice == null || byPrice.priceId() == null ? null : new PriceId(byPrice.priceId()), line.priceReference(),
                product == null ? null : new ProductId(product.productId()), line.productReference(), line.subscriptionItemReference(), line.proration(),
                line.periodStartsAt(), line.periodEndsAt());
    }

    private static @Nullable ReferencedProduct found(Map<String, ReferencedProduct> known, @Nullable String reference) {
        return reference == null ? null : known.get(reference);
    }
}
