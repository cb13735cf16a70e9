package org.guildhall.api;

/**
 * A merge patch (RFC 7396) as it came in: what it leaves out stays, what it sets to null goes, everything else is replaced.
 *
 * <p>A handler never asks which of the three a member was. It shows the patchable members as they are now and gets back what they
 * shall be, already validated whole.
 */
public interface Patch<T> {

    /**
     * Lays this patch over the current members.
     *
     * @param current the patchable members of the resource as they are
     * @return what they are afterwards; equal to {@code current} if the patch changes nothing
     */
    T onto(T current);
}
