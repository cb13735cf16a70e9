/** Backfills: runs that apply a default-grant policy to organizations that are older than the policy. */
@NullMarked
package org.guildhall.runtime.backfills;

import org.jspecify.annotations.NullMarked;
