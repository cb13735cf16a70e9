/** Log lines as JSON, written in the background. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.log;
