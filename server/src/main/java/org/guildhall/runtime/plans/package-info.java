/** Pools, provisions, grants and transitions: which plans an organization holds, and what is due. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.plans;

