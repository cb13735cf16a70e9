@NullMarked
package org.guildhall.core.net;

import org.jspecify.annotations.NullMarked;
