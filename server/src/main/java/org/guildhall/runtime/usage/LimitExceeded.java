package org.guildhall.runtime.usage;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** An entitlement that doesn't suffice, as the problem shows it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LimitExceeded(
        @JsonProperty("organization_id") OrganizationId organizationId, @JsonProperty("resource_key") String resourceKey, @Nullable String period,
        long limit, long used) {

    /** As many as the document allows. */
    private static final int SHOWN_MAX = 100;

    public static LimitExceeded of(UUID organizationId, String resourceKey, @Nullable String period, long limit, long used) {
        return new LimitExceeded(new OrganizationId(organizationId), resourceKey, period, limit, used);
    }

    /** The same in words. */
    String inWords() {
        return resourceKey + ": the limit is " + limit + (period == null ? "" : " per " + period) + ", and " + used
                + (used == 1 ? " is" : " are") + " in use.";
    }

    /** Refuses what would exceed all of these; the first is what the detail tells. */
    public static ProblemException refusal(List<LimitExceeded> all) {
        return Problem.ENTITLEMENT_EXCEEDED.because(all.getFirst().inWords()).member("exceeded", all.stream().limit(SHOWN_MAX).toList());
    }
}
