@NullMarked
package org.guildhall.runtime.pickups;

import org.jspecify.annotations.NullMarked;
