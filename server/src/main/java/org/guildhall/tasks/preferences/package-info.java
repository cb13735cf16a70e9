@NullMarked
package org.guildhall.tasks.preferences;

import org.jspecify.annotations.NullMarked;
