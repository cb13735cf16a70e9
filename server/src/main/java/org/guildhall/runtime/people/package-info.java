/** Persons, organizations, workspaces, memberships, invitations and households. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.people;
