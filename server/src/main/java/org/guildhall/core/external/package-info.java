@NullMarked
package org.guildhall.core.external;

import org.jspecify.annotations.NullMarked;
