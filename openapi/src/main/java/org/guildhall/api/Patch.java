package org.guildhall.api;

/**
 * A merge patch (RFC 7396): absent members stay, null removes a member, any other value replaces it.
 *
 * <p>A handler needs not distinguish the three cases. It passes the current members, and gets the wanted ones, validated as a whole.
 */
public interface Patch<T> {

    /**
     * Applies this patch to the current members.
     *
     * @param current the current patchable members of the resource
     * @return the wanted members; equal to {@code current} if the patch changes nothing
     */
    T onto(T current);
}
