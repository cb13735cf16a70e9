@NullMarked
package org.guildhall.runtime;

import org.jspecify.annotations.NullMarked;
