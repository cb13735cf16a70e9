/** The benchmark: measures the pipeline's cost against handlers in the same server without it. */
@NullMarked
package org.guildhall.smoke.bench;

import org.jspecify.annotations.NullMarked;
