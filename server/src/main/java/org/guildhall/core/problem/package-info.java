/** Problems (RFC 9457): the public catalogue of codes, and what the constraints of the schema mean to a caller. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.problem;
