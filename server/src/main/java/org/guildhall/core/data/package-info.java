@NullMarked
package org.guildhall.core.data;

import org.jspecify.annotations.NullMarked;

