package org.guildhall.core;

import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.guildhall.api.Operation;
import org.guildhall.api.Operation.Access;
import org.guildhall.api.Operation.IfMatch;

/** Operations that share a rule of the document. */
enum OperationGroup {
    ALL(operation -> true),
    GUARDED(operation -> operation.access() == Access.SCOPED || operation.access() == Access.AUTHENTICATED),
    SCOPED(operation -> operation.scope() != null),
    /** Without jobs, which have the same names in every tenant, and webhooks, where a signature takes the place of the caller's tenant. */
    WITH_IDS(operation -> operation.path().contains("{") && !operation.path().contains("{job_name}") && !ofThePlatform(operation)
            && operation != Operation.RECEIVE_WEBHOOK),
    WITH_JSON(operation -> operation.requestType() != null),
    /** With a body of known members, so without the events of payment providers. */
    WITH_KNOWN_MEMBERS(operation -> operation.requestType() != null && operation != Operation.RECEIVE_WEBHOOK),
    WITH_BODY(operation -> operation.requestType() != null || !operation.streamTypes().isEmpty()),
    READS(operation -> !operation.mutation() && operation.method().equals("GET")),
    LISTS(Operation::list),
    LISTS_OF_TENANTS(operation -> operation.list() && !ofThePlatform(operation)),
    MUTATIONS(Operation::mutation),
    /** Mutations of one existing resource that a GET shows. */
    CHANGES(operation -> operation.mutation() && Set.of(200, 204).contains(operation.status()) && Documented.changesWhatItsPathNames(operation)),
    DRY_RUNS(Operation::dryRun),
    COMPARING(operation -> operation.ifMatch() != IfMatch.NONE && Documented.changesWhatItsPathNames(operation)),
    REQUIRING_IF_MATCH(operation -> operation.ifMatch() == IfMatch.REQUIRED),
    SUSPENDABLE(operation -> operation.mutation() && !operation.allowedWhenSuspended() && !ofThePlatform(operation)),
    ALLOWED_WHEN_SUSPENDED(operation -> operation.mutation() && operation.allowedWhenSuspended());

    private final Predicate<Operation> members;

    OperationGroup(Predicate<Operation> members) {
        this.members = members;
    }

    Stream<Operation> operations() {
        return Arrays.stream(Operation.values()).filter(members);
    }

    /** True if only the platform's own consumers can call the operation. Its resources belong to the platform's tenant alone. */
    static boolean ofThePlatform(Operation operation) {
        return operation.scope() != null && operation.scope().startsWith("platform:tenants:");
    }
}
