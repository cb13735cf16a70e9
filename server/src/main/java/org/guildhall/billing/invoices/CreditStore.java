package org.guildhall.billing.invoices;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CREDITS;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.events.ProviderCredit.RefundPart;
import org.guildhall.billing.events.ProviderCredit;
import org.guildhall.billing.mirror.Origin;
import org.guildhall.billing.mirror.Position;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.JsonRows;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Credits, as mirrored from payment providers. The lock of the invoice covers them. */
final class CreditStore {

    /** A credit as stored. */
    record Row(
            UUID id, UUID connectionId, References references, ProviderCredit credit, Origin origin, Instant observedAt, Instant createdAt,
            Instant updatedAt, long version) {}

    /** The ids that the references of a credit lead to. */
    record References(@Nullable UUID accountId, UUID invoiceId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable UUID accountId, @Nullable UUID invoiceId, @Nullable String state, TimeWindow created) {}

    private static final JsonReader<List<RefundPart>> REFUND_PARTS = JsonReader.ofList(RefundPart.class);
    private static final Field<String> ACCOUNT_REFERENCE = ACCOUNTS.PROVIDER_REFERENCE.as("account_reference");
    private static final Field<String> INVOICE_REFERENCE = INVOICES.PROVIDER_REFERENCE.as("invoice_reference");
    private static final Field<?>[] CONTENT = {
        CREDITS.PROVIDER_STATUS, CREDITS.STATE, CREDITS.ACCOUNT_ID, CREDITS.INVOICE_ID, CREDITS.NUMBER, CREDITS.CURRENCY, CREDITS.AMOUNT_MINOR,
        CREDITS.TAX_MINOR, CREDITS.REDUCES_INVOICE_MINOR, CREDITS.TO_BALANCE_MINOR, CREDITS.OUT_OF_BAND_MINOR, CREDITS.REFUNDS, CREDITS.REASON,
        CREDITS.ISSUED_AT, CREDITS.METADATA, CREDITS.DELIVERY_ID, CREDITS.PROVIDER_EVENT_REFERENCE, CREDITS.PROVIDER_AT, CREDITS.MIRROR_RANK,
        CREDITS.API_VERSION};
    private static final List<Field<?>> COLUMNS = Columns.with(
            CONTENT, CREDITS.ID, CREDITS.CONNECTION_ID, CREDITS.PROVIDER_REFERENCE, ACCOUNT_REFERENCE, INVOICE_REFERENCE, CREDITS.OBSERVED_AT,
            CREDITS.CREATED_AT, CREDITS.UPDATED_AT, CREDITS.VERSION);
    private static final Condition BY_ID = CREDITS.ID.eq(param(CREDITS.ID));
    private static final PreparedQuery<Row> GET = PreparedQuery.of(credits().where(BY_ID), CreditStore::row);
    private static final PreparedQuery<Row> FIND = PreparedQuery.of(
            credits()
                    .where(CREDITS.CONNECTION_ID.eq(param(CREDITS.CONNECTION_ID)))
                    .and(CREDITS.PROVIDER_REFERENCE.eq(param(CREDITS.PROVIDER_REFERENCE))),
            CreditStore::row);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(CREDITS)
            .set(Columns.assigned(CREDITS.ID, CREDITS.CONNECTION_ID, CREDITS.PROVIDER_REFERENCE))
            .set(Columns.assigned(CONTENT)));
    private static final PreparedUpdate APPLY = PreparedUpdate.of(DSL.update(CREDITS)
            .set(CREDITS.UPDATED_AT, EffectiveDates.touched(CREDITS.UPDATED_AT))
            .set(CREDITS.VERSION, CREDITS.VERSION.plus(inline(1L)))
            .set(CREDITS.OBSERVED_AT, Columns.now())
            .set(Columns.assigned(CONTENT))
            .where(BY_ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", CREDITS.CREATED_AT),
            CREDITS.ID,
            by -> credits()
                    .where(by.is(CREDITS.ACCOUNT_ID, Filter::accountId))
                    .and(by.is(CREDITS.INVOICE_ID, Filter::invoiceId))
                    .and(by.oneOf(CREDITS.STATE, Filter::state))
                    .and(by.within(CREDITS.CREATED_AT, Filter::created)),
            CreditStore::row);

    private static SelectOnConditionStep<Record> credits() {
        return select(COLUMNS)
                .from(CREDITS)
                .leftJoin(ACCOUNTS).on(ACCOUNTS.TENANT_ID.eq(CREDITS.TENANT_ID).and(ACCOUNTS.ID.eq(CREDITS.ACCOUNT_ID)))
                .join(INVOICES).on(INVOICES.TENANT_ID.eq(CREDITS.TENANT_ID).and(INVOICES.ID.eq(CREDITS.INVOICE_ID)));
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** The credit with a provider's id; null if it is unknown. */
    @Nullable Row find(Tx tx, UUID connectionId, String reference) {
        return FIND.one(tx, connectionId, reference);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    Row insert(Tx tx, UUID connectionId, References references, ProviderCredit credit, Origin origin) {
        var id = Ids.next();
        var position = origin.position();
        INSERT.later(tx,
                id, connectionId, credit.reference(), credit.status(), credit.state(), references.accountId(), references.invoiceId(), credit.number(),
                credit.currency(), credit.amountMinor(), credit.taxMinor(), credit.reducesInvoiceMinor(), credit.toBalanceMinor(),
                credit.outOfBandMinor(), refunds(credit), credit.reason(), credit.issuedAt(), Columns.jsonb(credit.metadata()), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion());
        return GET.single(tx, id);
    }

    /** Replaces the content of a credit whose invoice is locked. */
    Row apply(Tx tx, UUID id, References references, ProviderCredit credit, Origin origin) {
        var position = origin.position();
        APPLY.later(tx,
                credit.status(), credit.state(), references.accountId(), references.invoiceId(), credit.number(), credit.currency(),
                credit.amountMinor(), credit.taxMinor(), credit.reducesInvoiceMinor(), credit.toBalanceMinor(), credit.outOfBandMinor(),
                refunds(credit), credit.reason(), credit.issuedAt(), Columns.jsonb(credit.metadata()), origin.deliveryId(),
                position.eventReference(), position.at(), position.rank(), origin.apiVersion(), id);
        return GET.single(tx, id);
    }

    private static JSONB refunds(ProviderCredit credit) {
        return Columns.rows(credit.refunds().stream()
                .map(part -> JsonRows.row("reference", part.reference(), "amount_minor", part.amountMinor())).toList());
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(CREDITS.ID), cells.get(CREDITS.CONNECTION_ID), new References(cells.get(CREDITS.ACCOUNT_ID), cells.get(CREDITS.INVOICE_ID)),
                new ProviderCredit(
                        cells.get(CREDITS.PROVIDER_REFERENCE), cells.get(CREDITS.PROVIDER_STATUS), cells.get(CREDITS.STATE),
                        cells.get(ACCOUNT_REFERENCE), cells.get(INVOICE_REFERENCE), cells.get(CREDITS.NUMBER), cells.get(CREDITS.CURRENCY),
                        cells.get(CREDITS.AMOUNT_MINOR), cells.get(CREDITS.TAX_MINOR), cells.get(CREDITS.REDUCES_INVOICE_MINOR),
                        cells.get(CREDITS.TO_BALANCE_MINOR), cells.get(CREDITS.OUT_OF_BAND_MINOR), REFUND_PARTS.read(cells.get(CREDITS.REFUNDS)),
                        cells.get(CREDITS.REASON), cells.get(CREDITS.ISSUED_AT), Columns.texts(cells.get(CREDITS.METADATA))),
                new Origin(
                        cells.get(CREDITS.DELIVERY_ID),
                        new Position(cells.get(CREDITS.PROVIDER_AT), cells.get(CREDITS.MIRROR_RANK), cells.get(CREDITS.PROVIDER_EVENT_REFERENCE)),
                        cells.get(CREDITS.API_VERSION)),
                cells.get(CREDITS.OBSERVED_AT), cells.get(CREDITS.CREATED_AT), cells.get(CREDITS.UPDATED_AT), cells.get(CREDITS.VERSION));
    }
}
