/** Checks of signals: their runs and results. */
@NullMarked
package org.guildhall.providers.checks;

import org.jspecify.annotations.NullMarked;
