/**
 * Imports and exports of persons and households. This part decides the change of each row and hands it to
 * {@link org.guildhall.runtime.imports.Members}, its only interface to the rest of the room.
 */
@NullMarked
package org.guildhall.runtime.imports;

import org.jspecify.annotations.NullMarked;
