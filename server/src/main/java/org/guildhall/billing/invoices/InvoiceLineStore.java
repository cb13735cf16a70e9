package org.guildhall.billing.invoices;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.core.sql.Columns.params;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.INVOICE_LINES;
import static org.jooq.impl.DSL.all;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderInvoice.Line;
import org.guildhall.billing.events.ProviderInvoice.Tax;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Json;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The lines of mirrored invoices. */
final class InvoiceLineStore {

    /** A line as stored. @param provider the provider of its invoice @param currency the currency of its invoice */
    record Row(UUID id, int position, String provider, String currency, Line line) {}

    private static final List<Field<?>> COLUMNS = List.of(
            INVOICE_LINES.ID, INVOICE_LINES.PROVIDER_REFERENCE, INVOICE_LINES.POSITION, INVOICE_LINES.DESCRIPTION, INVOICE_LINES.QUANTITY,
            INVOICE_LINES.AMOUNT_MINOR, INVOICE_LINES.DISCOUNT_MINOR, INVOICE_LINES.TAXES, INVOICE_LINES.PRICE_REFERENCE,
            INVOICE_LINES.PRODUCT_REFERENCE, INVOICE_LINES.SUBSCRIPTION_ITEM_REFERENCE, INVOICE_LINES.PRORATION, INVOICE_LINES.PERIOD_STARTS_AT,
            INVOICE_LINES.PERIOD_ENDS_AT, CONNECTIONS.PROVIDER, INVOICES.CURRENCY);
    /** The columns that a provider's line fills. */
    private static final Field<?>[] CONTENT = {
            INVOICE_LINES.POSITION, INVOICE_LINES.DESCRIPTION, INVOICE_LINES.QUANTITY, INVOICE_LINES.AMOUNT_MINOR, INVOICE_LINES.DISCOUNT_MINOR,
            INVOICE_LINES.NET_MINOR, INVOICE_LINES.TAXES, INVOICE_LINES.PRICE_REFERENCE, INVOICE_LINES.PRODUCT_REFERENCE,
            INVOICE_LINES.SUBSCRIPTION_ITEM_REFERENCE, INVOICE_LINES.PRORATION, INVOICE_LINES.PERIOD_STARTS_AT, INVOICE_LINES.PERIOD_ENDS_AT};

    /** A line keeps its id as long as the provider keeps it. */
    private static final PreparedUpdate SAVE = PreparedUpdate.of(insertInto(INVOICE_LINES)
            .set(INVOICE_LINES.ID, param(INVOICE_LINES.ID))
            .set(INVOICE_LINES.INVOICE_ID, param(INVOICE_LINES.INVOICE_ID))
            .set(INVOICE_LINES.PROVIDER_REFERENCE, param(INVOICE_LINES.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT))
            .onConflict(INVOICE_LINES.TENANT_ID, INVOICE_LINES.INVOICE_ID, INVOICE_LINES.PROVIDER_REFERENCE)
            .doUpdate()
            .set(given()));
    private static final PreparedUpdate DELETE_OTHERS = PreparedUpdate.of(deleteFrom(INVOICE_LINES)
            .where(INVOICE_LINES.INVOICE_ID.eq(param(INVOICE_LINES.INVOICE_ID)))
            .and(INVOICE_LINES.PROVIDER_REFERENCE.ne(all(params("references", SQLDataType.CLOB)))));
    private static final ListQuery<UUID, Row> LIST = ListQuery.of(
            Map.of("position", INVOICE_LINES.POSITION),
            INVOICE_LINES.ID,
            by -> select(COLUMNS)
                    .from(INVOICE_LINES)
                    .join(INVOICES).on(INVOICES.TENANT_ID.eq(INVOICE_LINES.TENANT_ID).and(INVOICES.ID.eq(INVOICE_LINES.INVOICE_ID)))
                    .join(CONNECTIONS).on(CONNECTIONS.TENANT_ID.eq(INVOICES.TENANT_ID).and(CONNECTIONS.ID.eq(INVOICES.CONNECTION_ID)))
                    .where(by.is(INVOICE_LINES.INVOICE_ID, invoiceId -> invoiceId)),
            InvoiceLineStore::row);

    /** The content of the line that conflicts with the stored one. */
    private static Map<Field<?>, Field<?>> given() {
        var given = new LinkedHashMap<Field<?>, Field<?>>();
        for (var column : CONTENT) {
            given.put(column, excluded(column));
        }
        return given;
    }

    /**
     * Stores the lines of a locked invoice, with the transaction's next statement.
     *
     * @param complete false to keep lines that aren't among them
     */
    void save(Tx tx, UUID invoiceId, List<Line> lines, boolean complete) {
        if (complete) {
            DELETE_OTHERS.later(tx, invoiceId, lines.stream().map(Line::reference).toList());
        }
        int position = 0;
        for (var line : lines) {
            position++;
            SAVE.later(tx,
                    Ids.next(), invoiceId, line.reference(), position, line.description(), line.quantity(), line.amountMinor(), line.discountMinor(),
                    line.netMinor(), taxes(line), line.priceReference(), line.productReference(), line.subscriptionItemReference(), line.proration(),
                    line.periodStartsAt(), line.periodEndsAt());
        }
    }

    /** The lines of an invoice. */
    Page<Row> list(Tx tx, PageRequest page, UUID invoiceId) {
        return LIST.page(tx, page, invoiceId);
    }

    private static JSONB taxes(Line line) {
        var array = JsonNodeFactory.instance.arrayNode();
        line.taxes().forEach(tax -> array.addObject()
                .put("amount_minor", tax.amountMinor())
                .put("inclusive", tax.inclusive())
                .put("rate_reference", tax.rateReference())
                .put("name", tax.name())
                .put("rate", tax.rate())
                .put("reason", tax.reason()));
        return JSONB.valueOf(array.toString());
    }

    private static List<Tax> taxes(JSONB stored) {
        var taxes = new ArrayList<Tax>();
        Json.parse(stored.data().getBytes(StandardCharsets.UTF_8)).forEach(tax -> taxes.add(new Tax(
                tax.path("amount_minor").longValue(), tax.path("inclusive").booleanValue(), text(tax, "rate_reference"), text(tax, "name"),
                text(tax, "rate"), text(tax, "reason"))));
        return taxes;
    }

    private static @Nullable String text(JsonNode tax, String member) {
        return tax.path(member).textValue();
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(INVOICE_LINES.ID), cells.get(INVOICE_LINES.POSITION), cells.get(CONNECTIONS.PROVIDER), cells.get(INVOICES.CURRENCY),
                new Line(
                        cells.get(INVOICE_LINES.PROVIDER_REFERENCE), cells.get(INVOICE_LINES.DESCRIPTION), cells.get(INVOICE_LINES.QUANTITY),
                        cells.get(INVOICE_LINES.AMOUNT_MINOR), cells.get(INVOICE_LINES.DISCOUNT_MINOR), taxes(cells.get(INVOICE_LINES.TAXES)),
                        cells.get(INVOICE_LINES.PRICE_REFERENCE), cells.get(INVOICE_LINES.PRODUCT_REFERENCE),
                        cells.get(INVOICE_LINES.SUBSCRIPTION_ITEM_REFERENCE), cells.get(INVOICE_LINES.PRORATION),
                        cells.get(INVOICE_LINES.PERIOD_STARTS_AT), cells.get(INVOICE_LINES.PERIOD_ENDS_AT)));
    }
}
