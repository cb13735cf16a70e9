@NullMarked
package org.guildhall;

import org.jspecify.annotations.NullMarked;
