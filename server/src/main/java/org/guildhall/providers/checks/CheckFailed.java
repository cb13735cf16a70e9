package org.guildhall.providers.checks;

import java.util.Map;
import org.guildhall.providers.checks.CheckStore.Failure;

/** An attempt of a check without a good answer. */
final class CheckFailed extends Exception {

    private static final long serialVersionUID = 1;

    private final transient Failure failure;
    private final transient Map<String, String> observed;

    CheckFailed(String code, String detail, Map<String, String> observed) {
        super(detail, null, false, false);
        this.failure = new Failure(code, detail);
        this.observed = observed;
    }

    Failure failure() {
        return failure;
    }

    Map<String, String> observed() {
        return observed;
    }
}
