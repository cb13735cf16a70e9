@NullMarked
package org.guildhall.core.time;

import org.jspecify.annotations.NullMarked;
