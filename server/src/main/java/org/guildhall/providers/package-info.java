/** The providers room: the health of provider surfaces. */
@NullMarked
package org.guildhall.providers;

import org.jspecify.annotations.NullMarked;
