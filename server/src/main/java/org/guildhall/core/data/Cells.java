package org.guildhall.core.data;

import org.jooq.Field;

/** A row as a store reads it, by the columns that it selected: {@code record::get} of a statement built anew, or a row of a {@link Fixed} one. */
@FunctionalInterface
public interface Cells {

    /** The column's value in this row; null where it has none. */
    <T> T get(Field<T> column);
}
