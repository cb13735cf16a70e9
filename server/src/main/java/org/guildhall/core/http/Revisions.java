package org.guildhall.core.http;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;

/** The present revision of all credentials, for refusals; none while the database is away. */
final class Revisions {

    private final Db db;
    private final ReentrantLock asking = new ReentrantLock();
    private final AtomicLong begun = new AtomicLong();
    private long answered;
    private OptionalLong answer = OptionalLong.empty();

    Revisions(Db db) {
        this.db = db;
    }

    /** Asked for oneself. */
    OptionalLong own() {
        try {
            return OptionalLong.of(db.revision());
        } catch (Failures.Unavailable | Failures.Retryable away) {
            return OptionalLong.empty();
        }
    }

    /**
     * The same for those who are refused in crowds, so that a flood takes one connection and not all: whoever comes while somebody asks
     * waits for the question after that, which is one for all of them.
     */
    OptionalLong shared() {
        long before = begun.get();
        asking.lock();
        try {
            if (answered <= before) {
                long question = begun.incrementAndGet();
                answer = own();
                answered = question;
            }
            return answer;
        } finally {
            asking.unlock();
        }
    }
}
