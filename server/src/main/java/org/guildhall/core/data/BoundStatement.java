package org.guildhall.core.data;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** A statement with its values, ready to be sent alone or together with others in one round trip. */
public interface BoundStatement {

    /** The text, the same object for every execution, so that it is joined with others only once. */
    String text();

    /**
     * Binds the values.
     *
     * @param first the index of the first parameter
     * @return the index after the last one
     */
    int bind(PreparedStatement statement, int first) throws SQLException;

    /** Reads the current result. */
    void take(PreparedStatement result) throws SQLException;
}
