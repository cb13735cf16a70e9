package org.guildhall.runtime.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** An exceeded limit or allowance, as an entry of {@code exceeded} in the problem. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LimitExceeded(
        @JsonProperty("organization_id") OrganizationId organizationId, @JsonProperty("resource_key") String resourceKey, @Nullable String period,
        long limit, long used) {

    /** The {@code maxItems} of {@code exceeded} in the document. */
    private static final int SHOWN_MAX = 100;

    public static LimitExceeded of(UUID organizationId, String resourceKey, @Nullable String period, long limit, long used) {
        return new LimitExceeded(new OrganizationId(organizationId), resourceKey, period, limit, used);
    }

    /** The sentence with the limit and the use. */
    String detail() {
        return resourceKey + ": the limit is " + limit + (period == null ? "" : " per " + period) + ", and " + used
                + (used == 1 ? " is" : " are") + " in use.";
    }

    /** The refusal of a request that would exceed these limits. Its detail names the first one. */
    public static ProblemException refusal(List<LimitExceeded> exceeded) {
        return Problem.ENTITLEMENT_EXCEEDED.because(exceeded.getFirst().detail()).member("exceeded", exceeded.stream().limit(SHOWN_MAX).toList());
    }
}
