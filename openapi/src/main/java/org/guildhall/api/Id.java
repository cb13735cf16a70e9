package org.guildhall.api;

import java.util.UUID;

/**
 * The id of a resource: a UUID that knows its prefix. On the wire it is a TypeID ({@code prd_01jd3v9k2we8qr4x7m5t0ncz6a}),
 * in the database a plain {@code uuid}.
 *
 * <p>Each prefix has a record of its own, so that one kind of id cannot be passed for another.
 */
public interface Id {

    /** The UUID, as stored in the database. */
    UUID value();

    /** The TypeID, as sent in JSON: prefix, underscore and 26 characters. */
    @Override
    String toString();
}
