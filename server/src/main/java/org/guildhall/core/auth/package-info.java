@NullMarked
package org.guildhall.core.auth;

import org.jspecify.annotations.NullMarked;
