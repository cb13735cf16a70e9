/**
 * Imports and exports: files of members and households, in and out. What a row makes is decided here; {@link org.guildhall.runtime.imports.Members}
 * makes it, which is the room around, and of that nothing else is known here.
 */
@NullMarked
package org.guildhall.runtime.imports;

import org.jspecify.annotations.NullMarked;
