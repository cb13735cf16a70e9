/** Log lines as JSON, written without a request waiting for another's line. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.log;
