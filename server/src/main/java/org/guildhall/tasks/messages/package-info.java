@NullMarked
package org.guildhall.tasks.messages;

import org.jspecify.annotations.NullMarked;
