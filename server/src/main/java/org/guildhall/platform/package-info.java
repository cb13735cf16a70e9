@NullMarked
package org.guildhall.platform;

import org.jspecify.annotations.NullMarked;
