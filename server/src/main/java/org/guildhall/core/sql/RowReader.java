package org.guildhall.core.sql;

import org.jooq.Field;

/** Reads a row by its columns. */
@FunctionalInterface
public interface RowReader {

    /** The column's value in this row; null for SQL null. */
    <T> T get(Field<T> column);
}
