package org.guildhall.core.sql;

/**
 * Thrown when a read would load more into memory than one read may. Its rows were not loaded: the read runs again, part by part, once
 * memory for a large answer is reserved.
 */
public final class HeavyAnswer extends RuntimeException {

    private static final long serialVersionUID = 1;

    public HeavyAnswer() {
        super("the answer is large", null, false, false);
    }
}
