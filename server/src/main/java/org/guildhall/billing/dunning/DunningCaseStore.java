package org.guildhall.billing.dunning;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.billing.Tables.ACCOUNTS;
import static org.guildhall.schema.billing.Tables.DUNNING_CASES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.billing.dunning.DunningRules.Next;
import org.guildhall.billing.dunning.DunningSteps.Step;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.Columns;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.UpdateSetMoreStep;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Dunning cases. */
final class DunningCaseStore {

    /**
     * A case as stored.
     *
     * @param organizationId the organization of the account; null if the account isn't linked
     * @param nextPosition from 1; null if there is no next step
     */
    record Row(
            UUID id, UUID invoiceId, UUID accountId, @Nullable UUID organizationId, @Nullable UUID subscriptionId, UUID policyId, long policyVersion,
            List<Step> steps, String state, @Nullable String heldReason, @Nullable String heldNote, String currency, long openedMinor,
            @Nullable Integer nextPosition, @Nullable Instant nextDueAt, @Nullable Instant suspendedAt, @Nullable Instant endedAt,
            @Nullable String dropReason, Instant createdAt, Instant updatedAt, long version) {

        boolean hasEnded() {
            return state.equals("recovered") || state.equals("dropped");
        }

        /** True if the invoice can get another case: it was paid, or a dispute has ended the case. */
        boolean allowsAnother() {
            return state.equals("recovered") || DunningRules.DISPUTE.equals(dropReason);
        }

        boolean isHeldBy(String reason) {
            return reason.equals(heldReason);
        }

        /** @throws IllegalStateException if there is no next step */
        Next next() {
            if (nextPosition == null || nextDueAt == null) {
                throw new IllegalStateException("the case " + id + " has no next step");
            }
            return new Next(steps, nextPosition, nextDueAt);
        }
    }

    /** A case to insert. */
    record New(
            UUID invoiceId, UUID accountId, @Nullable UUID subscriptionId, UUID policyId, long policyVersion, List<Step> steps, String currency,
            long openedMinor, Instant nextDueAt) {}

    /** The filters of a list; null for an absent one. */
    record Filter(
            @Nullable UUID invoiceId, @Nullable UUID accountId, @Nullable UUID subscriptionId, @Nullable UUID organizationId, @Nullable String state,
            @Nullable String heldReason, TimeWindow created) {}

    private static final Field<UUID> ORGANIZATION = field(
            select(ACCOUNTS.ORGANIZATION_ID).from(ACCOUNTS).where(ACCOUNTS.TENANT_ID.eq(DUNNING_CASES.TENANT_ID)).and(ACCOUNTS.ID.eq(DUNNING_CASES.ACCOUNT_ID)))
            .as("organization_id");
    private static final List<Field<?>> COLUMNS = List.of(
            DUNNING_CASES.ID, DUNNING_CASES.INVOICE_ID, DUNNING_CASES.ACCOUNT_ID, ORGANIZATION, DUNNING_CASES.SUBSCRIPTION_ID, DUNNING_CASES.POLICY_ID,
            DUNNING_CASES.POLICY_VERSION, DUNNING_CASES.STEPS, DUNNING_CASES.STATE, DUNNING_CASES.HELD_REASON, DUNNING_CASES.HELD_NOTE,
            DUNNING_CASES.CURRENCY, DUNNING_CASES.OPENED_MINOR, DUNNING_CASES.NEXT_POSITION, DUNNING_CASES.NEXT_DUE_AT, DUNNING_CASES.SUSPENDED_AT,
            DUNNING_CASES.ENDED_AT, DUNNING_CASES.DROP_REASON, DUNNING_CASES.CREATED_AT, DUNNING_CASES.UPDATED_AT, DUNNING_CASES.VERSION);
    private static final Condition BY_ID = DUNNING_CASES.ID.eq(param(DUNNING_CASES.ID));

    /** Another transaction may open the case of the invoice at the same time. */
    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(DUNNING_CASES)
                    .set(Columns.assigned(
                            DUNNING_CASES.INVOICE_ID, DUNNING_CASES.ACCOUNT_ID, DUNNING_CASES.SUBSCRIPTION_ID, DUNNING_CASES.POLICY_ID,
                            DUNNING_CASES.POLICY_VERSION, DUNNING_CASES.STEPS, DUNNING_CASES.CURRENCY, DUNNING_CASES.OPENED_MINOR,
                            DUNNING_CASES.NEXT_DUE_AT))
                    .set(DUNNING_CASES.NEXT_POSITION, inline(1))
                    .onConflictDoNothing()
                    .returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(DUNNING_CASES).where(BY_ID), DunningCaseStore::read);
    private static final PreparedQuery<Row> LOCK = PreparedQuery.of(
            select(COLUMNS).from(DUNNING_CASES).where(BY_ID).forNoKeyUpdate(), DunningCaseStore::read);
    private static final PreparedQuery<Row> LOCK_OF_INVOICE = PreparedQuery.of(
            select(COLUMNS)
                    .from(DUNNING_CASES)
                    .where(DUNNING_CASES.INVOICE_ID.eq(param(DUNNING_CASES.INVOICE_ID)))
                    .orderBy(DUNNING_CASES.CREATED_AT.desc(), DUNNING_CASES.ID.desc())
                    .limit(inline(1))
                    .forNoKeyUpdate(),
            DunningCaseStore::read);
    private static final PreparedQuery<UUID> INVOICES_OF_SUBSCRIPTION = PreparedQuery.ofValue(
            select(DUNNING_CASES.INVOICE_ID)
                    .from(DUNNING_CASES)
                    .where(DUNNING_CASES.SUBSCRIPTION_ID.eq(param(DUNNING_CASES.SUBSCRIPTION_ID)))
                    .and(DUNNING_CASES.STATE.in(inline("open"), inline("held"), inline("suspended"), inline("exhausted")))
                    .orderBy(DUNNING_CASES.CREATED_AT, DUNNING_CASES.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)));

    private static final Condition DUE = DUNNING_CASES.NEXT_DUE_AT.le(DSL.param("at", SQLDataType.INSTANT))
            .and(DUNNING_CASES.HELD_NOTE.isNull())
            .and(row(DUNNING_CASES.NEXT_DUE_AT, DUNNING_CASES.ID)
                    .gt(row(DSL.param("after_due", SQLDataType.INSTANT), DSL.param("after_id", SQLDataType.UUID))));
    private static final PreparedQuery<Row> DUE_CASES = PreparedQuery.of(
            select(COLUMNS)
                    .from(DUNNING_CASES)
                    .where(DUE)
                    .orderBy(DUNNING_CASES.NEXT_DUE_AT, DUNNING_CASES.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER)),
            DunningCaseStore::read);
    /** A case that an event changes at this moment is left for the next run, so that the job waits for nobody while it holds others. */
    private static final PreparedQuery<Row> LOCK_DUE = PreparedQuery.of(
            select(COLUMNS)
                    .from(DUNNING_CASES)
                    .where(DUE)
                    .orderBy(DUNNING_CASES.NEXT_DUE_AT, DUNNING_CASES.ID)
                    .limit(DSL.param("most", SQLDataType.INTEGER))
                    .forNoKeyUpdate()
                    .skipLocked(),
            DunningCaseStore::read);
    private static final PreparedQuery<UUID> ANY_DUE = PreparedQuery.ofValue(
            select(DUNNING_CASES.ID)
                    .from(DUNNING_CASES)
                    .where(DUNNING_CASES.NEXT_DUE_AT.le(Columns.now()))
                    .and(DUNNING_CASES.HELD_NOTE.isNull())
                    .limit(inline(1)));

    private static final PreparedQuery<Row> ADVANCE = PreparedQuery.of(
            change()
                    .set(released())
                    .set(DUNNING_CASES.STATE, inline("open"))
                    .set(DUNNING_CASES.NEXT_POSITION, param(DUNNING_CASES.NEXT_POSITION))
                    .set(DUNNING_CASES.NEXT_DUE_AT, param(DUNNING_CASES.NEXT_DUE_AT))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> EXHAUST = PreparedQuery.of(
            change().set(released()).set(stopped()).set(DUNNING_CASES.STATE, inline("exhausted")).where(BY_ID).returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> SUSPEND = PreparedQuery.of(
            change()
                    .set(released())
                    .set(stopped())
                    .set(DUNNING_CASES.STATE, inline("suspended"))
                    .set(DUNNING_CASES.SUSPENDED_AT, EffectiveDates.present())
                    .set(DUNNING_CASES.SUBSCRIPTION_ID, param(DUNNING_CASES.SUBSCRIPTION_ID))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> END = PreparedQuery.of(
            change()
                    .set(released())
                    .set(stopped())
                    .set(DUNNING_CASES.STATE, param(DUNNING_CASES.STATE))
                    .set(DUNNING_CASES.DROP_REASON, param(DUNNING_CASES.DROP_REASON))
                    .set(DUNNING_CASES.ENDED_AT, EffectiveDates.present())
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> HOLD = PreparedQuery.of(
            change()
                    .set(DUNNING_CASES.STATE, inline("held"))
                    .set(DUNNING_CASES.HELD_REASON, param(DUNNING_CASES.HELD_REASON))
                    .set(DUNNING_CASES.HELD_NOTE, param(DUNNING_CASES.HELD_NOTE))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            DunningCaseStore::read);
    private static final PreparedQuery<Row> RELEASE = PreparedQuery.of(
            change().set(released()).set(DUNNING_CASES.STATE, inline("open")).where(BY_ID).returningResult(COLUMNS), DunningCaseStore::read);
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", DUNNING_CASES.CREATED_AT),
            DUNNING_CASES.ID,
            by -> select(COLUMNS)
                    .from(DUNNING_CASES)
                    .where(by.is(DUNNING_CASES.INVOICE_ID, Filter::invoiceId))
                    .and(by.is(DUNNING_CASES.ACCOUNT_ID, Filter::accountId))
                    .and(by.is(DUNNING_CASES.SUBSCRIPTION_ID, Filter::subscriptionId))
                    .and(by.when(SQLDataType.UUID, Filter::organizationId, organization -> DUNNING_CASES.ACCOUNT_ID.in(
                            select(ACCOUNTS.ID).from(ACCOUNTS).where(ACCOUNTS.ORGANIZATION_ID.eq(organization)))))
                    .and(by.oneOf(DUNNING_CASES.STATE, Filter::state))
                    .and(by.oneOf(DUNNING_CASES.HELD_REASON, Filter::heldReason))
                    .and(by.within(DUNNING_CASES.CREATED_AT, Filter::created)),
            DunningCaseStore::read);

    private static UpdateSetMoreStep<?> change() {
        return DSL.update(DUNNING_CASES)
                .set(DUNNING_CASES.UPDATED_AT, EffectiveDates.touched(DUNNING_CASES.UPDATED_AT))
                .set(DUNNING_CASES.VERSION, DUNNING_CASES.VERSION.plus(inline(1L)));
    }

    private static Map<Field<?>, Field<?>> released() {
        return Map.of(DUNNING_CASES.HELD_REASON, DSL.castNull(DUNNING_CASES.HELD_REASON), DUNNING_CASES.HELD_NOTE, DSL.castNull(DUNNING_CASES.HELD_NOTE));
    }

    private static Map<Field<?>, Field<?>> stopped() {
        return Map.of(
                DUNNING_CASES.NEXT_POSITION, DSL.castNull(DUNNING_CASES.NEXT_POSITION), DUNNING_CASES.NEXT_DUE_AT, DSL.castNull(DUNNING_CASES.NEXT_DUE_AT));
    }

    /** Opens a case. @return null if the invoice has one that rules out another */
    @Nullable Row insert(Tx tx, New one) {
        JSONB steps = DunningPolicyStore.steps(one.steps());
        return INSERT.one(
                tx, one.invoiceId(), one.accountId(), one.subscriptionId(), one.policyId(), one.policyVersion(), steps, one.currency(),
                one.openedMinor(), one.nextDueAt());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Locks the case until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    /** Adds the lock of the newest case of an invoice; null if it has none. */
    Supplier<@Nullable Row> lockOfInvoice(Batch batch, UUID invoiceId) {
        return batch.one(LOCK_OF_INVOICE, invoiceId);
    }

    /** The invoices whose unpaid cases belong to a subscription, the oldest cases first. */
    List<UUID> invoicesOfSubscription(Tx tx, UUID subscriptionId, int most) {
        return INVOICES_OF_SUBSCRIPTION.all(tx, subscriptionId, most);
    }

    /** The cases that are due at an instant and not held by an operator, by their due instants. */
    List<Row> due(Tx tx, Instant at, DunningPlace after, int most) {
        return DUE_CASES.all(tx, at, after.at(), after.id(), most);
    }

    /** Locks the cases that are due at an instant and not held by an operator, without those that are locked. */
    List<Row> lockDue(Tx tx, Instant at, DunningPlace after, int most) {
        return LOCK_DUE.all(tx, at, after.at(), after.id(), most);
    }

    boolean anyDue(Tx tx) {
        return ANY_DUE.exists(tx);
    }

    /** Moves a case on to its next step. */
    Row advance(Tx tx, UUID id, int position, Instant dueAt) {
        return ADVANCE.single(tx, position, dueAt, id);
    }

    /** Ends the steps of a case that isn't paid. */
    Row exhaust(Tx tx, UUID id) {
        return EXHAUST.single(tx, id);
    }

    Row suspend(Tx tx, UUID id, UUID subscriptionId) {
        return SUSPEND.single(tx, subscriptionId, id);
    }

    /** @param state recovered or dropped @param dropReason null unless it is dropped */
    Row end(Tx tx, UUID id, String state, @Nullable String dropReason) {
        return END.single(tx, state, dropReason, id);
    }

    /** @param note the words of an operator; null for other reasons */
    Row hold(Tx tx, UUID id, String reason, @Nullable String note) {
        return HOLD.single(tx, reason, note, id);
    }

    Row release(Tx tx, UUID id) {
        return RELEASE.single(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    private static Row read(RowReader cells) {
        return new Row(
                cells.get(DUNNING_CASES.ID), cells.get(DUNNING_CASES.INVOICE_ID), cells.get(DUNNING_CASES.ACCOUNT_ID), cells.get(ORGANIZATION),
                cells.get(DUNNING_CASES.SUBSCRIPTION_ID), cells.get(DUNNING_CASES.POLICY_ID), cells.get(DUNNING_CASES.POLICY_VERSION),
                DunningPolicyStore.steps(cells.get(DUNNING_CASES.STEPS)), cells.get(DUNNING_CASES.STATE), cells.get(DUNNING_CASES.HELD_REASON),
                cells.get(DUNNING_CASES.HELD_NOTE), cells.get(DUNNING_CASES.CURRENCY), cells.get(DUNNING_CASES.OPENED_MINOR),
                cells.get(DUNNING_CASES.NEXT_POSITION), cells.get(DUNNING_CASES.NEXT_DUE_AT), cells.get(DUNNING_CASES.SUSPENDED_AT),
                cells.get(DUNNING_CASES.ENDED_AT), cells.get(DUNNING_CASES.DROP_REASON), cells.get(DUNNING_CASES.CREATED_AT),
                cells.get(DUNNING_CASES.UPDATED_AT), cells.get(DUNNING_CASES.VERSION));
    }
}
