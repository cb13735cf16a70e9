package org.guildhall.billing.mirror;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.billing.events.ProviderObject;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Tx;

/** Applies the objects of providers to the mirror, whatever their type. */
public final class Mirroring {

    private final MirrorVersionStore versions = new MirrorVersionStore();
    private final Map<Class<?>, ObjectMirror<?>> mirrors;

    /**
     * @param mirrors one for each type of object
     * @throws IllegalStateException if a type has none, or two
     */
    public Mirroring(List<ObjectMirror<?>> mirrors) {
        this.mirrors = mirrors.stream().collect(Collectors.toUnmodifiableMap(ObjectMirror::type, Function.identity()));
        var types = Set.<Class<?>>copyOf(Arrays.asList(ProviderObject.class.getPermittedSubclasses()));
        if (!this.mirrors.keySet().equals(types)) {
            throw new IllegalStateException("mirrors of " + this.mirrors.keySet() + " for objects of " + types);
        }
    }

    /**
     * Applies an object, unless the mirror is newer. Unknown objects that it refers to are made as stubs.
     *
     * @param changes gets the object and the new stubs
     */
    public Applied apply(Tx tx, Changes changes, UUID connectionId, ProviderObject object, Origin origin) {
        return Objects.requireNonNull(mirrors.get(object.getClass())).apply(tx, changes, connectionId, object, origin);
    }

    /** The version of an object; 0 if the mirror doesn't have it. @param kind account, subscription, invoice, payment, refund, dispute, payout, coupon_mapping or promotion_code */
    public long version(Tx tx, String kind, UUID connectionId, String reference) {
        return versions.get(tx, kind, connectionId, reference);
    }
}
