package org.guildhall.providers;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.core.sql.Batch;

/** The door of the providers room: everything that other rooms may call. */
public final class Providers {

    private final ProviderSummaryStore summaries;

    Providers(ProviderSummaryStore summaries) {
        this.summaries = summaries;
    }

    /**
     * The active signals that need an operator.
     *
     * @param degraded the number of degraded signals
     * @param blocked the number of blocked signals
     * @param paymentsBlocked true if a signal of the payments lane is blocked
     * @param signals the first of them, in the order of the priority recovery
     */
    public record Recovery(long degraded, long blocked, boolean paymentsBlocked, List<RecoverySignal> signals) {}

    /** A degraded or blocked signal. @param blocked false if it is degraded */
    public record RecoverySignal(UUID id, String name, String lane, String owner, boolean blocked, String recoveryAction) {}

    /** Adds the read of the signals that need an operator. @param most the maximal number of signals in the result; the counts include all */
    public Supplier<Recovery> recovery(Batch batch, int most) {
        return summaries.recovery(batch, most);
    }
}
