/**
 * Imports and exports of persons and households. This part decides the change of each row. It hands the change to
 * {@link org.guildhall.runtime.imports.Members}, its only interface to the part {@code people}.
 */
@NullMarked
package org.guildhall.runtime.imports;

import org.jspecify.annotations.NullMarked;
