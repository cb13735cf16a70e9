package org.guildhall.runtime.usage;

import org.guildhall.catalog.Catalog;
import org.guildhall.core.http.Api;
import org.guildhall.core.problem.Problem;
import org.guildhall.runtime.entitlements.Entitlements;
import org.guildhall.runtime.plans.Pools;

/** Wires the part {@code usage}: reports, events, sums and thresholds. */
public final class UsageModule {

    private static final String JUST_RECORDED =
            "Another request has just recorded an event with one of these external ids. Send the report again.";
    private static final String REPORTED = "Usage was reported for a resource key, so it can't be removed.";

    private final Catalog catalog;
    private final Pools pools;
    private final UsageCounterStore counters = new UsageCounterStore();
    private final UsageStore usage = new UsageStore();
    private final UsageThresholdStore reached = new UsageThresholdStore();
    private final UsageThresholds thresholds = new UsageThresholds(reached);

    public UsageModule(Catalog catalog, Pools pools) {
        this.catalog = catalog;
        this.pools = pools;
    }

    /** Marks the thresholds that a change of use reaches or clears. */
    public UsageThresholds thresholds() {
        return thresholds;
    }

    /** Holds quantities of allowances for other rooms. */
    public AllowanceHolds holds(Entitlements entitlements) {
        return new AllowanceHolds(catalog, pools, counters, usage, thresholds, entitlements);
    }

    /** Binds the operations of this part and declares its constraints. */
    public void bind(Api api) {
        var routes = api.routes();
        var recorder = new UsageRecorder(catalog, pools, counters, usage, thresholds);
        new UsageHandler(catalog, usage).bind(routes);
        new UsageReportsHandler(recorder, usage, reached).bind(routes);
        new UsageEventsHandler(usage).bind(routes);
        new UsageThresholdsHandler(usage, reached).bind(routes);
        // The Java rules refuse these cases first; the constraints are the second check. Two transactions with different pools can insert the
        // events of one external id at once.
        api.constraints()
                .on("usage_events_external_id", Problem.CONFLICT, null, JUST_RECORDED)
                .on("usage_events_resource_key", Problem.IN_USE, null, REPORTED)
                .on("usage_thresholds_resource_key", Problem.IN_USE, null, REPORTED)
                .on("allowance_holds_resource_key", Problem.IN_USE, null, "A booking holds an allowance of a resource key, so it can't be removed.")
                .on("allowance_holds_of_reference", Problem.CONFLICT, null, "The reference holds an allowance already.")
                .on("usage_levels_level", Problem.CONFLICT, null, "The use of a resource key would be below 0 or above 2^53 - 1.")
                .on("usage_days_quantity", Problem.CONFLICT, null, "The use of one day would be out of range.")
                .on("usage_quarters_quantity", Problem.CONFLICT, null, "The use of one quarter of an hour would be out of range.");
    }
}
