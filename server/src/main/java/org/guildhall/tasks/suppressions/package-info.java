@NullMarked
package org.guildhall.tasks.suppressions;

import org.jspecify.annotations.NullMarked;
