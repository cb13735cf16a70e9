@NullMarked
package org.guildhall.platform.pages;

import org.jspecify.annotations.NullMarked;
