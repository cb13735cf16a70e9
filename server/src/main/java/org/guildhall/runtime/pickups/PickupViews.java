package org.guildhall.runtime.pickups;

import java.util.UUID;
import org.guildhall.api.model.AuthorizedPerson;
import org.guildhall.api.model.HouseholdId;
import org.guildhall.api.model.OperationalTaskId;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.PickupAuthority;
import org.guildhall.api.model.PickupAuthorityId;
import org.guildhall.api.model.PickupAuthorityState;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Row;
import org.jspecify.annotations.Nullable;

/** The wire form of pickup authorities. */
final class PickupViews {

    private PickupViews() {}

    static PickupAuthority toApi(Row row) {
        return new PickupAuthority(
                new PickupAuthorityId(row.id()), row.externalId(), new HouseholdId(row.householdId()), new PersonId(row.dependentPersonId()),
                new AuthorizedPerson(person(row.authorized().personId()), row.authorized().name(), row.authorized().phone()),
                PickupAuthorityState.fromValue(row.state()), person(row.proposedBy()), person(row.confirmedBy()), row.expiresAt(), row.confirmedAt(),
                row.endedAt(), new OperationalTaskId(row.taskId()), row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable PersonId person(@Nullable UUID id) {
        return id == null ? null : new PersonId(id);
    }
}
