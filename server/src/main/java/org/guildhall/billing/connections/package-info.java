/** Connections to payment providers, and their signing secrets. */
@NullMarked
package org.guildhall.billing.connections;

import org.jspecify.annotations.NullMarked;
