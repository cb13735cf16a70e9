package org.guildhall.core.external;

import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * The call outside of an operation with {@code x-external}. The operation's handler has committed a row before. A node can die at each point, so each method
 * can run again for that row.
 *
 * @param <P> the values of the call
 * @param <A> the answer from outside
 */
public interface ExternalCall<P, A> {

    /** The action of the audit event that records the answer, such as {@code checkout_session.opened}. */
    String action();

    /** Reads the values of the call. They are the same each time, so that an idempotency key of the other side fits. */
    P plan(Tx tx, UUID id);

    /**
     * Calls outside. No transaction is open, and no connection to the database is held. A refusal is an answer, too.
     *
     * @throws ExternalFailure if there is no answer; the call is made again later
     */
    A ask(P plan) throws ExternalFailure;

    /**
     * Locks the row and records the answer.
     *
     * @param changes gets the row; nothing if it has the answer already
     */
    Recorded record(Tx tx, Changes changes, UUID id, A answer);

    /** Ends the row after the last call without an answer. */
    void abandon(Tx tx, Changes changes, UUID id);

    /** The answer of the request: a reply, or a refusal that is committed together with the recorded change. */
    record Recorded(@Nullable Reply<?> reply, @Nullable ProblemException refusal) {

        public static Recorded reply(Reply<?> reply) {
            return new Recorded(reply, null);
        }

        public static Recorded refusal(ProblemException refusal) {
            return new Recorded(null, refusal);
        }
    }
}
