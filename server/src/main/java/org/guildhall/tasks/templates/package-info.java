@NullMarked
package org.guildhall.tasks.templates;

import org.jspecify.annotations.NullMarked;
