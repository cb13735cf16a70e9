/** Usage events, counters and thresholds. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.usage;
