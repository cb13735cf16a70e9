package org.guildhall.core.http;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Failures;

/** Reads the current revision of all credentials for refused requests; empty while the database is away. */
final class Revisions {

    private final Db db;
    private final ReentrantLock asking = new ReentrantLock();
    private final AtomicLong begun = new AtomicLong();
    private long answered;
    private OptionalLong answer = OptionalLong.empty();

    Revisions(Db db) {
        this.db = db;
    }

    /**
     * Reads the revision with a query shared by concurrent callers, so that a flood of refusals uses one connection. A caller that arrives
     * during a query waits for the next one.
     */
    OptionalLong shared() {
        long before = begun.get();
        asking.lock();
        try {
            if (answered <= before) {
                long question = begun.incrementAndGet();
                answer = read();
                answered = question;
            }
            return answer;
        } finally {
            asking.unlock();
        }
    }

    private OptionalLong read() {
        try {
            return OptionalLong.of(db.revision());
        } catch (Failures.Unavailable | Failures.Retryable away) {
            return OptionalLong.empty();
        }
    }
}
