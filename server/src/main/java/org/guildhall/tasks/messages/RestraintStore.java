package org.guildhall.tasks.messages;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.MESSAGES;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.EmailAddresses;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.PreparedUpdate;
import org.guildhall.tasks.messages.DispatchRules.Restraint;
import org.guildhall.tasks.preferences.HoldRules;
import org.guildhall.tasks.suppressions.Suppressions;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads what keeps a message from its recipient. */
final class RestraintStore {

    /** The messages that a recipient has got, or may have got. */
    private static final PreparedQuery<Integer> COUNT = PreparedQuery.ofValue(select(count())
            .from(MESSAGES)
            .where(MESSAGES.RECIPIENT_KEY.eq(param(MESSAGES.RECIPIENT_KEY)))
            .and(MESSAGES.LAST_ATTEMPT_AT.ge(DSL.param("from", SQLDataType.INSTANT)))
            .and(MESSAGES.LAST_ATTEMPT_AT.lt(DSL.param("until", SQLDataType.INSTANT)))
            .and(MESSAGES.STATE.in(inline("sending"), inline("sent"), inline("delivered"), inline("bounced"), inline("unknown")))
            .and(MESSAGES.CATEGORY.in(HoldRules.HELD.stream().map(DSL::inline).toList())));
    /** Two nodes must not both count before either sends. */
    private static final PreparedUpdate LOCK_RECIPIENT = PreparedUpdate.of(DSL.query(
            "select pg_advisory_xact_lock(hashtext(platform.app_tenant()::text), hashtext({0}))", param(MESSAGES.RECIPIENT_KEY)));

    private final Suppressions suppressions = new Suppressions();

    /** Reads it, and lets no other transaction send to the recipient until this one ends, if there is a cap. */
    Restraint lock(Tx tx, HoldRules rules, String category, String recipient, @Nullable UUID personId, Instant at) {
        if (rules.capOf(category) != null) {
            LOCK_RECIPIENT.later(tx, EmailAddresses.folded(recipient));
        }
        return read(tx, rules, category, recipient, personId, at);
    }

    /** @param at the instant of the attempt */
    Restraint read(Tx tx, HoldRules rules, String category, String recipient, @Nullable UUID personId, Instant at) {
        var batch = new Batch();
        var stopping = suppressions.stopping(batch, recipient, personId, category);
        var cap = rules.capOf(category);
        var day = rules.day(at);
        var sent = cap == null ? null : batch.single(COUNT, EmailAddresses.folded(recipient), day.from(), day.until());
        batch.send(tx);
        var quiet = rules.quietAt(category, at);
        return new Restraint(
                stopping.get(), sent != null && cap != null && sent.get() >= cap ? day.until() : null,
                quiet == null ? null : quiet.until());
    }
}
