package org.guildhall.core.outbound;

import java.io.IOException;

/** A host that resolves to an address to which the server doesn't connect. The message doesn't contain the address. */
public final class ForbiddenTarget extends IOException {

    private static final long serialVersionUID = 1;

    ForbiddenTarget(String host) {
        super(host + " resolves to a private, local or reserved address. Only the operator of the server can allow it.");
    }
}
