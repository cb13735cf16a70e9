package org.guildhall.billing.reconciliation;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.CONNECTIONS;
import static org.guildhall.schema.billing.Tables.COUPON_MAPPINGS;
import static org.guildhall.schema.billing.Tables.DISPUTES;
import static org.guildhall.schema.billing.Tables.FETCHES;
import static org.guildhall.schema.billing.Tables.INVOICES;
import static org.guildhall.schema.billing.Tables.PAYMENTS;
import static org.guildhall.schema.billing.Tables.PAYOUTS;
import static org.guildhall.schema.billing.Tables.PROMOTION_CODES;
import static org.guildhall.schema.billing.Tables.RECONCILED_OBJECTS;
import static org.guildhall.schema.billing.Tables.RECONCILIATIONS;
import static org.guildhall.schema.billing.Tables.RECONCILIATION_DIFFERENCES;
import static org.guildhall.schema.billing.Tables.REFUNDS;
import static org.guildhall.schema.billing.Tables.SUBSCRIPTIONS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.billing.reconciliation.MirrorComparison.DifferentField;
import org.guildhall.billing.reconciliation.MirrorComparison.Found;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.JsonReader;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** The differences that reconciliations have found, and the objects that a run has seen at the provider. */
final class DifferenceStore {

    /** A difference as stored. */
    record Row(
            UUID id, UUID reconciliationId, String kind, String reference, @Nullable UUID entityId, String difference, List<DifferentField> fields,
            @Nullable Instant requestedAt, Instant createdAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(UUID reconciliationId, @Nullable String kind, @Nullable String difference) {}

    private static final JsonReader<List<DifferentField>> FIELDS = JsonReader.ofList(DifferentField.class);
    private static final List<Field<?>> COLUMNS = List.of(
            RECONCILIATION_DIFFERENCES.ID, RECONCILIATION_DIFFERENCES.RECONCILIATION_ID, RECONCILIATION_DIFFERENCES.KIND,
            RECONCILIATION_DIFFERENCES.PROVIDER_REFERENCE, RECONCILIATION_DIFFERENCES.ENTITY_ID, RECONCILIATION_DIFFERENCES.DIFFERENCE,
            RECONCILIATION_DIFFERENCES.FIELDS, RECONCILIATION_DIFFERENCES.REQUESTED_AT, RECONCILIATION_DIFFERENCES.CREATED_AT);
    private static final PreparedUpdate INSERT = PreparedUpdate.of(insertInto(RECONCILIATION_DIFFERENCES)
            .set(Columns.assigned(
                    RECONCILIATION_DIFFERENCES.RECONCILIATION_ID, RECONCILIATION_DIFFERENCES.KIND, RECONCILIATION_DIFFERENCES.PROVIDER_REFERENCE,
                    RECONCILIATION_DIFFERENCES.ENTITY_ID, RECONCILIATION_DIFFERENCES.DIFFERENCE, RECONCILIATION_DIFFERENCES.FIELDS))
            .onConflictDoNothing());
    private static final PreparedUpdate INSERT_SEEN = PreparedUpdate.of(insertInto(RECONCILED_OBJECTS)
            .set(Columns.assigned(RECONCILED_OBJECTS.RECONCILIATION_ID, RECONCILED_OBJECTS.KIND, RECONCILED_OBJECTS.PROVIDER_REFERENCE))
            .onConflictDoNothing());
    private static final PreparedUpdate DELETE_SEEN = PreparedUpdate.of(DSL.deleteFrom(RECONCILED_OBJECTS)
            .where(RECONCILED_OBJECTS.RECONCILIATION_ID.eq(param(RECONCILED_OBJECTS.RECONCILIATION_ID))));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", RECONCILIATION_DIFFERENCES.CREATED_AT),
            RECONCILIATION_DIFFERENCES.ID,
            by -> select(COLUMNS)
                    .from(RECONCILIATION_DIFFERENCES)
                    .where(by.is(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID, Filter::reconciliationId))
                    .and(by.oneOf(RECONCILIATION_DIFFERENCES.KIND, Filter::kind))
                    .and(by.oneOf(RECONCILIATION_DIFFERENCES.DIFFERENCE, Filter::difference)),
            DifferenceStore::row);
    private static final PreparedUpdate MARK_REQUESTED = PreparedUpdate.of(DSL.update(RECONCILIATION_DIFFERENCES)
            .set(RECONCILIATION_DIFFERENCES.REQUESTED_AT, Columns.now())
            .where(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID.eq(param(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID)))
            .and(RECONCILIATION_DIFFERENCES.DIFFERENCE.ne(inline("unreadable"))));
    private static final PreparedUpdate REQUEST = PreparedUpdate.of(
            insertInto(FETCHES, FETCHES.ID, FETCHES.CONNECTION_ID, FETCHES.KIND, FETCHES.PROVIDER_REFERENCE, FETCHES.REASON, FETCHES.NEXT_ATTEMPT_AT)
                    .select(select(
                            DSL.field("uuidv7()", SQLDataType.UUID), RECONCILIATIONS.CONNECTION_ID, RECONCILIATION_DIFFERENCES.KIND,
                            RECONCILIATION_DIFFERENCES.PROVIDER_REFERENCE, inline("difference"), Columns.now())
                            .from(RECONCILIATION_DIFFERENCES)
                            .join(RECONCILIATIONS)
                            .on(RECONCILIATIONS.TENANT_ID.eq(RECONCILIATION_DIFFERENCES.TENANT_ID)
                                    .and(RECONCILIATIONS.ID.eq(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID)))
                            .where(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID.eq(param(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID)))
                            .and(RECONCILIATION_DIFFERENCES.DIFFERENCE.ne(inline("unreadable"))))
                    .onConflict(FETCHES.TENANT_ID, FETCHES.CONNECTION_ID, FETCHES.KIND, FETCHES.PROVIDER_REFERENCE)
                    .doUpdate()
                    .set(FETCHES.STATE, inline("due"))
                    .set(FETCHES.REASON, inline("difference"))
                    .set(FETCHES.REQUESTS, FETCHES.REQUESTS.plus(inline(1)))
                    .set(FETCHES.ATTEMPTS, inline(0))
                    .set(FETCHES.NEXT_ATTEMPT_AT, Columns.now())
                    .set(FETCHES.UPDATED_AT, Columns.now()));
    private static final Select<?> OF_STRIPE = selectOne()
            .from(CONNECTIONS)
            .where(CONNECTIONS.ID.eq(RECONCILIATIONS.CONNECTION_ID))
            .and(CONNECTIONS.PROVIDER.eq(inline("stripe")));
    private static final Map<String, PreparedQuery<Integer>> MISSING_THERE = Map.of(
            "account", missingThere("account", ACCOUNTS, ACCOUNTS.ID, ACCOUNTS.CONNECTION_ID, ACCOUNTS.PROVIDER_REFERENCE, ACCOUNTS.STATE, ACCOUNTS.CREATED_AT),
            "subscription", missingThere("subscription", SUBSCRIPTIONS, SUBSCRIPTIONS.ID, SUBSCRIPTIONS.CONNECTION_ID, SUBSCRIPTIONS.PROVIDER_REFERENCE,
                    SUBSCRIPTIONS.STATE, SUBSCRIPTIONS.CREATED_AT),
            "invoice", missingThere("invoice", INVOICES, INVOICES.ID, INVOICES.CONNECTION_ID, INVOICES.PROVIDER_REFERENCE, INVOICES.STATE, INVOICES.CREATED_AT),
            "payment", missingThere("payment", PAYMENTS, PAYMENTS.ID, PAYMENTS.CONNECTION_ID, PAYMENTS.PROVIDER_REFERENCE, PAYMENTS.STATE, PAYMENTS.CREATED_AT),
            "dispute", missingThere("dispute", DISPUTES, DISPUTES.ID, DISPUTES.CONNECTION_ID, DISPUTES.PROVIDER_REFERENCE, DISPUTES.STATE, DISPUTES.CREATED_AT),
            "payout", missingThere("payout", PAYOUTS, PAYOUTS.ID, PAYOUTS.CONNECTION_ID, PAYOUTS.PROVIDER_REFERENCE, PAYOUTS.STATE, PAYOUTS.CREATED_AT),
            "coupon_mapping", missingThere("coupon_mapping", COUPON_MAPPINGS, COUPON_MAPPINGS.ID, COUPON_MAPPINGS.CONNECTION_ID,
                    COUPON_MAPPINGS.PROVIDER_REFERENCE, COUPON_MAPPINGS.STATE, COUPON_MAPPINGS.CREATED_AT),
            "promotion_code", missingThere("promotion_code", PROMOTION_CODES, PROMOTION_CODES.ID, PROMOTION_CODES.CONNECTION_ID,
                    PROMOTION_CODES.PROVIDER_REFERENCE, PROMOTION_CODES.STATE, PROMOTION_CODES.CREATED_AT),
            "refund", missingThere("refund", REFUNDS, REFUNDS.ID, REFUNDS.CONNECTION_ID, REFUNDS.PROVIDER_REFERENCE, REFUNDS.STATE, REFUNDS.CREATED_AT));

    /** Stores the objects of a kind that weren't seen and are older than the run. A payment of Stripe that is a charge of its own isn't among the listed ones. */
    private static PreparedQuery<Integer> missingThere(
            String kind, Table<?> table, TableField<?, UUID> id, TableField<?, UUID> connectionId, TableField<?, String> reference,
            TableField<?, String> state, TableField<?, Instant> createdAt) {
        var unseen = select(RECONCILIATIONS.ID, inline(kind), reference, id, inline("missing_there"))
                .from(RECONCILIATIONS)
                .join(table).on(connectionId.eq(RECONCILIATIONS.CONNECTION_ID).and(createdAt.lt(RECONCILIATIONS.CREATED_AT)))
                .where(RECONCILIATIONS.ID.eq(param(RECONCILIATIONS.ID)))
                .and(state.ne(inline("deleted")))
                .and(kind.equals("payment") ? reference.startsWith(inline("pi_")).or(notExists(OF_STRIPE)) : DSL.noCondition())
                .and(notExists(selectOne()
                        .from(RECONCILED_OBJECTS)
                        .where(RECONCILED_OBJECTS.RECONCILIATION_ID.eq(RECONCILIATIONS.ID))
                        .and(RECONCILED_OBJECTS.KIND.eq(inline(kind)))
                        .and(RECONCILED_OBJECTS.PROVIDER_REFERENCE.eq(reference))))
                .limit(DSL.param("most", SQLDataType.INTEGER));
        return PreparedQuery.ofValue(insertInto(
                RECONCILIATION_DIFFERENCES, RECONCILIATION_DIFFERENCES.RECONCILIATION_ID, RECONCILIATION_DIFFERENCES.KIND,
                RECONCILIATION_DIFFERENCES.PROVIDER_REFERENCE, RECONCILIATION_DIFFERENCES.ENTITY_ID, RECONCILIATION_DIFFERENCES.DIFFERENCE)
                .select(unseen)
                .onConflictDoNothing()
                .returningResult(inline(1)));
    }

    /** Stores what was found in a page, with the transaction's next statement. */
    void insert(Tx tx, UUID reconciliationId, String kind, Found found) {
        INSERT.later(tx, reconciliationId, kind, found.reference(), found.entityId(), found.difference(), json(found.fields()));
    }

    /** Remembers an object that the provider has, with the transaction's next statement. */
    void insertSeen(Tx tx, UUID reconciliationId, String kind, String reference) {
        INSERT_SEEN.later(tx, reconciliationId, kind, reference);
    }

    /** Stores the mirrored objects of a kind that the provider hasn't listed. @return their number */
    int insertMissingThere(Tx tx, UUID reconciliationId, String kind, int most) {
        return Objects.requireNonNull(MISSING_THERE.get(kind), kind).all(tx, reconciliationId, most).size();
    }

    /** Forgets the objects that were seen. */
    void deleteSeen(Tx tx, UUID reconciliationId) {
        DELETE_SEEN.later(tx, reconciliationId);
    }

    /** Requests all objects with a difference from the provider. @return their number */
    int request(Tx tx, UUID reconciliationId) {
        MARK_REQUESTED.later(tx, reconciliationId);
        return REQUEST.execute(tx, reconciliationId);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static JSONB json(List<DifferentField> fields) {
        return JSONB.valueOf(MirrorComparison.json(fields));
    }

    private static Row row(RowReader cells) {
        return new Row(
                cells.get(RECONCILIATION_DIFFERENCES.ID), cells.get(RECONCILIATION_DIFFERENCES.RECONCILIATION_ID),
                cells.get(RECONCILIATION_DIFFERENCES.KIND), cells.get(RECONCILIATION_DIFFERENCES.PROVIDER_REFERENCE),
                cells.get(RECONCILIATION_DIFFERENCES.ENTITY_ID), cells.get(RECONCILIATION_DIFFERENCES.DIFFERENCE),
                FIELDS.read(cells.get(RECONCILIATION_DIFFERENCES.FIELDS)), cells.get(RECONCILIATION_DIFFERENCES.REQUESTED_AT),
                cells.get(RECONCILIATION_DIFFERENCES.CREATED_AT));
    }
}
