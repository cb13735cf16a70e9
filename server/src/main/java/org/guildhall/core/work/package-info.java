@NullMarked
package org.guildhall.core.work;

import org.jspecify.annotations.NullMarked;
