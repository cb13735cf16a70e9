/** Problems (RFC 9457): the public catalogue of codes, and the problem that each violated constraint of the schema leads to. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.problem;
