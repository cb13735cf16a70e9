package org.guildhall.runtime.plans;

import java.util.function.Function;

/**
 * A result as stored.
 *
 * @param due true if due transitions may change the result
 */
record StoredResult<T>(T found, boolean due) {

    <U> StoredResult<U> map(Function<T, U> form) {
        return new StoredResult<>(form.apply(found), due);
    }
}
