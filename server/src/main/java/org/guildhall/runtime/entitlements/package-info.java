/** The entitlements of organizations: combined rules, checks, reachable tiers and blockers of transitions. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.entitlements;

