package org.guildhall.core.data;

import org.jooq.Field;

/** A row as a store reads it, by the columns that it selected: {@code record::get} of a statement built anew, or a row of a {@link PreparedQuery} one. */
@FunctionalInterface
public interface RowReader {

    /** The column's value in this row; null where it has none. */
    <T> T get(Field<T> column);
}
