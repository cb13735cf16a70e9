package org.guildhall.schedule.bookings;

import java.util.List;
import java.util.UUID;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Who may act for whom. Operators may act for anybody. */
public final class Acting {

    private final BookedPersonStore persons;

    Acting(BookedPersonStore persons) {
        this.persons = persons;
    }

    static boolean isMember(Call call) {
        return call.caller().isMember();
    }

    /** @throws ProblemException {@code not_guardian} for a consumer that acts as a member */
    static void requireOperator(Call call) {
        if (isMember(call)) {
            throw Problem.NOT_GUARDIAN.because("Only an operator can do that.");
        }
    }

    /** @throws ProblemException {@code not_guardian} for a caller who can't act for a person. @param acting null if the caller names nobody */
    public void require(Call call, @Nullable UUID acting, UUID person, @Nullable UUID organization) {
        var refusal = refusal(call, acting, person, organization);
        if (refusal != null) {
            throw refusal;
        }
    }

    /**
     * The refusal of a caller who can't act for a person; null for one who can.
     *
     * @param organization the organization whose allowance is used; null for none
     */
    @Nullable ProblemException refusal(Call call, @Nullable UUID acting, UUID person, @Nullable UUID organization) {
        if (!isMember(call)) {
            return null;
        }
        if (acting == null) {
            return Problem.NOT_GUARDIAN.because("`acting_person_id` is required from a consumer that acts as a member.");
        }
        if (!acting.equals(person) && !persons.isGuardian(call.tx(), acting, person)) {
            return Problem.NOT_GUARDIAN.because("The acting person isn't an adult of a household in which the person is a dependent.");
        }
        return organization == null || persons.isMember(call.tx(), List.of(acting, person), organization)
                ? null : Problem.NOT_GUARDIAN.because("Neither the acting nor the booked person is a member of the organization.");
    }
}
