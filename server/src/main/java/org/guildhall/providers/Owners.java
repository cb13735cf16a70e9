package org.guildhall.providers;

import org.guildhall.api.model.NewProviderOwner;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.ProviderOwner;
import org.guildhall.api.model.ProviderOwnerKind;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.jspecify.annotations.Nullable;

/** Owners of signals and incidents, in the wire form and back. */
final class Owners {

    private Owners() {}

    static ProviderOwner toApi(SignalStore.Owner owner) {
        return new ProviderOwner(ProviderOwnerKind.fromValue(owner.kind()), owner.name(), personId(owner));
    }

    static NewProviderOwner patchable(SignalStore.Owner owner) {
        return new NewProviderOwner(ProviderOwnerKind.fromValue(owner.kind()), owner.name(), personId(owner));
    }

    private static @Nullable PersonId personId(SignalStore.Owner owner) {
        return owner.personId() == null ? null : new PersonId(owner.personId());
    }

    /** @throws ProblemException {@code validation_failed} for a team with a person's id */
    static SignalStore.Owner read(NewProviderOwner owner) {
        if (owner.kind() == ProviderOwnerKind.TEAM && owner.personId() != null) {
            var detail = "Only an owner of the kind person has a `person_id`.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/owner/person_id", "team", detail));
        }
        return new SignalStore.Owner(owner.kind().value(), owner.name(), owner.personId() == null ? null : owner.personId().value());
    }
}
