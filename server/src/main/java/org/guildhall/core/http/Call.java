package org.guildhall.core.http;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.Id;
import org.guildhall.api.Operation;
import org.guildhall.core.audit.Actor;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.auth.Caller;
import org.guildhall.core.data.Tx;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.PageRequest;
import org.jspecify.annotations.Nullable;

/**
 * One call of an operation, as its handler sees it: the caller, the transaction, and the record of changes. A mutation that records
 * neither a change nor {@link #unchanged} is not committed.
 */
public final class Call {

    private final Operation operation;
    private final @Nullable Caller caller;
    private final String requestId;
    private final InetAddress address;
    private final @Nullable PageRequest page;
    private final @Nullable Set<Long> ifMatch;
    private final @Nullable SignedRequest signed;
    private final Changes changes = new Changes();
    private @Nullable Tx tx;
    private boolean matched;
    private boolean unchanged;
    private boolean credentials;
    private @Nullable UUID subjectTenant;
    private @Nullable String reason;
    private Duration awaiting = Duration.ZERO;

    Call(Operation operation, @Nullable Caller caller, String requestId, InetAddress address, @Nullable PageRequest page,
            @Nullable Set<Long> ifMatch, @Nullable SignedRequest signed) {
        this.operation = operation;
        this.caller = caller;
        this.requestId = requestId;
        this.address = address;
        this.page = page;
        this.ifMatch = ifMatch;
        this.signed = signed;
    }

    /** A signed request, as it was sent. @param headers returns a header by its name; null if it is missing */
    public record SignedRequest(Function<String, @Nullable String> headers, byte[] body) {

        /** A header; empty if it is missing. */
        public String header(String name) {
            var value = headers.apply(name);
            return value == null ? "" : value;
        }
    }

    /** The request of an operation without a token. @throws IllegalStateException if the operation asks for one */
    public SignedRequest signed() {
        if (signed == null) {
            throw new IllegalStateException(operation + " isn't public");
        }
        return signed;
    }

    public Operation operation() {
        return operation;
    }

    /** The caller. @throws IllegalStateException if the call is anonymous */
    public Caller caller() {
        if (caller == null) {
            throw new IllegalStateException(operation + " has no caller");
        }
        return caller;
    }

    /** The caller, or null if the call is anonymous. */
    public @Nullable Caller callerIfAny() {
        return caller;
    }

    public String requestId() {
        return requestId;
    }

    /** The caller's address; behind trusted proxies, the one that they forwarded. */
    public InetAddress address() {
        return address;
    }

    /** The transaction, or the connection of a read without one. */
    public Tx tx() {
        if (tx == null) {
            throw new IllegalStateException(operation + " runs without the database");
        }
        return tx;
    }

    /** The requested page of a list. @throws IllegalStateException if the operation is no list */
    public PageRequest page() {
        if (page == null) {
            throw new IllegalStateException(operation + " is no list");
        }
        return page;
    }

    /**
     * Compares {@code If-Match} with the resource's version. The handler calls it with the row locked.
     *
     * @throws ProblemException {@code precondition_failed} if {@code If-Match} doesn't name the version
     */
    public void expect(long version) {
        matched = true;
        if (ifMatch != null && !ifMatch.contains(version)) {
            throw Problem.PRECONDITION_FAILED
                    .because("If-Match doesn't match the resource's current version " + version + ". Read the resource again.")
                    .with(ProblemException.Item.header("If-Match", "stale", "The version is not the current one."));
        }
    }

    /** The recorded changes. The first one is the primary entity of the audit event. */
    public Changes changes() {
        return changes;
    }

    /** Records a created resource. */
    public void created(Id id, Object after) {
        changes.created(id, after);
    }

    /** Records a changed resource, before and after. */
    public void changed(Id id, @Nullable Object before, Object after) {
        changes.changed(id, before, after);
    }

    /** Records a deleted resource. */
    public void deleted(Id id, Object before) {
        changes.deleted(id, before);
    }

    /** The actor, for records that keep it beside the audit trail. */
    public Actor actor() {
        return new Actor(caller().actsAs(), caller().consumer());
    }

    /** States that the call changed nothing: no event and no new version is written. */
    public void unchanged() {
        unchanged = true;
    }

    /** States that a caller's rights have changed: from its next request on, every node reads the credentials again. */
    public void credentialsChanged() {
        credentials = true;
    }

    /** States that a read has found nothing yet. It is read again for as long, until it finds something. */
    public void awaiting(Duration longest) {
        awaiting = longest;
    }

    Duration awaiting() {
        return awaiting;
    }

    /** Sets the tenant that a platform operation concerns; that tenant sees the event in its own trail. */
    public void about(UUID tenant) {
        subjectTenant = tenant;
    }

    /** Sets the reason of the audit event from the body, for a reason that the resource doesn't keep. {@code Audit-Reason} precedes it. */
    public void because(String given) {
        reason = given;
    }

    /** @param header the reason of the header {@code Audit-Reason} */
    @Nullable String reason(@Nullable String header) {
        return header == null ? reason : header;
    }

    void within(Tx work) {
        this.tx = work;
    }

    /** False if anything was recorded: a side effect, such as settling due transitions, is a change of its own. */
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
