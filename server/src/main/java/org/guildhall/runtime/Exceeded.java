package org.guildhall.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.core.http.Problem;
import org.guildhall.core.http.Refusal;
import org.jspecify.annotations.Nullable;

/** An entitlement that doesn't suffice, as the problem shows it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Exceeded(
        @JsonProperty("organization_id") OrganizationId organizationId, @JsonProperty("resource_key") String resourceKey, @Nullable String period,
        long limit, long used) {

    /** As many as the document allows. */
    private static final int SHOWN_MAX = 100;

    static Exceeded of(UUID organizationId, String resourceKey, @Nullable String period, long limit, long used) {
        return new Exceeded(new OrganizationId(organizationId), resourceKey, period, limit, used);
    }

    /** The same in words. */
    String inWords() {
        return resourceKey + ": the limit is " + limit + (period == null ? "" : " per " + period) + ", and " + used
                + (used == 1 ? " is" : " are") + " in use.";
    }

    /** Refuses what would exceed all of these; the first is what the detail tells. */
    static Refusal refusal(List<Exceeded> all) {
        return Problem.ENTITLEMENT_EXCEEDED.because(all.getFirst().inWords()).member("exceeded", all.stream().limit(SHOWN_MAX).toList());
    }
}
