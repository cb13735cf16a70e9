/** The facts of mirrored objects that the ledger follows from. */
@NullMarked
package org.guildhall.billing.ledger.facts;

import org.jspecify.annotations.NullMarked;
