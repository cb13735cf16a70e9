package org.guildhall.tasks.messages;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.MESSAGES;
import static org.guildhall.schema.tasks.Tables.MESSAGE_RECEIPTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.when;

import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.tasks.messages.MessageStore.Locked;
import org.guildhall.tasks.messages.MessageStore.Row;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Receipts of providers, each once for its transport, and what they do to messages. */
final class ReceiptStore {

    private static final PreparedQuery<String> INSERT = PreparedQuery.ofValue(insertInto(MESSAGE_RECEIPTS)
            .set(MESSAGE_RECEIPTS.TRANSPORT_ID, param(MESSAGE_RECEIPTS.TRANSPORT_ID))
            .set(MESSAGE_RECEIPTS.RECEIPT_ID, param(MESSAGE_RECEIPTS.RECEIPT_ID))
            .set(MESSAGE_RECEIPTS.MESSAGE_ID, param(MESSAGE_RECEIPTS.MESSAGE_ID))
            .set(MESSAGE_RECEIPTS.OUTCOME, param(MESSAGE_RECEIPTS.OUTCOME))
            .onConflictDoNothing()
            .returningResult(MESSAGE_RECEIPTS.RECEIPT_ID));
    private static final PreparedQuery<UUID> BY_PROVIDER_ID = PreparedQuery.ofValue(select(MESSAGES.ID)
            .from(MESSAGES)
            .where(MESSAGES.TRANSPORT_ID.eq(param(MESSAGES.TRANSPORT_ID)))
            .and(MESSAGES.PROVIDER_MESSAGE_ID.eq(param(MESSAGES.PROVIDER_MESSAGE_ID)))
            .orderBy(MESSAGES.ID.desc())
            .limit(inline(1)));
    private static final PreparedQuery<Row> APPLY = PreparedQuery.of(
            MessageStore.change()
                    .set(MESSAGES.STATE, param(MESSAGES.STATE))
                    .set(MESSAGES.LEASE_UNTIL, DSL.castNull(MESSAGES.LEASE_UNTIL))
                    .set(MESSAGES.SENT_AT, when(param(MESSAGES.STATE).ne(inline("failed")), coalesce(MESSAGES.SENT_AT, param(MESSAGES.FINISHED_AT))))
                    .set(MESSAGES.DELIVERED_AT, when(param(MESSAGES.STATE).eq(inline("delivered")), param(MESSAGES.FINISHED_AT)))
                    .set(MESSAGES.FINISHED_AT, coalesce(MESSAGES.FINISHED_AT, param(MESSAGES.FINISHED_AT)))
                    .where(MESSAGES.ID.eq(param(MESSAGES.ID)))
                    .returningResult(MessageStore.COLUMNS),
            MessageStore::row);

    /** Stores a receipt. @return false if the transport has sent it before */
    boolean insert(Tx tx, UUID transportId, String receiptId, UUID messageId, String outcome) {
        return INSERT.one(tx, transportId, receiptId, messageId, outcome) != null;
    }

    /** The newest message of a transport with the provider's id. */
    @Nullable UUID byProviderId(Tx tx, UUID transportId, String providerMessageId) {
        return BY_PROVIDER_ID.one(tx, transportId, providerMessageId);
    }

    Row apply(Tx tx, Locked before, String state) {
        return APPLY.single(tx, state, before.now(), before.row().id());
    }
}
