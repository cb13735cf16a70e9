/** Alert rules of the providers room: conditions of signals, and what follows when they hold. */
@NullMarked
package org.guildhall.providers.alerts;

import org.jspecify.annotations.NullMarked;
