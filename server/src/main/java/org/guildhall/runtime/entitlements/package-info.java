/** What an organization is entitled to: rules combined, checks, reachable tiers, and what blocks a transition. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.entitlements;

