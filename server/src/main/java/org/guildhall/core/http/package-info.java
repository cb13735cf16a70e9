@NullMarked
package org.guildhall.core.http;

import org.jspecify.annotations.NullMarked;
