package org.guildhall.smoke.bench;

import java.util.List;

/**
 * The measured paths, by their letter in reports.
 *
 * @param key a letter, with a number if there are several of a kind
 * @param what a short description
 */
enum Measured {
    CONSTANT("a", "a handler that returns a constant"),
    SELECT("b", "a handler with one plain-JDBC select by primary key"),
    READ("c", "one product, through everything"),
    INSERTS("d", "a handler that writes a create's rows, one statement after the other"),
    CREATE("e", "a product created with a key, through everything"),
    PAGE_1("f1", "page 1 of a list of 100,000, through everything"),
    PAGE_1000("f1000", "page 1,000 of the same list, through everything");

    private final String key;
    private final String what;

    Measured(String key, String what) {
        this.key = key;
        this.what = what;
    }

    String key() {
        return key;
    }

    String what() {
        return what;
    }

    static Measured of(String key) {
        for (var path : values()) {
            if (path.key.equals(key)) {
                return path;
            }
        }
        throw new IllegalArgumentException("there is no path " + key + "; there are " + List.of(values()).stream().map(Measured::key).toList());
    }
}
