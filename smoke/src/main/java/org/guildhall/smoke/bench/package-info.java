/** The bench: what the pipeline costs, against handlers in the same server that do without it. */
@NullMarked
package org.guildhall.smoke.bench;

import org.jspecify.annotations.NullMarked;
