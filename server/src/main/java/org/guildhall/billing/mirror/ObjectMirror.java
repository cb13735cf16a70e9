package org.guildhall.billing.mirror;

import java.util.UUID;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/**
 * Mirrors the objects of one type. The part of the room that keeps these objects offers it to {@link Mirroring}.
 *
 * @param type the type of the objects
 * @param application applies an object
 */
public record ObjectMirror<T extends ProviderObject>(Class<T> type, Application<T> application) {

    /** Applies the objects of a type to what is stored. */
    @FunctionalInterface
    public interface Application<T> {

        /**
         * Applies an object, unless the mirror is newer. Unknown objects that it refers to are made as stubs.
         *
         * @param changes gets the object and the new stubs
         * @throws ChangedSinceFetch if the mirrored object has another version than the origin names
         */
        Applied apply(Tx tx, Changes changes, UUID connectionId, T object, Origin origin);
    }

    Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderObject object, Origin origin) {
        return application.apply(tx, changes, connectionId, type.cast(object), origin);
    }
}
