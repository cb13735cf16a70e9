package org.guildhall.providers.checks;

/**
 * The outcome of a check after its last results.
 *
 * @param outcome unknown, passing, warning or failing
 * @param failures the failures in a row
 * @param successes the passes in a row
 */
record CheckHealth(String outcome, int failures, int successes) {

    /** The numbers of results in a row that change the outcome. */
    record Limits(int failuresToDegrade, int failuresToBlock, int successesToRecover) {}

    static final CheckHealth UNKNOWN = new CheckHealth("unknown", 0, 0);

    /**
     * The health after one more result.
     *
     * <p>A failing check passes again only after enough passes in a row, any other one at once. A warning is neither a failure nor a pass in
     * the counts; it makes a passing check warn until the next pass. An aborted run changes nothing.
     *
     * @param result pass, warn, fail or aborted
     */
    CheckHealth after(String result, Limits limits) {
        return switch (result) {
            case "fail" -> failed(failures + 1, limits);
            case "pass" -> {
                int count = successes + 1;
                yield new CheckHealth(outcome.equals("failing") && count < limits.successesToRecover() ? "failing" : "passing", 0, count);
            }
            case "warn" -> new CheckHealth(outcome.equals("failing") ? "failing" : "warning", failures, successes);
            default -> this;
        };
    }

    private CheckHealth failed(int count, Limits limits) {
        if (outcome.equals("failing") || count >= limits.failuresToBlock()) {
            return new CheckHealth("failing", count, 0);
        }
        return new CheckHealth(count >= limits.failuresToDegrade() ? "warning" : outcome, count, 0);
    }
}
