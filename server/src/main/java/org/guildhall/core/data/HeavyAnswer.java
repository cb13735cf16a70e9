package org.guildhall.core.data;

/**
 * What is read is more than a read may bring into memory at once. Nothing of it has arrived: the read is run again, part by part, once
 * there is room for a large answer.
 */
public final class HeavyAnswer extends RuntimeException {

    private static final long serialVersionUID = 1;

    public HeavyAnswer() {
        super("the answer is a large one", null, false, false);
    }
}
