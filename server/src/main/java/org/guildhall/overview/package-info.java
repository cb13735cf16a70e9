@NullMarked
package org.guildhall.overview;

import org.jspecify.annotations.NullMarked;
