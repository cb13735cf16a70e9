package org.guildhall.core.data;

import org.jooq.Field;

/** Reads a row by its columns: {@code record::get} of a jOOQ record, or a row of a {@link PreparedQuery}. */
@FunctionalInterface
public interface RowReader {

    /** The column's value in this row; null for SQL null. */
    <T> T get(Field<T> column);
}
