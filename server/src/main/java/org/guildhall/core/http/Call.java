package org.guildhall.core.http;

import java.net.InetAddress;
import java.util.Set;
import java.util.UUID;
import org.guildhall.api.Id;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/**
 * One call of one operation, as its handler sees it: who calls, the transaction, and where it tells what it changed. A handler that
 * changes something and doesn't tell isn't committed.
 */
public final class Call {

    private final Operation operation;
    private final @Nullable Caller caller;
    private final String requestId;
    private final InetAddress address;
    private final @Nullable PageRequest page;
    private final @Nullable Set<Long> ifMatch;
    private final Changes changes = new Changes();
    private @Nullable Tx tx;
    private boolean matched;
    private boolean unchanged;
    private boolean credentials;
    private @Nullable UUID subjectTenant;

    Call(Operation operation, @Nullable Caller caller, String requestId, InetAddress address, @Nullable PageRequest page,
            @Nullable Set<Long> ifMatch) {
        this.operation = operation;
        this.caller = caller;
        this.requestId = requestId;
        this.address = address;
        this.page = page;
        this.ifMatch = ifMatch;
    }

    public Operation operation() {
        return operation;
    }

    /** Who calls. @throws IllegalStateException for an operation that needs no caller and has none */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException(operation + " has no caller");
        }
        return caller;
    }

    /** Who calls, or null if nobody said. */
    public @Nullable Caller callerIfAny() {
        return caller;
    }

    public String requestId() {
        return requestId;
    }

    /** Where the request came from, behind the proxies that are trusted. */
    public InetAddress address() {
        return address;
    }

    /** The transaction, or what reads instead of one. */
    public Tx tx() {
        if (tx == null) {
            throw new IllegalStateException(operation + " runs without the database");
        }
        return tx;
    }

    /** Which page a list is asked for. */
    public PageRequest page() {
        if (page == null) {
            throw new IllegalStateException(operation + " is no list");
        }
        return page;
    }

    /**
     * Compares the version that the caller made its change for with the present one; to be called with the row locked.
     *
     * @throws ProblemException {@code precondition_failed} if it is another
     */
    public void expect(long version) {
        matched = true;
        if (ifMatch != null && !ifMatch.contains(version)) {
            throw Problem.PRECONDITION_FAILED
                    .because("If-Match doesn't name the resource's version, which is " + version + ".")
                    .with(ProblemException.Item.header("If-Match", "stale", "The version isn't the present one."));
        }
    }

    /** Where the call tells what it changed; what it tells first is what its event is about. */
    public Changes changes() {
        return changes;
    }

    /** Tells that something was made. */
    public void created(Id id, Object after) {
        changes.created(id, after);
    }

    /** Tells that something was changed. */
    public void changed(Id id, @Nullable Object before, Object after) {
        changes.changed(id, before, after);
    }

    /** Tells that something is no longer there. */
    public void deleted(Id id, Object before) {
        changes.deleted(id, before);
    }

    /** Who does it, for what keeps that beside the audit trail. */
    public Actor actor() {
        return new Actor(caller().actsAs(), caller().consumer());
    }

    /** Tells that the call left everything as it was: no event, no new version. */
    public void unchanged() {
        unchanged = true;
    }

    /** Tells that what callers may do has changed: every node looks at credentials anew, from its next request on. */
    public void credentialsChanged() {
        credentials = true;
    }

    /** Tells which tenant a platform operation was about; it sees the event in its own trail. */
    public void about(UUID tenant) {
        subjectTenant = tenant;
    }

    void within(Tx work) {
        this.tx = work;
    }

    /** What had to be changed on the way to leaving everything as it was is still a change. */
    boolean isUnchanged() {
        return unchanged && changes.isEmpty();
    }

    boolean haveCredentialsChanged() {
        return credentials;
    }

    public @Nullable UUID subjectTenant() {
        return subjectTenant;
    }

    boolean ignoredIfMatch() {
        return ifMatch != null && !matched;
    }
}
